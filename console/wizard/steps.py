"""The wizard's questions, one step a function. Each gives the answers back with its own filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from console.doctor.listen import OpenSource, alsa_source
from console.wizard.answers import Answers, LineAnswer
from console.wizard.talk import Talk
from console.wizard.whose import ChannelEar, Heard, quiet, who_speaks
from hw.clock import SystemClock
from hw.errors import DeviceError
from hw.finding import SerialPort, SoundDevice, board_at, find_board, serial_ports, sound_device, sound_devices
from hw.interfaces import LineSense
from hw.messages import Message, UserError
from hw.smdr_layoutfile import OWN_FOLDER, layout_files
from quality.health.meter import bar
from recorder.settings.sections import Device, Settings
from recorder.signals.levels import SideLevels

SHOWN_CHANNELS = 4
"""Of a device with many, the loudest are shown while somebody speaks."""


@dataclass(frozen=True)
class Equipment:
    """What the wizard looks with; tests bring their own."""

    sounds: Callable[[], list[SoundDevice]] = sound_devices
    sound: Callable[[str], SoundDevice | None] = sound_device
    open_source: OpenSource = alsa_source
    ports: Callable[[], list[SerialPort]] = serial_ports
    board: Callable[[list[SerialPort]], str | None] = lambda ports: find_board(ports, SystemClock())
    sense: Callable[[str], LineSense] = lambda port: board_at(port, SystemClock())


def site(talk: Talk, now: Settings, answers: Answers) -> Answers:
    """Whose box it is, and when it is there."""
    talk.head("Your call centre", "您的呼叫中心")
    name = talk.ask("Name, as pages and reports show it", "名称（显示在网页与报表上）", now.site.name)
    before = "，".join(now.site.company)
    company = talk.ask("Company names callers hear in the greeting, with commas between", "开头语中的公司名称，逗号分隔", before)
    zone = talk.ask("Time zone", "时区", _machine_zone() or now.site.timezone, _check_zone)
    names = tuple(part.strip() for part in company.replace("，", ",").split(",") if part.strip())
    return replace(answers, site=name, company=names, timezone=zone, language=talk.language)


def _machine_zone() -> str:
    """The zone the machine is set to, "" when that says nothing."""
    zone = "/".join(Path("/etc/localtime").resolve().parts[-2:])
    return zone if zone in available_timezones() and zone not in ("Etc/UTC", "zoneinfo/UTC") else ""


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UserError(
            f"There is no time zone {name}. Examples: Asia/Shanghai, UTC", f"没有时区 {name}。示例：Asia/Shanghai、UTC"
        ) from error


def sound(talk: Talk, now: Settings, answers: Answers, equipment: Equipment) -> Answers:
    """The device that the tap feeds."""
    talk.head("Sound device", "声卡")
    found = equipment.sounds()
    if not found:
        talk.say("No sound device was found. Is the tap's USB cable in?", "未找到声卡。监听盒的 USB 线是否插好？")
        return _by_name(talk, now, answers, equipment)
    other = Message("another, by its ALSA name", "其他（输入 ALSA 名称）")
    options = [Message(*[f"{one.card}  {one.pcm}  {one.channels} ch  {one.rate} Hz"] * 2) for one in found]
    chosen = talk.choose("Which one is the tap", "哪一个是监听设备", [*options, other])
    return _with(answers, found[chosen]) if chosen < len(found) else _by_name(talk, now, answers, equipment)


def _by_name(talk: Talk, now: Settings, answers: Answers, equipment: Equipment) -> Answers:
    def check(name: str) -> None:
        if name and equipment.sound(name) is None:
            raise UserError(
                f"{name} cannot be opened for capture. `arecord -L` lists the names; leave it empty to go on without.",
                f"{name} 无法用于采集。可用 arecord -L 查看名称；留空则跳过。",
            )

    name = talk.ask("ALSA name (empty: later)", "ALSA 名称（留空则以后再设）", now.device[0].pcm if now.device else "", check)
    device = equipment.sound(name) if name else None
    return _with(answers, device) if device else answers


def _with(answers: Answers, device: SoundDevice) -> Answers:
    return replace(answers, pcm=device.pcm, channels=device.channels, rate=device.rate)


def board(talk: Talk, answers: Answers, equipment: Equipment) -> Answers:
    """The tap board, found by its hello."""
    talk.head("Tap board (line sense)", "监听板（线路状态）")
    ports = equipment.ports()
    if not ports:
        talk.say("No serial port: calls will be found by voice and tones.", "没有串口：将依靠语音与信号音识别通话。")
        return answers
    talk.say(f"Asking {len(ports)} serial ports …", f"正在询问 {len(ports)} 个串口 …")
    port = equipment.board(ports)
    if port is None:
        talk.say("No tap board answered: calls will be found by voice and tones.", "没有监听板应答：将依靠语音与信号音识别通话。")
        return answers
    talk.say(f"The tap board is at {port}.", f"监听板位于 {port}。")
    return replace(answers, board=port)


def lines(talk: Talk, now: Settings, answers: Answers, equipment: Equipment) -> Answers:
    """Whose line is whose: found by speaking into each."""
    if not answers.pcm:
        return answers
    talk.head("Lines", "线路")
    if now.line and talk.yes(f"{len(now.line)} lines are set. Keep them?", f"已设置 {len(now.line)} 条线路。保留？", default=True):
        return answers
    device = Device("tap", answers.pcm, answers.channels, answers.rate)
    sense = _sense(answers, equipment)
    try:
        return _line_by_line(talk, answers, Tap(device, equipment.open_source, sense))
    finally:
        if sense is not None:
            sense.close()


@dataclass(frozen=True)
class Tap:
    """What lines are found with: the device, how it is opened, and the board that sees handsets lifted, None without."""

    device: Device
    open_source: OpenSource
    sense: LineSense | None

    def free(self, answers: Answers) -> tuple[int, ...]:
        """Channels that no line has yet."""
        taken = {channel for line in answers.lines for channel in line.channels}
        return tuple(channel for channel in range(self.device.channels) if channel not in taken)


def _sense(answers: Answers, equipment: Equipment) -> LineSense | None:
    if not answers.board:
        return None
    sense = equipment.sense(answers.board)
    try:
        sense.open()
    except DeviceError:
        return None
    return sense


def _line_by_line(talk: Talk, answers: Answers, tap: Tap) -> Answers:
    talk.say("For each line somebody lifts its handset and speaks; the box finds the channel.", "逐条提机说话，由盒子找出声道。")
    while True:
        if not tap.free(answers):
            talk.say("All channels are taken.", "所有声道均已分配。")
            return answers
        answers = answers.with_line(_line(talk, answers, tap))
        if not talk.yes("Another line?", "还有下一条线路？", default=True):
            return answers


def _line(talk: Talk, answers: Answers, tap: Tap) -> LineAnswer:
    number = len(answers.lines) + 1
    names = {line.name for line in answers.lines}

    def check(name: str) -> None:
        if not name or name in names:
            raise UserError("Each line needs a name of its own.", "每条线路需要不同的名称。")

    name = talk.ask("Name of the line", "线路名称", f"座席 {number}" if talk.language == "zh" else f"Line {number}", check)
    extension = talk.ask("Extension at the PBX (empty: none)", "分机号（没有则留空）")
    trunk = talk.ask("Trunk, as call records print it (empty: none)", "中继号（话单中的写法，没有则留空）") if not extension else ""
    pair = talk.choose(
        "Tapped at", "接线方式", [Message("the handset, four wires (two channels)", "话机手柄，四线（两声道）"),
                                  Message("the line, two wires (one channel)", "电话线，两线（单声道）")],
    ) == 0  # fmt: skip
    free = tap.free(answers)
    heard = _speak(talk, ChannelEar(tap.device, free, tap.open_source), tap.sense)
    first = heard.channel if heard.channel is not None else _by_hand(talk, free, "Channel, from 0", "声道号（从 0 起）", free[0])
    channels = (first, _partner(talk, first, free)) if pair and len(free) > 1 else (first,)
    return LineAnswer(name, channels, extension, trunk, -1 if heard.sense is None else heard.sense)


def _speak(talk: Talk, ear: ChannelEar, sense: LineSense | None) -> Heard:
    talk.ask("Leave all handsets on the hook, press return, and wait", "请将所有话机挂好，按回车并稍候")
    try:
        before = quiet(ear)
        talk.say("Now lift this line's handset and speak …", "请拿起这条线路的话机并说话 …")
        heard = who_speaks(ear, before, sense, lambda levels: _show(talk, levels))
    except DeviceError as error:
        talk.say(error.message.en, error.message.zh)
        return Heard(None)
    if heard.channel is None:
        talk.say("Nobody was heard. Is the tap plugged in at both ends?", "没有听到声音。监听线两端是否插好？")
        return heard
    also = "" if heard.sense is None else f", tap board input {heard.sense}"
    also_zh = "" if heard.sense is None else f"，监听板输入 {heard.sense}"
    talk.say(f"Heard on channel {heard.channel}{also}.", f"在声道 {heard.channel} 听到{also_zh}。")
    return heard


def _show(talk: Talk, levels: Mapping[int, SideLevels]) -> None:
    loudest = sorted(levels, key=lambda channel: -levels[channel].rms_db)[:SHOWN_CHANNELS]
    shown = "  ".join(f"{channel:2d} {bar(levels[channel], ('#', '|', '.'))}" for channel in sorted(loudest)[:2])
    talk.say(f"  {shown}", f"  {shown}")


def _partner(talk: Talk, first: int, free: tuple[int, ...]) -> int:
    """The customer's channel: by the board's wiring the one beside the agent's."""
    rest = tuple(channel for channel in free if channel != first)
    beside = first ^ 1 if first ^ 1 in rest else rest[0]
    return _by_hand(talk, rest, "Channel of the other side (the customer)", "对方（客户）的声道号", beside)


def _by_hand(talk: Talk, free: tuple[int, ...], en: str, zh: str, default: int) -> int:
    def check(answer: str) -> None:
        if not answer.isdecimal() or int(answer) not in free:
            shown = ", ".join(map(str, free))
            raise UserError(f"Type one of {shown}.", f"请输入其中之一：{shown}。")

    return int(talk.ask(en, zh, str(default), check))


def call_records(talk: Talk, now: Settings, answers: Answers, equipment: Equipment) -> Answers:
    """The PBX's printer port."""
    talk.head("Call records of the PBX (SMDR)", "交换机话单 (SMDR)")
    layouts = sorted(layout_files(OWN_FOLDER))
    none = Message("none, or later", "没有，或以后再设")
    chosen = talk.choose("Maker", "型号", [none, *(Message(name, name) for name in layouts)])
    if not chosen:
        return answers
    layout = layouts[chosen - 1]
    ports = [port for port in equipment.ports() if port.path != answers.board]
    by_tcp = Message("over the network (TCP)", "网络 (TCP)")
    where = talk.choose("Connected by", "连接方式", [*(Message(*[f"{port.path}  {port.what}"] * 2) for port in ports), by_tcp])
    if where < len(ports):
        baud = talk.ask("Speed, bits per second", "波特率", str(now.call_records.baud), _check_number)
        return replace(answers, records={"transport": "serial", "port": ports[where].path, "baud": int(baud), "layout": layout})
    host = talk.ask("Address of the PBX", "交换机地址", now.call_records.host, _check_filled)
    port = talk.ask("TCP port", "TCP 端口", str(now.call_records.tcp_port or ""), _check_number)
    return replace(answers, records={"transport": "tcp", "host": host, "tcp_port": int(port), "layout": layout})


def _check_number(answer: str) -> None:
    if not answer.isdecimal() or not int(answer):
        raise UserError("Type a number.", "请输入数字。")


def _check_filled(answer: str) -> None:
    if not answer:
        raise UserError("This is needed.", "此项必填。")


def pages(talk: Talk, now: Settings, answers: Answers) -> Answers:
    """Whether passwords and voices cross the LAN unread. A box that has an answer already keeps it."""
    if now.web.tls != "off":
        return answers
    talk.head("Pages by HTTPS", "网页使用 HTTPS")
    talk.say("The box makes a certificate of its own; browsers warn once.", "盒子自行生成证书，浏览器首次访问会提示一次。")
    wanted = talk.yes("Serve the pages by HTTPS?", "网页使用 HTTPS？", default=True)
    return replace(answers, tls="box") if wanted else answers


def console(talk: Talk, now: Settings, answers: Answers, equipment: Equipment) -> Answers:
    """The port a technician's laptop is plugged into."""
    talk.head("Serial console for the technician", "技术员串口控制台")
    used = (answers.board, answers.records.get("port"))
    ports = [port for port in equipment.ports() if port.path not in used]
    none = Message("none, or as it is", "没有，或保持不变")
    default = next((place for place, port in enumerate(ports, 1) if port.path == now.console.port), 0)
    chosen = talk.choose("Port", "端口", [none, *(Message(*[f"{port.path}  {port.what}"] * 2) for port in ports)], default)
    return replace(answers, console=ports[chosen - 1].path) if chosen else answers
