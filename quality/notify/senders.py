"""Ways out of the box for an alarm: a webhook, a mail, a syslog server. All off unless set, and only to addresses of the LAN."""

from __future__ import annotations

import ipaddress
import json
import smtplib
import socket
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from hw.messages import UserError
from quality.alerting.alarmbook import KnownAlarm
from recorder.settings.sections import Notify
from recorder.times import to_text
from recorder.watch.alarmkinds import kind_of

WAIT_S = 10.0
"""Seconds a server gets to take an alarm."""

LOCAL_USE_0 = 16
"""Syslog's facility for programs of the site's own (RFC 5424, 6.2.1)."""

SEVERITY = {"critical": 2, "warning": 4, "notice": 5}
"""As RFC 5424, 6.2.1, counts them; an alarm that is over is told as 6, informational."""


@dataclass(frozen=True)
class News:
    """An alarm that was raised, or is over. site: the box's name. language: "zh" or "en"."""

    alarm: KnownAlarm
    site: str
    language: str

    @property
    def over(self) -> bool:
        """Whether it is no longer wrong."""
        return self.alarm.cleared_at is not None

    def line(self) -> str:
        """All of it in a line."""
        kind = kind_of(self.alarm.kind)
        state = ("已恢复" if self.language == "zh" else "over") if self.over else ("告警" if self.language == "zh" else "alarm")
        parts = [self.site, f"{state}: {kind.name.text(self.language)}", self.alarm.subject, self.alarm.detail.text(self.language)]
        return " · ".join(part for part in parts if part)

    def to_json(self) -> dict[str, object]:
        """For programs; instants are UTC text."""
        alarm, kind = self.alarm, kind_of(self.alarm.kind)
        cleared = None if alarm.cleared_at is None else to_text(alarm.cleared_at)
        return {
            "site": self.site, "kind": alarm.kind, "severity": alarm.severity, "subject": alarm.subject,
            "detail": alarm.detail.en, "detail_zh": alarm.detail.zh,
            "raised_at": to_text(alarm.raised_at), "cleared_at": cleared, "name": kind.name.text(self.language),
            "what_to_do": kind.do.text(self.language),
        }  # fmt: skip


Send = Callable[[News], None]
"""Raises OSError when the news could not be handed over; smtplib's errors are OSErrors too."""


def senders(notify: Notify) -> dict[str, Send]:
    """Those that are set, by name. Raises UserError for an address that is not of the LAN."""
    ways: dict[str, Send] = {}
    if notify.webhook:
        check_local(urlsplit(notify.webhook).hostname or "")
        ways["webhook"] = lambda news: _post(notify.webhook, news)
    if notify.smtp_host and notify.mail_to:
        check_local(notify.smtp_host)
        ways["mail"] = lambda news: _mail(notify, news)
    if notify.syslog_host:
        check_local(notify.syslog_host)
        ways["syslog"] = lambda news: _syslog(notify, news)
    return ways


def check_local(host: str) -> None:
    """Raises UserError unless every address of the host is of this machine or a private network: nothing leaves the LAN."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise UserError(f"[notify] {host}: no such host ({error}).", f"[notify] {host}：找不到主机（{error}）。") from error
    for address in found:
        where = ipaddress.ip_address(str(address).partition("%")[0])
        if not (where.is_private or where.is_loopback or where.is_link_local):
            raise UserError(
                f"[notify] {host} is {address}, outside the LAN: nothing is sent there. Use a server of the LAN.",
                f"[notify] {host} 的地址 {address} 不在局域网内，不会发送。请使用局域网内的服务器。",
            )


def _post(address: str, news: News) -> None:
    body = json.dumps(news.to_json(), ensure_ascii=False).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json; charset=utf-8"})  # noqa: S310  set by IT
    # No proxy and no redirect: either could lead out of the LAN.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    opener.open(request, timeout=WAIT_S).close()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def _mail(notify: Notify, news: News) -> None:
    message = EmailMessage()
    message["Subject"] = news.line()[:200].replace("\n", " ")
    message["From"], message["To"] = notify.mail_from or f"callbox@{socket.gethostname()}", ", ".join(notify.mail_to)
    kind = kind_of(news.alarm.kind)
    lines = [news.line(), "", kind.means.text(news.language), kind.do.text(news.language), "", to_text(news.alarm.raised_at)]
    message.set_content("\n".join(lines))
    with smtplib.SMTP(notify.smtp_host, notify.smtp_port, timeout=WAIT_S) as server:
        server.send_message(message)


def _syslog(notify: Notify, news: News) -> None:
    severity = 6 if news.over else SEVERITY.get(news.alarm.severity, 4)
    text = news.line().replace("\n", " ")
    head = f"<{LOCAL_USE_0 * 8 + severity}>1 {to_text(time.time())} {socket.gethostname()} callbox - {news.alarm.kind} -"
    line = f"{head} \ufeff{text}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.sendto(line.encode()[:2000], (notify.syslog_host, notify.syslog_port))
