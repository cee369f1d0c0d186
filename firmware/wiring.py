"""Pins and times of the tap board: all that another board or another pace would change. Plain numbers, importable anywhere."""

INPUTS = 8  # lines of one board

# RP2040 (hw/board/connectors.md)
UART_TX, UART_RX, BAUD = 0, 1, 115200  # through the isolator U9
SELECT_PINS = (2, 3, 4, 5)  # of the multiplexer U6, least bit first
ADC_PIN = 26

# Multiplexer channels. The three test voltages stand so that every select line is seen in both its states: one that sticks shows.
GROUND_CHANNEL = 0
FIRST_LINE_CHANNEL = 1  # terminal J1; J8 is channel 8
REFERENCE_CHANNEL = 10  # U7, 2.5 V
MIDDLE_CHANNEL = 15  # half of the converter's reference, on which the sense amplifiers are centred

SAMPLE_MS = 5  # between two samples of a line
RESEND_MS = 250  # after which unacknowledged events are sent again
NEXT_MS = 50  # after which the next of them go out once the box has taken some
RESEND_EVENTS = 16  # at once, so that they fit the UART's buffer
KEEP_EVENTS = 1000  # waiting for the box; when there are more the oldest are given up, counted
HEARTBEAT_MS = 1000  # and self-test
WATCHDOG_MS = 2000
