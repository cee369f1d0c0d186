"""The recorder: audio, line events and call records in; calls, parts and gaps out. One step at a time, time injected."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from hw.decimate import LINE_RATE
from hw.errors import DeviceError
from hw.interfaces import CallRecord, CallRecordFeed, LineEvent, LineSense, PortLine, SelfTesting
from hw.messages import Message
from recorder.capture.attached import Attached
from recorder.capture.devicerecorder import DeviceRecorder
from recorder.capture.intake import Delivery
from recorder.capture.timeline import Timeline
from recorder.line.hangover import LAST
from recorder.line.pauses import Pauses
from recorder.line.recorder import LineRecorder
from recorder.line.timing import timing_of
from recorder.live import RecorderStatus, run_folder, write_status
from recorder.outfit import Equipment, fit_out
from recorder.pbx.book import prompt_records
from recorder.restart.recovery import recover
from recorder.settings.sections import Device, Settings
from recorder.store.writer import CallStore, make_folder
from recorder.times import from_text
from recorder.watch.alarms import NOTHING
from recorder.watch.clock import ClockWatch

log = logging.getLogger(__name__)

STATUS_S = 1.0
"""Real seconds between two status files."""

GIVE_UP_S = 30.0
"""Real seconds without any device after which the recorder ends, for systemd to start it anew."""


class Recorder:
    """Records every line of the settings into a store.

    guest: another recorder owns this store (a replay beside the service); then its leftovers are not touched. set_aside: where a
    damaged calls.db went, if it did.
    """

    def __init__(
        self, settings: Settings, store: CallStore, equipment: Equipment, *, guest: bool = False, set_aside: Path | None = None
    ) -> None:
        self.settings = settings
        self._store = store
        self._equipment = equipment
        self._clock = equipment.clock
        self._guest = guest
        self._set_aside = set_aside
        outfit = fit_out(settings, store, equipment, self._open_call, guest=guest)
        self._shop, self._alarms, self._records, self._keepers = outfit.shop, outfit.alarms, outfit.records, outfit.keepers
        self._by_sense: dict[int, LineRecorder] = {}
        self.devices = {device.name: self._device(device) for device in settings.device}
        self._sense = self._attach_sense(equipment.sense)
        self._sense_trouble: Message | None = NOTHING  # what its self-test said last; not asked yet
        self._feed = self._attach_feed(equipment.call_records)
        self._clock_watch = ClockWatch(self._clock.now, equipment.monotonic)
        self._status_due = float("-inf")
        self._heard_at = equipment.monotonic()
        self._last_error: DeviceError | None = None

    @property
    def pauses(self) -> Pauses:
        """Recording paused by people."""
        return self._shop.pauses

    def open(self) -> None:
        """Take up what the last stop left and open the devices. Raises DeviceError when no device can be opened."""
        if self._set_aside is not None:
            log.error("calls.db was damaged or gone (%s): a new one is made from the recordings", self._set_aside)
            seen = Message("a new calls.db is made from the recordings", "已根据录音重建 calls.db")
            self._alarms.set("database_damaged", str(self._set_aside), True, seen)
        if not self._guest:
            count = recover(self._store, self._shop.closer, everything=self._set_aside is not None)
            if count:
                log.warning("%d parts were left by the last stop; they are being made whole", count)
        make_folder(run_folder(self.settings))
        self._shop.live.open()
        self._equipment.intake.open()
        self._heard_at = self._equipment.monotonic()

    def step(self, wait_s: float = 0.2) -> bool:
        """One delivery of a device, and what has come of everything else; waits for audio at most `wait_s` real seconds. False once
        every (simulated) device has played all it had. Raises DeviceError when no device has given anything for GIVE_UP_S."""
        delivery = self._equipment.intake.next(wait_s)
        self._poll()
        if delivery is not None:
            self._take(delivery)
        self._move_on()
        for keeper in self._keepers:
            keeper.step()
        self._tell()
        self._give_up_if_deaf()
        return not all(device.ended for device in self.devices.values())

    def finish(self) -> None:
        """End open calls, close every part, let the devices go. The store stays open."""
        self._equipment.intake.close()
        while (delivery := self._equipment.intake.next(0.0)) is not None:
            self._take(delivery)
        self._poll()
        for device in self.devices.values():
            device.finish(self._clock.now())
        self._poll()
        for attached in (self._sense, self._feed):
            if attached is not None:
                attached.close()
        for keeper in reversed(self._keepers):
            keeper.close()
        self._tell(now=True)

    def status(self) -> RecorderStatus:
        """The recorder now."""
        shop = self._shop
        worst, delay, shop.worst_write_s, shop.worst_delay_s = shop.worst_write_s, shop.worst_delay_s, 0.0, 0.0
        return RecorderStatus(
            time.time(),
            self._clock.now(),
            bool(self.settings.simulation.start),
            os.getpid(),
            tuple(line.status() for device in self.devices.values() for line in device.lines),
            tuple(device.status() for device in self.devices.values()),
            round(shop.disk.free / (1 << 20), 1),
            shop.closer.pending(),
            round(worst * 1000, 1),
            shop.live.status(),
            round(delay * 1000, 1),
        )

    def _open_call(self, name: str) -> str | None:
        lines = (line for device in self.devices.values() for line in device.lines)
        return next((line.call_id for line in lines if line.line.name == name), None)

    def _device(self, device: Device) -> DeviceRecorder:
        simulation = self.settings.simulation
        timeline = Timeline(LINE_RATE, from_text(simulation.start) if simulation.start else None)
        timing = timing_of(self.settings.segmentation, LINE_RATE, simulation.speed if simulation.start else 1.0)
        lines = []
        for line in self.settings.line:
            if line.device == device.name:
                prompt = prompt_records(self._store, line.name, self.settings.segmentation.record_wait_s, LAST)
                lines.append(LineRecorder(self._shop, line, timeline, timing, prompt))
                if line.sense >= 0:
                    self._by_sense[line.sense] = lines[-1]
        return DeviceRecorder(device, timeline, lines, self._alarms)

    def _attach_sense(self, sense: LineSense | None) -> Attached[LineEvent] | None:
        if sense is None:
            return None
        alarm = ("line_sense_gone", self.settings.line_sense.port or self.settings.simulation.events)
        return Attached(sense, self._alarms, alarm, self._sense_lost, self._equipment.monotonic)

    def _attach_feed(self, feed: CallRecordFeed | None) -> Attached[CallRecord | PortLine] | None:
        if feed is None:
            return None
        alarm = ("call_records_gone", self.settings.call_records.where)
        return Attached(feed, self._alarms, alarm, monotonic=self._equipment.monotonic)

    def _sense_lost(self) -> None:
        for line in self._by_sense.values():
            line.sense_lost()

    def _move_on(self) -> None:
        """Time passes for devices that are away, by a clock that may have been set."""
        jump = self._clock_watch.step()
        now = self._clock.now()
        for device in self.devices.values():
            if jump:
                device.timeline.clock_set(jump)
            device.step(now)
        if jump:
            self._shop.watch.clock_set(jump)

    def _poll(self) -> None:
        for event in self._sense.poll() if self._sense else ():
            line = self._by_sense.get(event.sense)
            if line is not None:
                self._event(line, event)
        self._examine_sense()
        for record in self._feed.poll() if self._feed else ():
            self._records.received(record)
            self._tell_line(record)

    def _examine_sense(self) -> None:
        sense = self._equipment.sense
        if not isinstance(sense, SelfTesting):
            return
        if (trouble := sense.trouble) != self._sense_trouble:
            self._sense_trouble = trouble
            self._alarms.set("line_sense_faulty", self.settings.line_sense.port, trouble is not None, trouble or NOTHING)

    def _event(self, line: LineRecorder, event: LineEvent) -> None:
        log.info("line %s: %s", line.line.name, event.kind)
        line.event(event.kind, event.at)
        self._shop.journal.do(lambda store: store.add_event(line.line.name, event))

    def _tell_line(self, item: CallRecord | PortLine) -> None:
        """A line that is found by voice alone goes by its records, too."""
        if not isinstance(item, CallRecord):
            return
        names = self._records.lines_of(item)
        for device in self.devices.values():
            for line in device.lines:
                if line.line.name in names:
                    line.record(self._clock.now(), item.duration_s)

    def _take(self, delivery: Delivery) -> None:
        self._shop.waited_s = max(0.0, self._equipment.monotonic() - delivery.heard) if delivery.heard else 0.0
        self.devices[delivery.device].take(delivery)
        if delivery.error is not None:
            self._last_error = delivery.error
        else:
            self._heard_at = self._equipment.monotonic()

    def _give_up_if_deaf(self) -> None:
        if self._last_error is not None and self._equipment.monotonic() - self._heard_at > GIVE_UP_S:
            raise self._last_error

    def _tell(self, *, now: bool = False) -> None:
        if now or self._equipment.monotonic() >= self._status_due:
            self._status_due = self._equipment.monotonic() + STATUS_S
            if not now:
                self._store.expect_in_place()
            try:
                write_status(run_folder(self.settings), self.status())
            except OSError as error:
                log.debug("no status file: %s", error)
