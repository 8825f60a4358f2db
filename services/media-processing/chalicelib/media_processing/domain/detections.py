"""What of a detector's findings is kept."""

from collections.abc import Iterable

from chalicelib.media_processing.models import Detection

MOST_DETECTIONS = 200
MOST_LABEL = 100


def kept(
    found: Iterable[Detection], *, scale: float, width: int, height: int, least: float
) -> tuple[Detection, ...]:
    """The surest findings first, with boxes in pixels of the whole picture.

    Args:
        found: With boxes in pixels of what the detector saw.
        scale: How long a pixel of the picture was there.
        width: Of the picture.
        height: Of the picture.
        least: The confidence, 0 to 1, below which nothing is kept.
    """
    good = []
    for one in found:
        x0, x1 = (_within(edge / scale, width) for edge in (one.bbox[0], one.bbox[2]))
        y0, y1 = (_within(edge / scale, height) for edge in (one.bbox[1], one.bbox[3]))
        # A box that lies outside of the picture is no finding in it.
        if one.confidence >= least and x1 > x0 and y1 > y0:
            good.append(
                Detection(
                    label=one.label[:MOST_LABEL],
                    confidence=round(one.confidence, 4),
                    bbox=(x0, y0, x1, y1),
                )
            )
    good.sort(key=lambda one: (-one.confidence, one.label, one.bbox))
    return tuple(good[:MOST_DETECTIONS])


def _within(edge: float, side: int) -> float:
    return round(min(max(edge, 0.0), float(side)), 1)
