"""From a template and the chosen photos to the plan of a video."""

from collections.abc import Mapping, Sequence

from chalicelib.reels.domain.beats import on_beats
from chalicelib.reels.domain.texts import texts_of
from chalicelib.reels.models import Aspect, Picture, Shot, Slot, Template
from shared.video.plan import AudioTrack, Box, Overlay, Plan, Scene, Transition

SIZES = {
    Aspect.PORTRAIT: (1080, 1920),
    Aspect.TALL: (1080, 1350),
    Aspect.SQUARE: (1080, 1080),
    Aspect.LANDSCAPE: (1920, 1080),
}
# A preview has a third of each side, and fewer pictures a second.
PREVIEW_PART = 3
PREVIEW_FPS = 15
MUSIC, LOGO = "music", "logo"
LEAST_SCENE = 0.5


def size_of(aspect: Aspect, *, preview: bool) -> tuple[int, int]:
    """Width and height in pixels; both even."""
    width, height = SIZES[aspect]
    if not preview:
        return width, height
    return width // PREVIEW_PART // 2 * 2, height // PREVIEW_PART // 2 * 2


def photo_source(image_id: str) -> str:
    """How a plan names a photo, until its file is fetched."""
    return f"photo-{image_id}"


def plan_reel(
    template: Template,
    shots: Sequence[Shot],
    pictures: Mapping[str, Picture],
    aspect: Aspect,
    *,
    known: Mapping[str, str],
    beats: Sequence[float] = (),
    preview: bool = False,
) -> Plan:
    """The plan of one video.

    Args:
        template: What it is to be like.
        shots: The photos, in their order; at least one.
        pictures: The sizes of their files by image id.
        aspect: Of the video.
        known: The values of the variables.
        beats: When the music's beats fall, in seconds of the music.
        preview: Small, and with fewer pictures a second.
    """
    width, height = size_of(aspect, preview=preview)
    slots = template.slots[: len(shots)]
    durations = hold(template, len(slots))
    card = template.card
    if card is not None:
        durations.append(card.seconds)
    music = template.music
    if music is not None and music.cut_on_beats:
        shifted = [beat - music.skip for beat in beats]
        durations = on_beats(durations, shifted, least=LEAST_SCENE)
    scenes = [
        _scene(number, slot, shot, pictures[shot.image_id], durations[number])
        for number, (slot, shot) in enumerate(zip(slots, shots, strict=False))
    ]
    if card is not None:
        entry = _entry(card.transition.kind, card.transition.seconds, durations[-1])
        scenes.append(
            Scene(duration=durations[-1], background=template.brand.background, transition=entry)
        )
    photos_end = sum(durations[: len(slots)])
    return Plan(
        width=width,
        height=height,
        fps=PREVIEW_FPS if preview else template.fps,
        background=template.brand.background,
        scenes=tuple(scenes),
        texts=tuple(texts_of(template, known, durations[: len(slots)], sum(durations))),
        overlays=_overlays(template, photos_end),
        audio=_audio(template, sum(durations)),
    )


def hold(template: Template, photos: int) -> list[float]:
    """How long each photo is shown: as the slots say, and longer where photos are few."""
    slots = [slot.seconds for slot in template.slots[:photos]]
    if photos >= len(template.slots):
        return slots
    longer = max(1.0, template.seconds / sum(slots))
    return [max(seconds, min(seconds * longer, template.longest_hold)) for seconds in slots]


def focus_of(shot: Shot, picture: Picture) -> tuple[Box, ...]:
    """What has to stay in the frame, in pixels of the file: the bib, and the head above it.

    Nothing where nobody marked the bib, whose box is then the whole photo: the engine finds where
    to look.
    """
    if shot.box == (0.0, 0.0, float(shot.width), float(shot.height)):
        return ()
    across, down = picture.width / shot.width, picture.height / shot.height
    x0, y0, x1, y1 = shot.box
    # A bib is about as wide as a head is high, and hangs two heads below its top.
    side = max(x1 - x0, y1 - y0, 1.0)
    middle = (x0 + x1) / 2
    body = (middle - 0.9 * side, y0 - 2.2 * side, middle + 0.9 * side, y1 + 0.4 * side)
    return (
        _box((x0, y0, x1, y1), across, down, picture, weight=1.0),
        _box(body, across, down, picture, weight=0.8),
    )


def _box(
    edges: tuple[float, float, float, float],
    across: float,
    down: float,
    picture: Picture,
    *,
    weight: float,
) -> Box:
    x0, x1 = (min(max(edge * across, 0.0), float(picture.width)) for edge in edges[::2])
    y0, y1 = (min(max(edge * down, 0.0), float(picture.height)) for edge in edges[1::2])
    return Box(x0=x0, y0=y0, x1=max(x0, x1), y1=max(y0, y1), weight=weight)


def _scene(number: int, slot: Slot, shot: Shot, picture: Picture, seconds: float) -> Scene:
    kind = "cut" if number == 0 else slot.transition.kind
    return Scene(
        source=photo_source(shot.image_id),
        duration=seconds,
        focus=focus_of(shot, picture),
        transition=_entry(kind, slot.transition.seconds, seconds),
        # A motion of its own for each place, and the same one in each rendering.
        seed=int(shot.image_id[:8], 16) ^ number if _is_hex(shot.image_id[:8]) else number,
    )


def _entry(kind: str, seconds: float, of: float) -> Transition:
    if kind == "cut":
        return Transition()
    return Transition.model_validate({"kind": kind, "seconds": min(seconds, of / 2)})


def _is_hex(text: str) -> bool:
    return bool(text) and all(c in "0123456789abcdef" for c in text)


def _overlays(template: Template, end: float) -> tuple[Overlay, ...]:
    logo = template.logo
    if logo is None:
        return ()
    return (
        Overlay(
            source=LOGO,
            end=None if template.card else end,
            position=logo.position,
            width=logo.width,
            opacity=logo.opacity,
        ),
    )


def _audio(template: Template, seconds: float) -> tuple[AudioTrack, ...]:
    music = template.music
    if music is None:
        return ()
    return (
        AudioTrack(
            path=MUSIC,
            gain=music.gain,
            fade_in=min(music.fade_in, seconds / 2),
            fade_out=min(music.fade_out, seconds / 2),
            skip=music.skip,
            loop=True,
        ),
    )
