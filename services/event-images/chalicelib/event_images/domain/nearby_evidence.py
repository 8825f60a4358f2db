"""Evidence across an event: the same runner, seconds earlier or later, before the same camera.

A reading that is doubtful in one photo may be sharp in the next. What is sharp there supports what
is doubtful here, the more so if others who run beside are in both photos. The rules are careful:

- only readings that were accepted on their own support others, so support never feeds on support;
- a number is never put in: an alternative that is seen nearby is likelier, and stays one;
- what the start list does not hold stays a person's to decide;
- each change says what it was before and which readings are behind it, and can be taken back.

Nothing here runs by itself: ``steps.support_nearby`` calls it for events whose setting says so, and
leaves out the bibs of runners who opted out.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.event_images.domain.evidence import (
    LOW_CONFIDENCE,
    SEEN_NEARBY,
    UNLISTED,
    Evidence,
    verdict_of,
)
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import BibAlternative
from shared.models import Model


@dataclass(frozen=True)
class SeenPhoto:
    """A photo, as far as it may support others.

    ``camera`` is whatever tells two cameras apart. Without a camera or a time a photo neither
    supports nor is supported.
    """

    image_id: str
    camera: str | None
    taken_at: datetime | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class NearbyRules:
    """What counts as nearby, and how much it says."""

    seconds: float = 10.0  # apart, at most
    fades: float = 4.0  # seconds after which a reading says about a third of what it said
    least: float = 0.8  # confidence of what supports
    lift: float = 8.0  # times likelier, for a reading of the same moment
    companion_lift: float = 1.5  # times likelier again, if another runner is in both photos
    most: float = 20.0  # times likelier, whatever there is


class Supporter(Model):
    """A reading of another photo that is behind a change. ``seconds`` is how far apart."""

    image_id: str
    bib: str
    confidence: float
    seconds: float
    companions: tuple[str, ...]


class Support(Model):
    """One change, with all that is needed to explain it and to take it back."""

    image_id: str
    before: Evidence
    after: Evidence
    supporters: tuple[Supporter, ...]


DEFAULT = NearbyRules()


def support(
    photos: Iterable[SeenPhoto], *, min_confidence: float, rules: NearbyRules = DEFAULT
) -> tuple[Support, ...]:
    """The changes that the photos of one event suggest for each other's doubtful readings.

    Args:
        photos: Of one event, in any order, each with its evidence as it was weighed by itself.
        min_confidence: How sure a reading must be to be accepted, 0 to 1.
        rules: What counts as nearby.
    """
    dated = [photo for photo in photos if photo.camera is not None and photo.taken_at is not None]
    index = _Index(dated, rules)
    changes = []
    for photo in sorted(dated, key=lambda p: p.image_id):
        for evidence in photo.evidence:
            if evidence.verdict != "accepted":
                change = _supported(photo, evidence, index, min_confidence)
                changes += [change] if change else []
    return tuple(changes)


def applied(photo: SeenPhoto, changes: Iterable[Support]) -> SeenPhoto:
    """The photo with its changes made. What has changed since it was weighed stays as it is."""
    return _replaced(photo, {c.before: c.after for c in changes if c.image_id == photo.image_id})


def undone(photo: SeenPhoto, changes: Iterable[Support]) -> SeenPhoto:
    """The photo as it was before those changes."""
    return _replaced(photo, {c.after: c.before for c in changes if c.image_id == photo.image_id})


def _replaced(photo: SeenPhoto, other: Mapping[Evidence, Evidence]) -> SeenPhoto:
    evidence = tuple(other.get(each, each) for each in photo.evidence)
    return SeenPhoto(photo.image_id, photo.camera, photo.taken_at, evidence)


class _Index:
    """The accepted readings by camera and number, in the order of time."""

    def __init__(self, photos: Sequence[SeenPhoto], rules: NearbyRules) -> None:
        self.rules = rules
        seen: dict[tuple[str | None, str], list[tuple[datetime, SeenPhoto, Evidence]]]
        seen = defaultdict(list)
        for photo in photos:
            for evidence in photo.evidence:
                sure = evidence.verdict == "accepted" and evidence.confidence >= rules.least
                if sure and photo.taken_at is not None:
                    key = (photo.camera, normal_bib(evidence.bib))
                    seen[key].append((photo.taken_at, photo, evidence))
        self._seen = {
            key: sorted(found, key=lambda s: (s[0], s[1].image_id)) for key, found in seen.items()
        }

    def supporters(self, photo: SeenPhoto, number: str) -> list[Supporter]:
        """The readings of a number in other photos of the same camera, the nearest first."""
        if photo.taken_at is None:
            return []
        found = self._seen.get((photo.camera, number), [])
        apart = timedelta(seconds=self.rules.seconds)
        first = bisect_left(found, photo.taken_at - apart, key=lambda s: s[0])
        last = bisect_right(found, photo.taken_at + apart, key=lambda s: s[0])
        here = _accepted(photo) - {number}
        supporters = [
            Supporter(
                image_id=other.image_id,
                bib=evidence.bib,
                confidence=evidence.confidence,
                seconds=abs((at - photo.taken_at).total_seconds()),
                companions=tuple(sorted(here & _accepted(other))),
            )
            for at, other, evidence in found[first:last]
            if other.image_id != photo.image_id
        ]
        return sorted(supporters, key=lambda s: (s.seconds, s.image_id))

    def lift(self, supporters: Sequence[Supporter]) -> float:
        """How many times likelier a number becomes: by the best supporter, since many photos of
        one moment tell little more than one.
        """
        rules = self.rules
        lifts = [
            (1 + (rules.lift - 1) * math.exp(-s.seconds / rules.fades) * s.confidence)
            * (rules.companion_lift if s.companions else 1.0)
            for s in supporters
        ]
        return min(max(lifts, default=1.0), rules.most)


def _accepted(photo: SeenPhoto) -> set[str]:
    return {normal_bib(e.bib) for e in photo.evidence if e.verdict == "accepted"}


def _supported(
    photo: SeenPhoto, evidence: Evidence, index: _Index, min_confidence: float
) -> Support | None:
    """The change of one doubtful reading, or None where nothing nearby speaks of it."""
    number = normal_bib(evidence.bib)
    if number in _accepted(photo):
        return None
    chances = {normal_bib(other.bib): other.confidence for other in evidence.alternatives}
    chances[number] = evidence.confidence
    behind = {bib: index.supporters(photo, bib) for bib in chances}
    if not any(behind.values()):
        return None
    rest = max(0.0, 1 - sum(chances.values()))
    lifted = {bib: chance * index.lift(behind[bib]) for bib, chance in chances.items()}
    total = rest + sum(lifted.values())
    if total <= 0:
        return None
    after = {bib: chance / total for bib, chance in lifted.items()}
    confidence = after.pop(number)
    verdict = verdict_of(confidence, min_confidence, unlisted=UNLISTED in evidence.reasons)
    if evidence.verdict == "review" and verdict == "rejected":
        # Another number became likelier here, which is a person's to choose.
        verdict = "review"
    reasons = [
        reason
        for reason in evidence.reasons
        if not (reason == LOW_CONFIDENCE and verdict == "accepted")
    ]
    alternatives = [BibAlternative(bib=bib, confidence=chance) for bib, chance in after.items()]
    changed = evidence.model_copy(
        update={
            "confidence": confidence,
            "alternatives": tuple(sorted(alternatives, key=lambda a: (-a.confidence, a.bib))),
            "verdict": verdict,
            "reasons": (*reasons, SEEN_NEARBY),
        }
    )
    supporters = [supporter for bib in sorted(behind) for supporter in behind[bib]]
    return Support(
        image_id=photo.image_id, before=evidence, after=changed, supporters=tuple(supporters)
    )
