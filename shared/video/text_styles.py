"""How each kind of text looks unless its layer says otherwise, and where it goes."""

from dataclasses import dataclass
from typing import Literal

from shared.video.plan import Place, TextKind, TextLayer

Colour = tuple[int, int, int]
Align = Literal["left", "center", "right"]

# Nothing is nearer to an edge than this part of the frame: screens and players cut there.
SAFE = 0.05
# In an upright video the players of phones lay their own texts and buttons over both ends.
UPRIGHT_TOP, UPRIGHT_BOTTOM = 0.08, 0.14


@dataclass(frozen=True)
class Look:
    """What a text layer looks like; lengths are parts of the frame's shorter side.

    Attributes:
        size: An em.
        sub: The second line's em, as a part of the first's.
        width: The widest that the text may be, as a part of the frame's width.
        panel: The colour behind the text, or None. On a panel, `line` is the colour of its bar or
            band; without one, it is the line around the letters, or None.
    """

    size: float
    sub: float
    most_lines: int
    width: float
    place: Place
    align: Align
    bold: bool
    colour: Colour
    line: Colour | None
    panel: Colour | None
    panel_opacity: float
    balanced: bool


_WHITE, _INK, _NIGHT, _AMBER = (255, 255, 255), (17, 20, 24), (13, 17, 23), (255, 183, 3)
LOOKS: dict[TextKind, Look] = {
    "title": Look(
        0.108, 0.46, 3, 0.90, "center", "center", True, _WHITE, _INK, None, 0.0, balanced=True
    ),
    "caption": Look(
        0.054, 0.75, 3, 0.86, "bottom", "center", True, _WHITE, _INK, None, 0.0, balanced=True
    ),
    "lower_third": Look(
        0.056, 0.64, 2, 0.80, "bottom_left", "left", True, _WHITE, _AMBER, _NIGHT, 0.82,
        balanced=False,
    ),
    "badge": Look(
        0.088, 0.34, 1, 0.42, "top_right", "center", True, _INK, _AMBER, _WHITE, 1.0,
        balanced=False,
    ),
    "subtitle": Look(
        0.046, 0.8, 2, 0.86, "bottom", "center", False, _WHITE, None, (0, 0, 0), 0.62,
        balanced=True,
    ),
}  # fmt: skip


def look_of(layer: TextLayer) -> Look:
    """The look of a layer: its kind's, with what its style sets.

    A text that is moved to another place is aligned to the side where it stands.
    """
    base, style = LOOKS[layer.kind], layer.style
    panel = colour_of(style.background) or base.panel
    line = colour_of(style.outline) or base.line
    opacity = base.panel_opacity if base.panel else 0.8
    if panel and not base.panel and not style.outline:
        line = None  # letters on a panel need none
    if style.background_opacity is not None:
        opacity = style.background_opacity
    place = layer.position or base.place
    return Look(
        size=style.size or base.size,
        sub=base.sub,
        most_lines=base.most_lines,
        width=base.width,
        place=place,
        align=style.align or (_align(place) if layer.position else base.align),
        bold=base.bold if style.bold is None else style.bold,
        colour=colour_of(style.colour) or base.colour,
        line=line,
        panel=panel,
        panel_opacity=opacity,
        balanced=base.balanced,
    )


def colour_of(text: str | None) -> Colour | None:
    """Red, green and blue of ``#rrggbb``, 0 to 255."""
    if text is None:
        return None
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def origin(place: Place, size: tuple[float, float], frame: tuple[int, int]) -> tuple[float, float]:
    """The left and upper edge of a box of that size, at that place within the safe margins."""
    (width, height), (frame_width, frame_height) = size, frame
    upright = frame_height > frame_width * 1.2
    left = frame_width * SAFE
    right = frame_width - left - width
    top = frame_height * (UPRIGHT_TOP if upright else SAFE)
    bottom = frame_height * (1 - (UPRIGHT_BOTTOM if upright else SAFE)) - height
    across = {"left": left, "right": right}.get(place.rpartition("_")[2], (left + right) / 2)
    x = across
    y = {"top": top, "bottom": bottom}.get(place.partition("_")[0], (frame_height - height) / 2)
    return x, y


def _align(place: Place) -> Align:
    side = place.rpartition("_")[2]
    return "left" if side == "left" else "right" if side == "right" else "center"
