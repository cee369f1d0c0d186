"""What the fields of a rule are called, and what a kind of check looks for."""

from __future__ import annotations

from flask_babel import gettext


def kind_name(kind: str) -> str:
    """A kind of analyzer.rules.kinds in a few words."""
    names: dict[str, str] = {
        "words": gettext("Words that are said"), "missing": gettext("Words that are not said"),
        "follow": gettext("A, then not B"), "share": gettext("Words too often or too rarely"),
        "repeated": gettext("The same again and again"), "silence": gettext("Silence"), "hold": gettext("Hold without due notice"),
        "talk_over": gettext("Talking over the other"), "pace": gettext("Pace of speech"), "turn": gettext("Turn too long"),
        "ring": gettext("Rang too long"), "hung_up": gettext("Who hung up"), "mood": gettext("Mood"),
    }  # fmt: skip
    return names.get(kind, kind)


def kind_text(kind: str) -> str:
    """What a check of that kind takes for a fault."""
    texts: dict[str, str] = {
        "words": gettext("A fault is to say one of the words, or what sounds like it."),
        "missing": gettext("A fault is not to say one word at least of each part, within the window."),
        "follow": gettext("A fault is that A is said and B does not follow (or did not come before, or does follow)."),
        "share": gettext("A fault is to say the words more often or more rarely than so many times per hundred characters."),
        "repeated": gettext("A fault is to say nearly the same sentence so many times."),
        "silence": gettext("A fault is that nobody speaks for so long without an announcement or music."),
        "hold": gettext("A fault is a hold without a reason, without thanks afterwards, or too long without a word."),
        "talk_over": gettext("A fault is to begin while the other speaks, and to go on."),
        "pace": gettext("A fault is to speak slower or faster than so many characters a minute."),
        "turn": gettext("A fault is to speak for so long that the other cannot get a word in."),
        "ring": gettext("A fault is to let it ring for longer than that."),
        "hung_up": gettext("A fault is to be the one who ends the call."),
        "mood": gettext("A fault is that the signs in words and voice add up to the threshold."),
    }
    return texts.get(kind, "")


def field_name(name: str) -> str:
    """A field of a check."""
    return _words().get(name) or _numbers().get(name) or _mood().get(name) or name


def field_hint(name: str) -> str:
    """What is put into it, where its name does not say so."""
    hints: dict[str, str] = {
        "unless": gettext("Longer words around them that make it no fault."),
        "hedge": gettext("Words before them in the sentence, as “if”, that make it no fault."),
        "but_after": gettext("Words of the same side that make it good when they follow."),
        "parts": gettext("One part a line: name: word, word, @set"),
        "company_part": gettext("The part that the company’s own name fulfils too."),
        "when": gettext("One pattern a line."), "words": gettext("One pattern a line."),
        "within_s": gettext("0: until the call ends."),
        "same": gettext("Words on one line mean the same."),
        "or_rule": gettext("A hit of that rule counts as A, too."),
        "rules": gettext("One rule a line: id = weight"),
        "confidence": gettext("0–1, of a clean match."),
        "mixed": gettext("Also look at lines with both people on one channel."),
        "first_s": gettext("0: no limit."), "last_s": gettext("0: no limit."),
        "first_turns": gettext("0: no limit."), "last_turns": gettext("0: no limit."),
    }  # fmt: skip
    return hints.get(name, "")


def choice_name(value: str) -> str:
    """A choice of a field."""
    names: dict[str, str] = {
        "zh": gettext("Chinese"), "en": gettext("English calls"), "any": gettext("any"), "in": gettext("incoming"),
        "out": gettext("outgoing"), "agent": gettext("Agent"), "customer": gettext("Customer"), "both": gettext("Both sides"),
        "angry": gettext("angry"), "happy": gettext("happy"), "neutral": gettext("calm"), "sad": gettext("sad"),
    }  # fmt: skip
    return names.get(value, value)


def _words() -> dict[str, str]:
    return {
        "words": gettext("Words"), "unless": gettext("Exceptions"), "hedge": gettext("Not after these words"),
        "but_after": gettext("Made good by"), "parts": gettext("Parts"), "company_part": gettext("Company’s name is part"),
        "when": gettext("A: these words"), "then": gettext("B: these words"), "when_side": gettext("A is said by"),
        "then_side": gettext("B is said by"), "when_unless": gettext("Exceptions to A"), "then_unless": gettext("Exceptions to B"),
        "excused": gettext("Excused by these words"), "excused_unless": gettext("Exceptions to the excuse"),
        "excused_side": gettext("The excuse is said by"), "same": gettext("Same meaning"),
        "announce": gettext("Announcement by the agent"),
        "customer_announce": gettext("Announcement by the customer"), "announce_unless": gettext("No announcement"),
        "reason": gettext("Words of a reason"), "thanks": gettext("Words of thanks or apology"),
        "or_rule": gettext("Or this rule was hit"), "language": gettext("Language of the call"),
        "direction": gettext("Direction"), "mixed": gettext("One-channel lines"), "confidence": gettext("Certainty"),
        "before": gettext("B has to come before A"), "wanted": gettext("The fault is that B is missing"),
        "once": gettext("Only the first A counts"),
    }  # fmt: skip


def _numbers() -> dict[str, str]:
    return {
        "first_s": gettext("Only in the first seconds"), "last_s": gettext("Only in the last seconds"),
        "first_turns": gettext("Only in the first turns"), "last_turns": gettext("Only in the last turns"),
        "but_after_s": gettext("Made good within seconds"), "count": gettext("How many times it takes"),
        "least_units": gettext("At least so many characters spoken"), "least_s": gettext("At least seconds"),
        "within_s": gettext("B within seconds"), "grace_s": gettext("Seconds of grace"), "least": gettext("At least"),
        "most": gettext("At most"), "least_count": gettext("In any case so many times"), "times": gettext("How many times"),
        "similarity": gettext("Alike in sound, 0–1"), "meaning": gettext("Alike in words, 0–1"),
        "longest_s": gettext("Longest, seconds"), "after_s": gettext("After seconds"),
    }  # fmt: skip


def _mood() -> dict[str, str]:
    return {
        "strong": gettext("Strong words"), "mild": gettext("Mild words"), "emotion": gettext("Emotion in the voice"),
        "threshold": gettext("Threshold"), "strong_weight": gettext("Weight of a strong word"),
        "mild_weight": gettext("Weight of a mild word"), "voice_weight": gettext("Weight of the voice"),
        "voice_floor": gettext("Voice counts from"), "voice_least_s": gettext("Voice: shortest utterance, seconds"),
        "level_db": gettext("Rise of loudness, dB"), "level_weight": gettext("Weight of loudness"),
        "pace_ratio": gettext("Rise of pace, times"), "pace_weight": gettext("Weight of pace"),
        "particles_ratio": gettext("Rise of particles, times"), "particles_weight": gettext("Weight of particles"),
        "rules": gettext("Weights of other rules’ hits"),
    }  # fmt: skip
