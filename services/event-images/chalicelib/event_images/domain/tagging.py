"""What becomes of a photo's readings: tags, questions for a person, or nothing.

The order of power: who opted out is left out first, and everywhere. Then a person's decision
counts, then what photos nearby say (where an event wants that), the start list, and the engine.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from chalicelib.event_images.domain.decisions import Said, forget, stand
from chalicelib.event_images.domain.evidence import Evidence, weigh
from chalicelib.event_images.domain.nearby_changes import supported
from chalicelib.event_images.domain.photos import MAX_READINGS, MAX_TAGS, normal_bib
from chalicelib.event_images.models import (
    BibAlternative,
    BibReading,
    Decision,
    NearbyChange,
    PhotoReading,
)

# A reason: the photo has as many tags as one can have.
TOO_MANY = "too_many_tags"


@dataclass(frozen=True)
class Judge:
    """What an event knows of its runners, as far as readings are judged by it.

    ``listed`` and ``near`` are None while there is no start list. All numbers are without zeros
    in front.
    """

    min_confidence: float
    listed: Callable[[str], bool] | None = None
    near: Callable[[str], Sequence[str]] | None = None
    opted_out: Container[str] = frozenset()

    def readings(
        self,
        seen: Sequence[BibReading],
        decisions: Sequence[Decision],
        nearby: Sequence[NearbyChange] = (),
    ) -> tuple[PhotoReading, ...]:
        """What the photo shows, from what the engine saw, photos nearby and people's decisions."""
        evidence = supported(self.weighed(seen), nearby)
        return decide_tags(evidence, decisions=decisions, opted_out=self.opted_out)

    def weighed(self, seen: Sequence[BibReading]) -> tuple[Evidence, ...]:
        """What the engine saw, by the start list, before photos nearby or people are asked."""
        return weigh(
            self.seen(seen),
            listed=self.listed,
            near=self.near,
            min_confidence=self.min_confidence,
        )

    def seen(self, seen: Iterable[BibReading]) -> list[BibReading]:
        """What the engine saw, surest first, without those who opted out: as it is stored."""
        best_first = sorted(seen, key=lambda reading: -reading.confidence)
        return [
            one.model_copy(update={"alternatives": _others(one.alternatives, self.opted_out)})
            for one in best_first[:MAX_READINGS]
            if normal_bib(one.bib) not in self.opted_out
        ]

    def hides(self, seen: Iterable[BibReading]) -> bool:
        """Whether a runner who opted out was seen clearly enough to be tagged."""
        return any(
            one.confidence >= self.min_confidence and normal_bib(one.bib) in self.opted_out
            for one in seen
        )

    def nearby(self, changes: Iterable[NearbyChange]) -> list[NearbyChange]:
        """The changes by photos nearby that may be stored."""
        return [one for one in changes if normal_bib(one.bib) not in self.opted_out]

    def decisions(self, decisions: Iterable[Decision]) -> list[Decision]:
        """The decisions that may be stored."""
        return forget(decisions, self.opted_out)


def decide_tags(
    evidence: Iterable[Evidence],
    *,
    decisions: Iterable[Decision],
    opted_out: Container[str],
) -> tuple[PhotoReading, ...]:
    """The photo's readings: people's first, then the surest.

    A number that people say is there is a reading of its own where the engine saw none. At most
    ``MAX_TAGS`` numbers are accepted, so that one transaction takes them.
    """
    said = stand(forget(decisions, opted_out))
    found: list[PhotoReading] = []
    for one in evidence:
        bib = normal_bib(one.bib)
        if bib in opted_out:
            continue
        reading = PhotoReading(
            bib=one.bib,
            confidence=one.confidence,
            box=one.box,
            alternatives=_others(one.alternatives, opted_out),
            accepted=one.verdict == "accepted",
            verdict=one.verdict,
            reasons=one.reasons,
        )
        if bib in said:
            reading = _said(reading, said[bib])
        found.append(reading)
    read = {normal_bib(reading.bib) for reading in found}
    for bib, what in said.items():
        if what.there and bib not in read:
            unread = PhotoReading(bib=what.bib, confidence=1, box=what.box, accepted=True)
            found.append(_said(unread, what))
    found.sort(key=lambda reading: (not _by_person(reading), -reading.confidence, reading.bib))
    return _limited(found[:MAX_READINGS])


def questions(readings: Iterable[PhotoReading]) -> list[PhotoReading]:
    """The readings that wait for a person's decision."""
    return [reading for reading in readings if reading.verdict == "review"]


def numbers(
    seen: Iterable[BibReading], readings: Iterable[PhotoReading], decisions: Iterable[Decision]
) -> set[str]:
    """Every number that these name anywhere, without zeros in front."""
    found: set[str] = set()
    for reading in (*seen, *readings):
        found |= {reading.bib, *(other.bib for other in reading.alternatives)}
    for one in decisions:
        found |= {bib for bib in (one.bib, one.to) if bib is not None}
    return {normal_bib(bib) for bib in found}


def _said(reading: PhotoReading, said: Said) -> PhotoReading:
    if said.there:
        update = {"accepted": True, "verdict": "accepted", "confidence": 1.0}
    else:
        update = {"accepted": False, "verdict": "rejected"}
    return reading.model_copy(update={**update, "decided": said.action})


def _by_person(reading: PhotoReading) -> bool:
    return reading.accepted and reading.decided is not None


def _limited(readings: Iterable[PhotoReading]) -> tuple[PhotoReading, ...]:
    bibs: set[str] = set()
    kept = []
    for reading in readings:
        bib = normal_bib(reading.bib)
        if reading.accepted and bib not in bibs and len(bibs) >= MAX_TAGS:
            update = {
                "accepted": False,
                "verdict": "rejected",
                "reasons": (*reading.reasons, TOO_MANY),
            }
            kept.append(reading.model_copy(update=update))
            continue
        if reading.accepted:
            bibs.add(bib)
        kept.append(reading)
    return tuple(kept)


def _others(
    alternatives: Iterable[BibAlternative], opted_out: Container[str]
) -> tuple[BibAlternative, ...]:
    return tuple(one for one in alternatives if normal_bib(one.bib) not in opted_out)
