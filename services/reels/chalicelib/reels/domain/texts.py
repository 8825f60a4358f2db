"""The texts of a reel: when they are shown, and how they look."""

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.reels.domain import variables
from chalicelib.reels.models import Brand, Template, TemplateText
from shared.video.plan import TextLayer, TextStyle

FADE = 0.25
# A text stays this far from the cuts before and after it, so that none flashes on the next picture.
MARGIN = 0.1
SHORTEST = 0.3


def texts_of(
    template: Template, known: Mapping[str, str], photos: Sequence[float], end: float
) -> Iterator[TextLayer]:
    """The text layers of a video.

    Args:
        template: Its texts.
        known: The values of the variables.
        photos: How long each photo is shown.
        end: When the video ends; the card takes what is left after the photos.
    """
    when = {text.during for text in template.texts}
    # The only photo is the first and the last one: its two kinds of texts share its time.
    part = 0.5 if len(photos) == 1 and {"first", "last"} <= when else 1.0
    for text in template.texts:
        start, until = _span(text, photos, end, part)
        words = _words(text, known)
        if words is None or until - start < SHORTEST:
            continue
        yield TextLayer(
            kind=text.kind,
            text=words[0],
            subtext=words[1],
            start=start,
            end=until,
            position=text.position,
            style=_style(text, template.brand),
            fade=0.0 if text.during == "all" else min(FADE, (until - start) / 4),
        )


def _words(text: TemplateText, known: Mapping[str, str]) -> tuple[str, str | None] | None:
    """The line and the one below it; None when there is nothing to say."""
    main = variables.fill(text.text, known)
    if main is None:
        main = variables.fill(text.otherwise, known) if text.otherwise else None
        # What stands below belongs to the text that could not be filled.
        return (main, None) if main else None
    below = variables.fill(text.subtext, known) if text.subtext else None
    return main, below


def _span(
    text: TemplateText, photos: Sequence[float], end: float, part: float
) -> tuple[float, float]:
    shown = sum(photos)
    spans = {
        "first": (MARGIN, photos[0] * part - MARGIN),
        "photos": (0.0, shown - MARGIN),
        "last": (shown - photos[-1] * part + MARGIN, shown - MARGIN),
        "card": (shown + MARGIN, end),
        "all": (0.0, end),
    }
    start, until = spans[text.during]
    return max(0.0, start), max(0.0, until)


def _style(text: TemplateText, brand: Brand) -> TextStyle:
    background = text.background or (brand.accent if text.kind == "badge" else None)
    colour = text.colour or (readable_on(background) if background else brand.foreground)
    return TextStyle(
        size=text.size,
        colour=colour,
        background=background,
        background_opacity=1.0 if text.kind == "badge" else None,
    )


def readable_on(colour: str) -> str:
    """Black or white, whichever is easier to read on a colour."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return "#15181a" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
