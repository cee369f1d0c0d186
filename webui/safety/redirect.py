"""Plain HTTP leads to HTTPS: a small process of its own that reads one line and answers one."""

from __future__ import annotations

import asyncio
import contextlib
import os

from webui.safety.hosts import is_known

LINE = 4096
HEAD_S = 5.0
AT_ONCE = 100
PARENT_S = 1.0


def start_redirect(host: str, port: int, secure_port: int, names: tuple[str, ...]) -> None:
    """The process. It ends with its parent, which keeps no handle of it: gunicorn's workers are forked from that parent, too."""
    if os.fork() == 0:
        try:
            asyncio.run(_run(host, port, secure_port, names))
        finally:
            os._exit(0)


def answer(line: str, host: str, secure_port: int, names: tuple[str, ...]) -> str:
    """The answer to a request line such as "GET /calls HTTP/1.1" with that Host header."""
    method, _, rest = line.partition(" ")
    path = rest.rpartition(" ")[0]
    good = path.startswith("/") and path.isascii() and path.isprintable() and not path.startswith(("//", "/\\"))
    if method not in {"GET", "HEAD"} or not good or not is_known(host, frozenset(names)):
        # What was sent in plain text is not to be sent again as if nothing had happened.
        return "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    where = name if secure_port == 443 else f"{name}:{secure_port}"
    return f"HTTP/1.1 308 Permanent Redirect\r\nLocation: https://{where}{path}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


async def _run(host: str, port: int, secure_port: int, names: tuple[str, ...]) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):
            async with room, asyncio.timeout(HEAD_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                fields = dict(line.lower().split(":", 1) for line in head[1:] if ":" in line)
                writer.write(answer(head[0], fields.get("host", "").strip(), secure_port, names).encode("latin-1"))
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(one, host, port, limit=LINE) as server:
        parent = os.getppid()
        await server.start_serving()
        while os.getppid() == parent:
            await asyncio.sleep(PARENT_S)
