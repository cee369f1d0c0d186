"""How often log-in may be tried.

Counts are kept in each worker's memory, so every worker allows its share of the whole; a try is refused when one of the limits of
the worker that gets it is used up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

View = TypeVar("View", bound=Callable[..., Any])

PER_ADDRESS = 30  # wrong tries a minute from one address: a whole office may stand behind one
PER_NAME = 10  # wrong tries a minute for one name from one address; not from anywhere, or anyone could lock anyone out

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://", strategy="moving-window")


def init_throttle(app: Flask, workers: int) -> None:
    """workers: how many processes share the limits."""
    app.config["RATELIMIT_WORKERS"] = max(1, workers)
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    limiter.init_app(app)


def login_limits(view: View) -> View:
    """The limits of log-in; only wrong tries count."""
    limited: Any = view
    for amount, key in ((PER_ADDRESS, get_remote_address), (PER_NAME, _name_and_address)):
        limited = limiter.limit(_share(amount), key_func=key, methods=["POST"], deduct_when=_wrong)(limited)
    return cast(View, limited)


def _share(amount: int) -> Callable[[], str]:
    return lambda: f"{max(1, amount // current_app.config['RATELIMIT_WORKERS'])} per minute"


def _wrong(response: Response) -> bool:
    return response.status_code == 401


def _name_and_address() -> str:
    return f"{get_remote_address()} {request.form.get('name', '').strip().casefold()[:200]}"
