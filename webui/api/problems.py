"""Errors of the HTTP API: application/problem+json (RFC 9457) in both languages, whatever went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Response, request
from werkzeug.exceptions import HTTPException

from hw.messages import Message

PREFIX = "/api/"
MIMETYPE = "application/problem+json"
RETRY_S = 60
"""Seconds after which a client that asked too often may ask again: limits are counted by the minute."""

TITLES = {
    400: Message("Bad request", "请求有误"),
    401: Message("Token or log-in needed", "需要令牌或登录"),
    403: Message("Not allowed", "无权访问"),
    404: Message("Not found", "未找到"),
    405: Message("Method not allowed", "不支持的方法"),
    409: Message("Not what was recorded", "与录制时不一致"),
    413: Message("Too large", "内容过大"),
    416: Message("Range not satisfiable", "范围无效"),
    429: Message("Too many requests", "请求过多"),
    500: Message("Something broke on the box", "设备内部错误"),
    503: Message("Not possible now", "暂时无法处理"),
}
DETAILS = {
    400: Message("The request could not be understood.", "无法理解该请求。"),
    401: Message("Send a token: Authorization: Bearer cbx_…", "请发送令牌：Authorization: Bearer cbx_…"),
    403: Message("The account may not do this.", "该账号无权进行此操作。"),
    404: Message("There is no such address or call, or it may not be seen.", "没有此地址或通话，或无权查看。"),
    405: Message("The header Allow says what is possible here.", "可用方法见 Allow 头。"),
    413: Message("What was sent is too long.", "发送的内容过长。"),
    416: Message("The header Content-Range says how long it is.", "长度见 Content-Range 头。"),
    429: Message("Wait a minute, then try again.", "请一分钟后再试。"),
    500: Message("It has been written to the log.", "已写入日志。"),
}


@dataclass(frozen=True)
class Fault:
    """Something wrong with one parameter. place: "query", "path" or "body"."""

    place: str
    name: str
    problem: str


@dataclass
class ProblemError(Exception):
    """Ends a request of the API. detail: what is wrong and what to do. faults: parameters that are wrong."""

    status: int
    detail: Message
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def asked() -> bool:
    """Whether the request is one of the API's, also when its address leads nowhere."""
    return request.path.startswith(PREFIX)


def problem(
    status: int, detail: Message | None = None, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:  # fmt: skip
    """The answer."""
    title = TITLES.get(status, Message("Error", "错误"))
    said = detail or DETAILS.get(status, title)
    body: dict[str, object] = {
        "type": "about:blank", "title": title.en, "title_zh": title.zh, "status": status, "detail": said.en, "detail_zh": said.zh,
    }  # fmt: skip
    if faults:
        body["errors"] = [{"place": fault.place, "name": fault.name, "problem": fault.problem} for fault in faults]
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MIMETYPE)
    answer.headers.extend(headers or {})
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="callbox"'
    if status == 429:
        answer.headers["Retry-After"] = str(RETRY_S)
    return answer


def of_error(error: Exception) -> Response:
    """A problem for any error of a request."""
    if isinstance(error, ProblemError):
        return problem(error.status, error.detail, error.faults, error.headers)
    if isinstance(error, HTTPException):
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Content-Range")}
        return problem(error.code or 500, headers=kept)
    return problem(500)
