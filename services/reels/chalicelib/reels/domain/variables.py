"""The variables of texts: ``${participantName}`` and its like."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from chalicelib.reels.models import RaceEvent
from shared.contracts import RunnerEntry

KNOWN = (
    "participantName",
    "bib",
    "completionTime",
    "category",
    "team",
    "eventName",
    "eventDate",
)
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
# What a text may not hold: controls, and marks that turn the direction of all that follows. Scripts
# that run from right to left need none.
_DROPPED = {"Cc", "Cs", "Co", "Cn"}
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def named(text: str) -> list[str]:
    """The variables that a text names, in their order."""
    return [name.strip() for name in _VARIABLE.findall(text)]


def values(event: RaceEvent, bib: str, runner: RunnerEntry | None) -> dict[str, str]:
    """What the variables stand for; those without a value are absent."""
    found = {
        "participantName": runner.name if runner else None,
        "bib": bib,
        "completionTime": runner.finish_time if runner else None,
        "category": runner.category if runner else None,
        "team": runner.team if runner else None,
        "eventName": event.name,
        "eventDate": day(event.date) if event.date else None,
    }
    cleaned = {name: clean(value) for name, value in found.items() if value}
    return {name: value for name, value in cleaned.items() if value}


def fill(text: str, known: Mapping[str, str]) -> str | None:
    """The text with its variables replaced; None when one of them has no value.

    What a value holds is never read as a variable again.
    """
    if any(name not in known for name in named(text)):
        return None
    return _VARIABLE.sub(lambda match: known[match[1].strip()], text)


def clean(text: str) -> str:
    """A text in one line, composed, without control characters."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = (c for c in composed if unicodedata.category(c) not in _DROPPED and c not in _TURNS)
    return "".join(kept).strip()[:200]


def day(text: str) -> str:
    """A calendar day in words; anything else as it came."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return f"{date.day} {date:%B %Y}"
