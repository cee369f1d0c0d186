"""One capture device: its frames on the clock, its losses, and the lines on its channels."""

from __future__ import annotations

import logging

from recorder.intake import Delivery
from recorder.linerecorder import LineRecorder
from recorder.live import DeviceStatus
from recorder.settings.sections import Device
from recorder.timeline import Timeline

log = logging.getLogger(__name__)

AWAY_STEP_S = 0.5
"""While a device is away its lines are moved on by the clock in such steps, so that their calls can end."""


class DeviceRecorder:
    """Takes what a device delivers. end: frames so far, lost ones included."""

    def __init__(self, device: Device, timeline: Timeline, lines: list[LineRecorder]) -> None:
        self.device = device
        self.timeline = timeline
        self.lines = lines
        self.end = 0
        self.lost_frames = 0
        self.gone = False
        self.ended = False
        self._begun = False

    def take(self, delivery: Delivery) -> None:
        """A block. Its place is known from the source where it is simulated, from the clock after the device had gone, and by
        counting otherwise."""
        assert delivery.block is not None
        samples, lost = delivery.block.samples, delivery.block.lost_frames
        self._catch_up(delivery, len(samples) + lost)
        if lost:
            log.warning("device %s: %d frames lost", self.device.name, lost)
            self.lost_frames += lost
            self.end += lost
            for line in self.lines:
                line.lost(lost, "overrun")
        self.end += len(samples)
        self.timeline.arrived(self.end, delivery.at)
        for line in self.lines:
            line.audio(samples)

    def went(self) -> None:
        """The device has gone."""
        self.gone = True

    def step(self, now: float) -> None:
        """Move the lines on while the device is away."""
        missing = self.timeline.frame(now) - self.end
        if self.gone and self._begun and missing >= AWAY_STEP_S * self.timeline.rate:
            self._away(missing)

    def status(self) -> DeviceStatus:
        """The device now."""
        return DeviceStatus(self.device.name, "gone" if self.gone else "running", self.lost_frames)

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
            for line in self.lines:
                line.back(kept=self._begun)
        if self._begun and missing > 0:
            log.warning("device %s is back", self.device.name)
        self.gone, self._begun = False, True

    def _away(self, frames: int) -> None:
        if self._begun:
            self.lost_frames += frames
        self.end += frames
        for line in self.lines:
            line.away(frames, "device_lost")
