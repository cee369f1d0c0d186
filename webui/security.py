"""Headers that keep a page from running or fetching anything but the box's own files, and from being kept by a shared browser."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from recorder.settings.sections import Web

# wavesurfer.js puts one <style> into its shadow root; the nonce lets in that one and no other inline style. Trusted Types would ask
# the same library not to use innerHTML, which it does for that root.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
MOST_BYTES = 1024 * 1024
MOST_FIELDS = 2000
COOKIE = "callbox_session"


def init_security(app: Flask, web: Web) -> None:
    """Add the headers to every answer, `csp_nonce()` to the templates, and say what cookies are like."""
    secure = web.tls != "off"
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        # The prefix has browsers refuse a cookie of that name that came unencrypted, from another name or for another path.
        SESSION_COOKIE_NAME=f"__Host-{COOKIE}" if secure else COOKIE,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    # With the box's own certificate it would take away the way past the browser's warning, which there is then no other.
    headers = {**HEADERS, "Strict-Transport-Security": HSTS} if web.tls == "files" else HEADERS
    app.after_request(lambda response: _headers(response, headers))
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """This request's nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=csp_nonce())
    response.headers.update(headers)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
