"""What can go wrong with a device."""

from __future__ import annotations

from hw.messages import UserError


class DeviceError(UserError):
    """A device that cannot be opened, or has gone: names the device and says what to do."""


class DeviceStuckError(DeviceError):
    """A device that is there but delivers nothing."""


class EndOfAudio(Exception):  # noqa: N818  no error: the simulation is simply over
    """A simulated device has played all it had."""
