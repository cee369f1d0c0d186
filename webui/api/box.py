"""The box through the API: its state and its alarms."""

from __future__ import annotations

from importlib.metadata import version

from hw.messages import Message, UserError
from quality.access.roles import LEADS, STAFF
from quality.alerting.alarmbook import AlarmBook, KnownAlarm
from quality.health.status import collect
from recorder.watch.alarmkinds import kind_of
from webui.api.operations import operation
from webui.api.problems import ProblemError
from webui.api.shapes import box as shapes
from webui.api.shapes.base import Text, shaped
from webui.context import box, person

BOX = "Box"


@operation("/status", tag=BOX, scopes=("status:read",), roles=STAFF, answer=shapes.Status)
def get_status() -> shapes.Status:
    """The box now: lines with their levels, devices, what waits, room on the disk."""
    status = collect(box().settings)
    return shapes.Status.model_validate(
        {name: getattr(status, name) for name in shapes.Status.model_fields if name not in ("version", "backlog", "last_backup_at")}
        | {"version": version("callbox"), "backlog": shaped(shapes.Backlog, status.behind)}
        | {"last_backup_at": status.last_backup and status.last_backup.made_at}
    )  # fmt: skip


@operation("/alarms", tag=BOX, scopes=("alarms:read",), roles=STAFF, answer=shapes.Alarms)
def list_alarms(query: shapes.AlarmQuery) -> shapes.Alarms:
    """What is wrong with lines, devices, disk and clock, with what to do, and who has seen to it."""
    book = AlarmBook(box().store)
    found = book.standing()[: query.limit] if query.standing == "yes" else book.latest(query.limit)
    return shapes.Alarms(alarms=tuple(map(_alarm, found)))


@operation(
    "/alarms/<int(max=9007199254740991):alarm_id>/acknowledgements", method="POST", tag=BOX, scopes=("alarms:write",), roles=LEADS,
    answer=shapes.Alarm, good=201,
)  # fmt: skip
def acknowledge_alarm(alarm_id: int, body: shapes.AcknowledgeBody) -> shapes.Alarm:
    """Say that the alarm was seen, in the name of the token's owner. It stands until what it is about is mended."""
    book = AlarmBook(box().store)
    if book.get(alarm_id) is None:
        raise ProblemError(404, Message(f"There is no alarm {alarm_id}.", f"没有编号为 {alarm_id} 的告警。"))
    try:
        return _alarm(book.acknowledge(alarm_id, person().name, body.note))
    except UserError as error:
        raise ProblemError(400, error.message) from error


def _alarm(alarm: KnownAlarm) -> shapes.Alarm:
    kind = kind_of(alarm.kind)
    words = {"name": kind.name, "means": kind.means, "do": kind.do}
    seen = {"detail": alarm.detail.en, "detail_zh": alarm.detail.zh}
    acks = tuple(map(shapes.Acknowledgement.model_validate, alarm.acknowledged))
    told = {name: Text.model_validate(message) for name, message in words.items()}
    return shapes.Alarm.model_validate({**vars(alarm), "acknowledged": acks, **seen, **told})
