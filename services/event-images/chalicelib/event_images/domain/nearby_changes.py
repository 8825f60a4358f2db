"""Changes that photos nearby made to a photo's readings: kept on its row, and applied to it.

What the engine saw stays as it was. A change is applied each time the photo is judged, after the
start list and before people's decisions, so taking it off the row undoes it without a trace.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import isclose

from chalicelib.event_images.domain.evidence import LOW_CONFIDENCE, SEEN_NEARBY, Evidence
from chalicelib.event_images.domain.nearby_evidence import Support
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import AuditEntry, BibAlternative
from chalicelib.event_images.models.nearby import NearbyChange, NearbySupporter, NearbyWeight

# Who changed a photo, in the record.
NEARBY = "nearby"
# A transaction takes 100 writes: 80 are of tags, and each change or its undoing is recorded.
MOST_CHANGES = 8
MOST_SUPPORTERS = 10
_DIGITS = 6


def change_of(found: Support) -> NearbyChange:
    """A change as it is stored, without the numbers of anybody else.

    Of the photos behind it the nearest are kept, those of the reading's own number first.
    """
    number = normal_bib(found.before.bib)
    behind = sorted(
        found.supporters, key=lambda s: (normal_bib(s.bib) != number, s.seconds, s.image_id)
    )
    seconds: dict[str, float] = {}
    for one in behind:
        seconds.setdefault(one.image_id, round(one.seconds, _DIGITS))
    likelier = {normal_bib(one.bib): one.confidence for one in found.after.alternatives}
    return NearbyChange(
        bib=found.before.bib,
        before=_weight(found.before),
        after=_weight(found.after),
        others=tuple(
            round(likelier.get(normal_bib(one.bib), one.confidence), _DIGITS)
            for one in found.before.alternatives
        ),
        supporters=tuple(
            NearbySupporter(image_id=image_id, seconds=apart)
            for image_id, apart in list(seconds.items())[:MOST_SUPPORTERS]
        ),
    )


def supported(
    evidence: Iterable[Evidence], changes: Sequence[NearbyChange]
) -> tuple[Evidence, ...]:
    """The evidence with the changes made. A reading that is weighed otherwise by now stays."""
    return tuple(_supported(one, changes) for one in evidence) if changes else tuple(evidence)


def fits(change: NearbyChange, evidence: Evidence) -> bool:
    """Whether a change is about this reading, as it is weighed now."""
    before = change.before
    same = normal_bib(change.bib) == normal_bib(evidence.bib)
    near = isclose(before.confidence, evidence.confidence, rel_tol=0, abs_tol=10**-_DIGITS)
    return same and before.verdict == evidence.verdict and near


def wanted(
    stored: Sequence[NearbyChange],
    found: Iterable[NearbyChange],
    evidence: Sequence[Evidence],
    decided: Mapping[str, object],
) -> list[NearbyChange]:
    """The changes that a photo's row is to have.

    Args:
        stored: Those that it has.
        found: Those that photos nearby suggest now.
        evidence: The photo's readings as they are weighed now.
        decided: The numbers that people decided about. What is stored of them stays, so that a
            decision that is undone leaves the photo as it was.
    """
    kept = [one for one in stored if normal_bib(one.bib) in decided]
    kept += [
        one
        for one in found
        if normal_bib(one.bib) not in decided and any(fits(one, each) for each in evidence)
    ]
    return kept[:MOST_CHANGES]


def record(
    image_id: str,
    version: int,
    at: datetime,
    *,
    old: Sequence[NearbyChange],
    new: Sequence[NearbyChange],
    before: tuple[str, ...],
    after: tuple[str, ...],
) -> list[AuditEntry]:
    """An entry for each change that was taken back or made.

    Args:
        image_id: The photo.
        version: Of its row, before this.
        at: When.
        old: The changes that the row had.
        new: Those that it gets.
        before: The photo's bibs before all of this.
        after: And afterwards.
    """
    taken_back = [("undo", one) for one in old if one not in new]
    made = [("support", one) for one in new if one not in old]
    entries = []
    for number, (action, change) in enumerate((*taken_back, *made)):
        seed = f"{NEARBY} {image_id} {version} {number}"
        entry = {
            "audit_id": hashlib.sha256(seed.encode()).hexdigest()[:20],
            "image_id": image_id,
            # They keep their order in the record.
            "at": at + timedelta(microseconds=number),
            "by": NEARBY,
            "action": action,
            "bib": change.bib,
            "nearby": change,
            "before": before,
            "after": after,
        }
        entries.append(AuditEntry.model_validate(entry))
    return entries


def _supported(evidence: Evidence, changes: Sequence[NearbyChange]) -> Evidence:
    change = next((one for one in changes if fits(one, evidence)), None)
    if change is None:
        return evidence
    after, alternatives = change.after, evidence.alternatives
    if len(change.others) == len(alternatives):
        pairs = zip(alternatives, change.others, strict=True)
        moved = [BibAlternative(bib=one.bib, confidence=chance) for one, chance in pairs]
        alternatives = tuple(sorted(moved, key=lambda one: (-one.confidence, one.bib)))
    reasons = [
        one for one in evidence.reasons if one != LOW_CONFIDENCE or after.verdict != "accepted"
    ]
    update = {
        "confidence": after.confidence,
        "verdict": after.verdict,
        "alternatives": alternatives,
        "reasons": (*reasons, SEEN_NEARBY),
    }
    return evidence.model_copy(update=update)


def _weight(evidence: Evidence) -> NearbyWeight:
    return NearbyWeight(confidence=round(evidence.confidence, _DIGITS), verdict=evidence.verdict)
