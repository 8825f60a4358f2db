"""Which of a runner's photos a reel shows: sharp, large, sure, over the whole race, none twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from chalicelib.reels.models import Shot
from shared.images import likeness

# A photo that is this many times as long as it is wide shows nothing in any frame.
LONGEST_SHAPE = 5.0
LEAST_SIDE = 160
# A bib this tall, as a part of the photo's height, shows its runner as large as one wishes.
TALL_BIB = 0.09
# Photos of one runner this close in time show one moment.
MOMENT_SECONDS = 2.0
_SHARP, _LARGE, _SURE, _SPREAD = 0.3, 0.3, 0.2, 0.35


@dataclass(frozen=True)
class Choice:
    """The photos of a reel in the order of the course, and what could take a place in it."""

    shots: tuple[Shot, ...]
    spares: tuple[Shot, ...] = ()


def usable(shot: Shot) -> bool:
    """Whether a photo can fill a frame at all."""
    short, long = sorted((shot.width, shot.height))
    return short >= LEAST_SIDE and long <= LONGEST_SHAPE * short


def choose(shots: Sequence[Shot], slots: int, *, duplicate_bits: int) -> Choice:
    """The best ``slots`` photos, or fewer if there are no more that differ.

    The same photos in any order give the same choice.
    """
    quality = _qualities(shots)
    left = sorted((s for s in shots if usable(s)), key=lambda s: (-quality[s.image_id], s.image_id))
    distinct: list[Shot] = []
    alike: list[Shot] = []
    for shot in left:
        twin = any(same_picture(shot, other, duplicate_bits) for other in distinct)
        (alike if twin else distinct).append(shot)
    picked: list[Shot] = []
    rest = list(distinct)
    span = _span(distinct)
    while rest and len(picked) < slots:
        best = max(rest, key=lambda s: quality[s.image_id] + _SPREAD * _apart(s, picked, span))
        picked.append(best)
        rest.remove(best)
    return Choice(in_course_order(picked), (*rest, *alike))


def in_course_order(shots: Sequence[Shot]) -> tuple[Shot, ...]:
    """By the time they were taken; those whose camera told none come last, by their ids."""
    return tuple(
        sorted(
            shots,
            key=lambda s: (s.taken_at is None, str(s.taken_at or ""), s.image_id),
        )
    )


def same_picture(one: Shot, other: Shot, bits: int) -> bool:
    """Whether two photos show the same: by their hashes, or else by moment and place.

    Two photos of a burst differ by little though the runner moved on, so a photo without a hash
    is held against the moment and against where in the frame the bib is.
    """
    if one.etag == other.etag and one.etag:
        return True
    if one.hash64 and other.hash64:
        return likeness.distance(one.hash64, other.hash64) <= bits
    if one.taken_at is None or other.taken_at is None:
        return False
    return abs((one.taken_at - other.taken_at).total_seconds()) < MOMENT_SECONDS and _overlap(
        one, other
    )


def _qualities(shots: Sequence[Shot]) -> dict[str, float]:
    known = [shot.sharpness for shot in shots if shot.sharpness is not None]
    middle = median(known) if known else 0.0
    found = {}
    for shot in shots:
        # Against the runner's other photos: sharpness has no unit that holds for all cameras.
        sharp = 0.5
        if shot.sharpness is not None and middle > 0:
            sharp = shot.sharpness / (shot.sharpness + middle)
        tall = (shot.box[3] - shot.box[1]) / max(1, shot.height)
        large = min(1.0, max(0.0, tall / TALL_BIB))
        found[shot.image_id] = _SHARP * sharp + _LARGE * large + _SURE * shot.confidence
    return found


def _span(shots: Sequence[Shot]) -> float:
    times = [shot.taken_at for shot in shots if shot.taken_at]
    return (max(times) - min(times)).total_seconds() if times else 0.0


def _apart(shot: Shot, picked: Sequence[Shot], span: float) -> float:
    """How far in time a photo is from those that are picked: 0 to 1."""
    others = [other.taken_at for other in picked if other.taken_at]
    if shot.taken_at is None or not others or span <= 0:
        return 0.0 if picked else 0.5
    nearest = min(abs((shot.taken_at - other).total_seconds()) for other in others)
    # Half of the span is as far as the second photo can be from one in the middle.
    return min(1.0, 2 * nearest / span)


def _overlap(one: Shot, other: Shot) -> bool:
    a = [edge / side for edge, side in zip(one.box, (one.width, one.height) * 2, strict=True)]
    b = [edge / side for edge, side in zip(other.box, (other.width, other.height) * 2, strict=True)]
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
