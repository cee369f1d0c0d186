"""Names people read for the ids that data carries, in the page's language."""

from __future__ import annotations

from flask_babel import gettext

from quality.callproblems import CLASSES
from quality.callrows import AnalysisState
from quality.formstore import Forms
from quality.users import Users
from webui.context import box
from webui.languages import language
from webui.rulenames import rule_name


def score_name(name: str) -> str:
    """compliance, experience, risk, form."""
    names: dict[str, str] = {
        "compliance": gettext("Compliance"),
        "experience": gettext("Experience"),
        "risk": gettext("Risk"),
        "form": gettext("Form"),
    }
    return names.get(name, name)


def analysis_name(state: str) -> str:
    """A state of quality.callrows.ANALYSIS_STATES in a few words."""
    names: dict[str, str] = {
        "waiting": gettext("waiting for analysis"),
        "done": gettext("analysed"),
        "failed": gettext("analysis failed, will be tried again"),
        "parked": gettext("analysis given up"),
        "put_off": gettext("not transcribed yet: the box was too busy"),
        "recording": gettext("still being recorded"),
        "none": gettext("not answered"),
    }
    return names.get(state, state)


def analysis_text(analysis: AnalysisState) -> str:
    """The same as a full sentence, for the call page."""
    names: dict[str, str] = {
        "waiting": gettext(
            "This call has not been analysed yet. It is next in line when the analyzer is free; reload the page in a minute."
        ),
        "failed": gettext("The analysis failed and will be tried again by itself. The recording is unharmed."),
        "parked": gettext(
            "The analysis was given up after several tries. The recording is unharmed and can be heard and reviewed."
        ),
        "put_off": gettext(
            "This call is not transcribed yet, because the box was too busy. Its words and scores follow by themselves when there "
            "is time."
        ),
    }
    return names.get(analysis.state, "")


def side_name(side: str) -> str:
    """agent, customer or mixed, as a speaker."""
    both: str = gettext("Both sides")
    names: dict[str, str] = {"agent": gettext("Agent"), "customer": gettext("Customer")}
    return names.get(side, both)


def emotion_name(label: str) -> str:
    """A label of analyzer.result.EMOTIONS."""
    names: dict[str, str] = {
        "angry": gettext("angry"),
        "happy": gettext("happy"),
        "neutral": gettext("calm"),
        "sad": gettext("sad"),
    }
    return names.get(label, label)


def sort_name(sort: str) -> str:
    """An order of quality.paging.SORTS."""
    names: dict[str, str] = {
        "newest": gettext("newest first"),
        "oldest": gettext("oldest first"),
        "longest": gettext("longest first"),
        "shortest": gettext("shortest first"),
        "compliance": gettext("lowest compliance first"),
        "experience": gettext("lowest experience first"),
        "risk": gettext("riskiest first"),
        "priority": gettext("high priority first"),
    }
    return names.get(sort, sort)


def filter_name(name: str) -> str:
    """A filter of webui.search.filters.FILTER_NAMES, or the search text."""
    names: dict[str, str] = {
        "q": gettext("Search"),
        "agent": gettext("Agent"),
        "team": gettext("Team"),
        "line": gettext("Line"),
        "number": gettext("Number"),
        "rule": gettext("Rule broken"),
        "since": gettext("From day"),
        "until": gettext("To day"),
        "min_duration": gettext("Duration, at least"),
        "max_duration": gettext("Duration, at most"),
        "score": gettext("Score"),
        "min_score": gettext("Score, at least"),
        "max_score": gettext("Score, at most"),
        "reviewed": gettext("Reviewed"),
        "priority": gettext("Priority"),
        "direction": gettext("Direction"),
        "analysis": gettext("Analysis"),
        "answered": gettext("Answered"),
        "ended": gettext("Ended"),
        "passed": gettext("Result"),
        "faulty": gettext("Machine’s faults"),
        "problem": gettext("Problems people found"),
        "item": gettext("Problem with"),
        "hung_up": gettext("Hung up"),
        "mood": gettext("Mood"),
        "min_silence": gettext("Silence, at least"),
    }
    return names.get(name, name)


def filter_value(name: str, value: str) -> str:
    """A filter's value as the reader chose it."""
    choices: dict[str, dict[str, str]] = {
        "reviewed": {"yes": gettext("reviewed"), "no": gettext("not yet"), "draft": gettext("begun by me")},
        "hung_up": {"agent": gettext("the agent"), "customer": gettext("the customer")},
        "priority": {"yes": gettext("high"), "no": gettext("normal")},
        "direction": {"in": gettext("incoming"), "out": gettext("outgoing")},
        "answered": {"yes": gettext("answered"), "no": gettext("not answered")},
        "ended": {"yes": gettext("yes"), "no": gettext("no")},
        "passed": {"yes": gettext("passed"), "no": gettext("not passed")},
        "faulty": {"yes": gettext("some"), "no": gettext("none")},
        "problem": {klass: gettext("class %(name)s", name=klass) for klass in CLASSES},
    }
    if name == "reviewed" and value.startswith("by:"):
        return reviewer_name(value.removeprefix("by:"))
    by_data = {"item": item_name, "mood": mood_name, "rule": rule_name, "score": score_name, "analysis": analysis_name}
    return by_data[name](value) if name in by_data else choices.get(name, {}).get(value, value)


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
    """Why audio is missing: a reason of recorder.calls.Gap."""
    names: dict[str, str] = {
        "overrun": gettext("the box was too busy"),
        "device_lost": gettext("the sound device went away"),
        "disk_full": gettext("the disk was full"),
        "late_event": gettext("the start of the call was told too late"),
        "paused": gettext("paused on purpose"),
    }
    return names.get(reason, reason)
