"""By which names the box may be asked. A page of the internet whose name is turned to the box's address (DNS rebinding) comes with
a name of its own: it is refused before anything is looked up, and so is whatever was sent to the wrong machine."""

from __future__ import annotations

import ipaddress

from flask import Flask, abort, request

from recorder.settings.sections import Web
from webui.safety.noting import refused

LOCAL = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".localdomain")
"""Ends of names that nobody can register on the internet."""


def init_hosts(app: Flask, web: Web) -> None:
    """Refuse requests by other names."""
    known = frozenset(name.casefold() for name in web.names)

    def check() -> None:
        if not is_known(request.host, known):
            refused("refused.host", request.host[:100])
            abort(421)

    app.before_request(check)


def is_known(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names the box: an address, a name without a dot, one that ends as only local ones do, or one of
    `names`."""
    name = _without_port(host).rstrip(".").casefold()
    if not name or name in names:
        return bool(name)
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name.replace("-", "").replace("_", "").isalnum() or name.endswith(LOCAL)
    return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        inside, _, port = host.partition("]")
        return f"{inside}]" if port == "" or port.startswith(":") else ""
    return host.partition(":")[0]
