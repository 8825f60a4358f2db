"""What an event knows beside the photo: readings become evidence for a number, with a verdict.

The start list is the strongest of it. A number that starts is likelier to be what was read, and
one that does not start is a person's to decide on, however sharply it was read. Nothing here ever
reads a number that the engine did not: what the list suggests stays an alternative.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import Field

from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import BibAlternative, BibReading
from shared.models import Model

type Verdict = Literal["accepted", "review", "rejected"]

# Reasons, as they are stored and shown.
LISTED = "listed"
UNLISTED = "unlisted"
LOW_CONFIDENCE = "low_confidence"
ONE_EDIT_AWAY = "one_edit_away"
ALREADY_READ = "already_read"
SEEN_NEARBY = "seen_nearby"

# How much likelier a number becomes by being listed, and how much less by being unlisted: nearly
# all who run are listed (0.97), and about a third of the misreadings hit a listed number by chance.
LISTED_LIFT = 0.97 / 0.32
UNLISTED_DROP = 0.03 / 0.68
# Of the readings that are wrong, the share that a single edit sets right.
ONE_EDIT_SHARE = 0.3
# Below this a doubtful reading is not worth a person's look.
REVIEW_FROM = 0.15
MOST_ALTERNATIVES = 5


class Evidence(Model):
    """One reading, weighed.

    ``confidence`` is the probability (0 to 1) that ``bib``, as it is printed, is right, and
    ``box`` is ``(x0, y0, x1, y1)`` in pixels of the upright image. ``alternatives``, likeliest
    first, are for a person to choose from. ``reasons`` are stable codes, in the order in which
    they were found.
    """

    bib: str = Field(pattern=r"^[0-9]{1,6}$")
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]
    alternatives: tuple[BibAlternative, ...] = ()
    verdict: Verdict
    reasons: tuple[str, ...] = ()


def weigh(
    readings: Sequence[BibReading],
    *,
    listed: Callable[[str], bool] | None,
    near: Callable[[str], Sequence[str]] | None,
    min_confidence: float,
) -> tuple[Evidence, ...]:
    """The evidence of a photo: one for each reading, surest first.

    Args:
        readings: Of one photo.
        listed: Whether a number (without zeros in front) starts; None without a start list.
        near: The numbers that start and are one edit away; None without a start list.
        min_confidence: How sure a reading must be to be accepted, 0 to 1.
    """
    weighed = [_weigh(reading, listed, near, min_confidence) for reading in readings]
    accepted = {normal_bib(e.bib) for e in weighed if e.verdict == "accepted"}
    settled = [_without_known(evidence, accepted) for evidence in weighed]
    return tuple(sorted(settled, key=lambda e: (-e.confidence, e.bib)))


def verdict_of(confidence: float, min_confidence: float, *, unlisted: bool) -> Verdict:
    """What becomes of a reading that is ``confidence`` sure."""
    if confidence >= min_confidence and not unlisted:
        return "accepted"
    return "review" if confidence >= REVIEW_FROM else "rejected"


def _weigh(
    reading: BibReading,
    listed: Callable[[str], bool] | None,
    near: Callable[[str], Sequence[str]] | None,
    min_confidence: float,
) -> Evidence:
    number = normal_bib(reading.bib)
    if listed is None:
        verdict = verdict_of(reading.confidence, min_confidence, unlisted=False)
        doubts = [LOW_CONFIDENCE] if reading.confidence < min_confidence else []
        return _evidence(reading, reading.confidence, reading.alternatives, verdict, doubts)
    starts = listed(number)
    neighbours = [] if near is None else [normal_bib(bib) for bib in near(number)]
    after = _posterior(_prior(reading, number, neighbours), listed)
    confidence = after.pop(number)
    # Only numbers that start are worth a choice: all others lead to nobody.
    alternatives = [
        BibAlternative(bib=bib, confidence=chance) for bib, chance in after.items() if listed(bib)
    ]
    # An unlisted number is looked at where it was read well, though it became improbable.
    sure = confidence if starts else reading.confidence
    verdict = verdict_of(sure, min_confidence, unlisted=not starts)
    reasons = [LISTED if starts else UNLISTED]
    if sure < min_confidence:
        reasons.append(LOW_CONFIDENCE)
    if not starts and any(other.bib in neighbours for other in alternatives):
        reasons.append(ONE_EDIT_AWAY)
    return _evidence(reading, confidence, alternatives, verdict, reasons)


def _prior(reading: BibReading, number: str, neighbours: Sequence[str]) -> dict[str, float]:
    """How probable each number is before the list is asked; less than 1 in all."""
    prior = {number: reading.confidence}
    for other in reading.alternatives:
        bib = normal_bib(other.bib)
        if bib != number:
            prior[bib] = prior.get(bib, 0.0) + other.confidence
    total = sum(prior.values())
    if total > 1:
        prior = {bib: chance / total for bib, chance in prior.items()}
    rest = max(0.0, 1 - sum(prior.values()))
    others = sorted(set(neighbours) - {number})
    for bib in others:
        prior[bib] = prior.get(bib, 0.0) + ONE_EDIT_SHARE * rest / len(others)
    return prior


def _posterior(prior: dict[str, float], listed: Callable[[str], bool]) -> dict[str, float]:
    """The same once the list was asked. What is none of these numbers keeps its weight."""
    rest = max(0.0, 1 - sum(prior.values()))
    weight = {
        bib: chance * (LISTED_LIFT if listed(bib) else UNLISTED_DROP)
        for bib, chance in prior.items()
    }
    total = rest + sum(weight.values())
    return {bib: chance / total if total > 0 else 0.0 for bib, chance in weight.items()}


def _evidence(
    reading: BibReading,
    confidence: float,
    alternatives: Sequence[BibAlternative],
    verdict: Verdict,
    reasons: Sequence[str],
) -> Evidence:
    likeliest = sorted(alternatives, key=lambda other: (-other.confidence, other.bib))
    return Evidence(
        bib=reading.bib,
        confidence=min(max(confidence, 0.0), 1.0),
        box=reading.box,
        alternatives=tuple(likeliest[:MOST_ALTERNATIVES]),
        verdict=verdict,
        reasons=tuple(reasons),
    )


def _without_known(evidence: Evidence, accepted: set[str]) -> Evidence:
    """Without the alternatives that the photo shows anyway, at another place.

    What is then left of a reading that is unlisted and doubtful was a piece of one of those.
    """
    if evidence.verdict == "accepted":
        return evidence
    left = tuple(a for a in evidence.alternatives if normal_bib(a.bib) not in accepted)
    if len(left) == len(evidence.alternatives) and normal_bib(evidence.bib) not in accepted:
        return evidence
    reasons = (*(r for r in evidence.reasons if left or r != ONE_EDIT_AWAY), ALREADY_READ)
    doubtful = LOW_CONFIDENCE in reasons and not left
    known = normal_bib(evidence.bib) in accepted
    verdict: Verdict = "rejected" if known or doubtful else evidence.verdict
    return evidence.model_copy(
        update={"alternatives": left, "verdict": verdict, "reasons": reasons}
    )
