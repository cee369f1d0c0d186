"""One capture device: its frames on the clock, its losses, and the lines on its channels."""

from __future__ import annotations

import logging

from hw.errors import DeviceError, DeviceStuckError
from hw.messages import Message
from recorder.capture.intake import Delivery
from recorder.capture.timeline import Timeline
from recorder.line.recorder import LineRecorder
from recorder.live import DeviceStatus
from recorder.settings.sections import Device
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

AWAY_STEP_S = 0.5
"""While a device is away its lines are moved on by the clock in such steps, so that their calls can end."""

OVERRUN_OVER_S = 60.0
"""Seconds of audio without a loss after which the alarm of an overrun is cleared."""


class DeviceRecorder:
    """Takes what a device delivers. end: frames so far, lost ones included. state: see DeviceStatus. alarms: device_gone,
    device_stuck and device_overrun of this device are raised and cleared here."""

    def __init__(self, device: Device, timeline: Timeline, lines: list[LineRecorder], alarms: Alarms) -> None:
        self.device = device
        self.timeline = timeline
        self.lines = lines
        self.end = 0
        self.frames = self.lost_frames = self.overruns = self.gaps = self.reopened = 0
        self.state = "running"
        self._alarms = alarms
        self._begun = False
        # An alarm of the last run is over when this one goes on without a loss.
        self._overran_at: int | None = 0 if "device_overrun" in alarms.standing(device.name) else None

    @property
    def gone(self) -> bool:
        """Whether it delivers nothing for now."""
        return self.state in {"gone", "stuck"}

    @property
    def ended(self) -> bool:
        """Whether a simulated device has played all it had."""
        return self.state == "ended"

    def take(self, delivery: Delivery) -> None:
        """A block, an error or the end. A block's place is known from the source where it is simulated, from the clock after the
        device had gone, and by counting otherwise."""
        if delivery.block is not None:
            samples, lost = delivery.block.samples, delivery.block.lost_frames
            self._catch_up(delivery, len(samples) + lost)
            self._overrun(lost)
            self.frames += len(samples)
            self.end += len(samples)
            self.timeline.arrived(self.end, delivery.at)
            for line in self.lines:
                line.audio(samples)
        elif delivery.error is not None:
            self._went(delivery.error)
        else:
            if self.gone:
                self._lose_until(delivery.at)
            self.state = "ended"

    def step(self, now: float) -> None:
        """Move the lines on while the device is away. now: UTC epoch seconds."""
        if self.gone:
            self._lose_until(now, AWAY_STEP_S)

    def finish(self, now: float) -> None:
        """The recorder stops: end what is open on the lines; what they lose while the device is away is lost until now."""
        if self.gone:
            self._lose_until(now)
        for line in self.lines:
            line.finish()
            line.back(kept=self._begun)

    def status(self) -> DeviceStatus:
        """The device now."""
        name, state = self.device.name, self.state
        return DeviceStatus(name, state, self.lost_frames, self.frames, self.overruns, self.gaps, self.reopened)

    def _overrun(self, lost: int) -> None:
        if lost:
            log.warning("device %s: %d frames lost", self.device.name, lost)
            self.overruns += 1
            self.gaps += 1
            self.lost_frames += lost
            self.end += lost
            for line in self.lines:
                line.lost(lost, "overrun")
            self._overran_at = self.end
            self._alarms.set("device_overrun", self.device.name, True, Message(f"{lost} frames lost", f"丢失 {lost} 帧"))
        elif self._overran_at is not None and self.end - self._overran_at > OVERRUN_OVER_S * self.timeline.rate:
            self._overran_at = None
            self._alarms.set("device_overrun", self.device.name, False)

    def _went(self, error: DeviceError) -> None:
        if not self.gone and self._begun:
            self.gaps += 1
        self.state = "stuck" if isinstance(error, DeviceStuckError) else "gone"
        for kind in ("gone", "stuck"):
            self._alarms.set(f"device_{kind}", self.device.name, self.state == kind, error.message)

    def _catch_up(self, delivery: Delivery, frames: int) -> None:
        """Where the block begins, if not where the last one ended."""
        missing = 0
        if delivery.position is not None:
            missing = delivery.position - self.end
        elif self._begun and (delivery.reopened or self.gone):
            missing = self.timeline.frame(delivery.at) - frames - self.end
        if missing > 0:
            self._away(missing)
        if self.gone or missing > 0:
            self._back()
        elif not self._begun:  # an alarm of the last run that is over
            self._clear()
        self._begun = True

    def _back(self) -> None:
        for line in self.lines:
            line.back(kept=self._begun)
        if self.gone or self._begun:
            self.reopened += 1
            log.warning("device %s is back", self.device.name)
        self.state = "running"
        self._clear()

    def _clear(self) -> None:
        for kind in ("gone", "stuck"):
            self._alarms.set(f"device_{kind}", self.device.name, False)

    def _lose_until(self, now: float, least_s: float = 0.0) -> None:
        missing = self.timeline.frame(now) - self.end
        if self._begun and missing > 0 and missing >= least_s * self.timeline.rate:
            self._away(missing)

    def _away(self, frames: int) -> None:
        if self._begun:
            self.lost_frames += frames
        self.end += frames
        for line in self.lines:
            line.away(frames, "device_lost")
