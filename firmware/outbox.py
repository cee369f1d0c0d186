"""Line events waiting for the box: a ring of fixed size, made once, so that nothing is allocated when the lines are busy.

Events are counted modulo 2**32. The box acknowledges by counter; what finds no room pushes out the oldest, counted.
"""

from array import array

WRAP = 0xFFFFFFFF


class Outbox:
    """size: events it holds. first: counter of the first event."""

    def __init__(self, size: int, first: int = 1) -> None:
        self._at = array("Q", bytes(8 * size))
        self._what = bytearray(2 * size)
        self._size = size
        self._head = 0  # place of the oldest
        self.oldest = first  # counter of the oldest waiting, or of the next one there will be
        self.waiting = 0
        self.lost = 0  # given up since the start

    def add(self, at: int, sense: int, kind: int) -> int:
        """Take an event; gives its counter."""
        if self.waiting == self._size:
            self._drop(1)
            self.lost += 1
        place = (self._head + self.waiting) % self._size
        self._at[place] = at
        self._what[2 * place] = sense
        self._what[2 * place + 1] = kind
        self.waiting += 1
        return (self.oldest + self.waiting - 1) & WRAP

    def acknowledge(self, counter: int) -> bool:
        """The box has this event and all before it. False when that is nothing new."""
        count = (counter - self.oldest + 1) & WRAP
        if not 1 <= count <= self.waiting:
            return False
        self._drop(count)
        return True

    def event(self, number: int) -> "tuple[int, int, int, int]":
        """The event so many after the oldest: counter, at, sense, kind."""
        place = (self._head + number) % self._size
        return (self.oldest + number) & WRAP, self._at[place], self._what[2 * place], self._what[2 * place + 1]

    def _drop(self, count: int) -> None:
        self._head = (self._head + count) % self._size
        self.oldest = (self.oldest + count) & WRAP
        self.waiting -= count
