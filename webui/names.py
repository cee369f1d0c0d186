"""Names people read for the ids that data carries, in the page's language. The tables are lazy: a list asks for one name of each a
hundred times, and only that one is translated."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext

from quality.access.users import Users
from quality.calls.problems import CLASSES
from quality.calls.rows import AnalysisState
from quality.forms.store import Forms
from webui.context import box
from webui.languages import language
from webui.rulenames import rule_name

_SCORES = {
    "compliance": lazy_gettext("Compliance"),
    "experience": lazy_gettext("Experience"),
    "risk": lazy_gettext("Risk"),
    "form": lazy_gettext("Form"),
}
_STATES = {
    "waiting": lazy_gettext("waiting for analysis"),
    "done": lazy_gettext("analysed"),
    "failed": lazy_gettext("analysis failed, will be tried again"),
    "parked": lazy_gettext("analysis given up"),
    "put_off": lazy_gettext("not transcribed yet: the box was too busy"),
    "recording": lazy_gettext("still being recorded"),
    "none": lazy_gettext("not answered"),
}
_STATE_TEXTS = {
    "waiting": lazy_gettext(
        "This call has not been analysed yet. It is next in line when the analyzer is free; reload the page in a minute."
    ),
    "failed": lazy_gettext("The analysis failed and will be tried again by itself. The recording is unharmed."),
    "parked": lazy_gettext(
        "The analysis was given up after several tries. The recording is unharmed and can be heard and reviewed."
    ),
    "put_off": lazy_gettext(
        "This call is not transcribed yet, because the box was too busy. Its words and scores follow by themselves when there "
        "is time."
    ),
}
_EMOTIONS = {
    "angry": lazy_gettext("angry"),
    "happy": lazy_gettext("happy"),
    "neutral": lazy_gettext("calm"),
    "sad": lazy_gettext("sad"),
}
_SORTS = {
    "newest": lazy_gettext("newest first"),
    "oldest": lazy_gettext("oldest first"),
    "longest": lazy_gettext("longest first"),
    "shortest": lazy_gettext("shortest first"),
    "compliance": lazy_gettext("lowest compliance first"),
    "experience": lazy_gettext("lowest experience first"),
    "risk": lazy_gettext("riskiest first"),
    "priority": lazy_gettext("high priority first"),
}
_FILTERS = {
    "q": lazy_gettext("Search"),
    "agent": lazy_gettext("Agent"),
    "team": lazy_gettext("Group"),
    "line": lazy_gettext("Line"),
    "number": lazy_gettext("Number"),
    "rule": lazy_gettext("Rule broken"),
    "since": lazy_gettext("From day"),
    "until": lazy_gettext("To day"),
    "min_duration": lazy_gettext("Duration, at least"),
    "max_duration": lazy_gettext("Duration, at most"),
    "score": lazy_gettext("Score"),
    "min_score": lazy_gettext("Score, at least"),
    "max_score": lazy_gettext("Score, at most"),
    "reviewed": lazy_gettext("Reviewed"),
    "priority": lazy_gettext("Priority"),
    "direction": lazy_gettext("Direction"),
    "analysis": lazy_gettext("Analysis"),
    "answered": lazy_gettext("Answered"),
    "ended": lazy_gettext("Ended"),
    "passed": lazy_gettext("Result"),
    "faulty": lazy_gettext("Machine’s faults"),
    "problem": lazy_gettext("Problems people found"),
    "item": lazy_gettext("Problem with"),
    "hung_up": lazy_gettext("Hung up"),
    "mood": lazy_gettext("Mood"),
    "min_silence": lazy_gettext("Silence, at least"),
}
_GAPS = {
    "overrun": lazy_gettext("the box was too busy"),
    "device_lost": lazy_gettext("the sound device went away"),
    "disk_full": lazy_gettext("the disk was full"),
    "late_event": lazy_gettext("the start of the call was told too late"),
    "paused": lazy_gettext("paused on purpose"),
}
_VALUES = {
    "reviewed": {"yes": lazy_gettext("reviewed"), "no": lazy_gettext("not yet"), "draft": lazy_gettext("begun by me")},
    "hung_up": {"agent": lazy_gettext("the agent"), "customer": lazy_gettext("the customer")},
    "priority": {"yes": lazy_gettext("high"), "no": lazy_gettext("normal")},
    "direction": {"in": lazy_gettext("incoming"), "out": lazy_gettext("outgoing")},
    "answered": {"yes": lazy_gettext("answered"), "no": lazy_gettext("not answered")},
    "ended": {"yes": lazy_gettext("yes"), "no": lazy_gettext("no")},
    "passed": {"yes": lazy_gettext("passed"), "no": lazy_gettext("not passed")},
    "faulty": {"yes": lazy_gettext("some"), "no": lazy_gettext("none")},
    "problem": {klass: lazy_gettext("class %(name)s", name=klass) for klass in CLASSES},
}
_SIDES = {"agent": lazy_gettext("Agent"), "customer": lazy_gettext("Customer")}


def score_name(name: str) -> str:
    """compliance, experience, risk, form."""
    return str(_SCORES.get(name, name))


def analysis_name(state: str) -> str:
    """A state of quality.calls.rows.ANALYSIS_STATES in a few words."""
    return str(_STATES.get(state, state))


def analysis_text(analysis: AnalysisState) -> str:
    """The same as a full sentence, for the call page."""
    return str(_STATE_TEXTS.get(analysis.state, ""))


def side_name(side: str) -> str:
    """agent, customer or mixed, as a speaker."""
    return str(_SIDES.get(side) or gettext("Both sides"))


def emotion_name(label: str) -> str:
    """A label of analyzer.result.EMOTIONS."""
    return str(_EMOTIONS.get(label, label))


def sort_name(sort: str) -> str:
    """An order of quality.calls.paging.SORTS."""
    return str(_SORTS.get(sort, sort))


def filter_name(name: str) -> str:
    """A filter of webui.search.filters.FILTER_NAMES, or the search text."""
    return str(_FILTERS.get(name, name))


def filter_value(name: str, value: str) -> str:
    """A filter's value as the reader chose it."""
    if name == "reviewed" and value.startswith("by:"):
        return reviewer_name(value.removeprefix("by:"))
    by_data = {"item": item_name, "mood": mood_name, "rule": rule_name, "score": score_name, "analysis": analysis_name}
    return by_data[name](value) if name in by_data else str(_VALUES.get(name, {}).get(value, value))


def mood_name(choice: str) -> str:
    """ "customer-angry" and the like."""
    side, _, mood = choice.partition("-")
    return str(gettext("%(side)s %(mood)s", side=side_name(side), mood=emotion_name(mood)))


def reviewer_name(user_id: str) -> str:
    """Who reviewed, as the account is called."""
    user = Users(box().store).get(user_id)
    return str(gettext("by %(name)s", name=user.name if user else user_id))


def item_name(item: str) -> str:
    """An item as the form in use calls it; its id when it no longer has it."""
    items = Forms(box().store).current().items
    return items[item].name.text(language()) if item in items else item


def gap_reason(reason: str) -> str:
    """Why audio is missing: a reason of recorder.store.calls.Gap."""
    return str(_GAPS.get(reason, reason))
