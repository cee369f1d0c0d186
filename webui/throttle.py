"""How often programs may ask the API. Counts are kept in each worker's memory, so every worker allows its share of the whole; what
it costs to guess a password is kept in review.db (quality.access.logins)."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://", strategy="moving-window")


def init_throttle(app: Flask, workers: int) -> None:
    """workers: how many processes share the limits."""
    app.config["RATELIMIT_WORKERS"] = max(1, workers)
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    limiter.init_app(app)
