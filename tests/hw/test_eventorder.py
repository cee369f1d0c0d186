"""Events in order, each once, whatever comes when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hw.eventorder import EARLY, EventOrder, Fields


def event(counter: int) -> Fields:
    return counter % 2**32, 0, 0, 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.data())
def test_in_whatever_order_and_however_often_they_come_each_is_given_once(first: int, count: int, data: st.DataObject) -> None:
    came = data.draw(st.lists(st.integers(0, count - 1), max_size=40)) + list(range(count))
    order, given_out = EventOrder(first), []
    for number in came:
        given_out += [fields[0] for fields in order.take(event(first + number))]
    assert given_out == [(first + number) % 2**32 for number in range(count)]
    assert order.had == (first + count - 1) % 2**32


@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 20)), st.integers(0, 25))
def test_what_the_board_gave_up_is_counted_without_what_had_come_early(first: int, came: set[int], oldest: int) -> None:
    order, given_out = EventOrder(first), []
    for number in sorted(came, reverse=True):
        given_out += [fields[0] for fields in order.take(event(first + number))]
    before = (order.expected - first) % 2**32
    lost, due = order.skip_to((first + oldest) % 2**32)
    given_out += [fields[0] for fields in due]
    after = (order.expected - first) % 2**32
    assert after >= oldest
    assert given_out == [(first + number) % 2**32 for number in sorted(came) if number < after]
    assert lost == len([number for number in range(before, oldest) if number not in came])


def test_what_lies_absurdly_far_ahead_is_nothing() -> None:
    order = EventOrder(1)
    assert list(order.take(event(EARLY + 2))) == []
    assert not order._early
    assert not order.ack_due


def test_an_event_that_was_had_is_acknowledged_again_and_not_given_again() -> None:
    order = EventOrder(5)
    assert list(order.take(event(4))) == []
    assert order.ack_due
