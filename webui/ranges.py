"""HTTP byte ranges (RFC 9110, section 14) for content that is made when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response, request

# A browser asks for "everything from here" and reads as it plays. Answering with a slice keeps a slow listener from holding a
# thread for minutes; the browser asks for the next slice by itself.
SLICE_BYTES = 2 * 1024 * 1024

Reader = Callable[[int, int], Iterator[bytes]]


def ranged(total: int, read: Reader, mimetype: str) -> Response:
    """200 with all of it, 206 with the (first) range asked for, cut to SLICE_BYTES, or 416 when that lies outside.

    read(first, length) yields that many bytes.
    """
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return _answer(200, mimetype, total, read(0, total))
    span = wanted.range_for_length(total)
    if span is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{total}", "Accept-Ranges": "bytes"})
    first = span[0]
    length = min(span[1] - first, SLICE_BYTES)
    answer = _answer(206, mimetype, length, read(first, length))
    answer.headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{total}"
    return answer


def _answer(status: int, mimetype: str, length: int, body: Iterator[bytes]) -> Response:
    answer = Response(body if request.method == "GET" else b"", status=status, mimetype=mimetype)
    answer.headers["Content-Length"] = str(length)
    answer.headers["Accept-Ranges"] = "bytes"
    return answer
