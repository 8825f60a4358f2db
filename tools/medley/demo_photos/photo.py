"""Draws one photo: plate, runners from far to near, lens and sensor; and what can be read in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from medley.demo_photos.bib import FIRST_DIGIT, PinnedBib, print_card
from medley.demo_photos.effects import (
    bloom,
    blur_layer,
    confetti,
    flare,
    grade,
    grain,
    rain,
    streak_layer,
)
from medley.demo_photos.figure import Drawing, render
from medley.demo_photos.plate import paint_plate
from medley.demo_photos.shot import Actor, Shot
from medley.demo_photos.theme import Theme
from medley.demo_photos.truth import BibTruth


@dataclass
class _Placed:
    """A runner's drawing and where its corner lies in the photo."""

    actor: Actor
    drawing: Drawing
    left: int
    top: int
    blur: float


def _supersample(per_metre: float, blur: float) -> float:
    """Edges that stay sharp are drawn finer than the photo; what is blurred, coarser."""
    if blur > 2.5:
        return 1.0 if blur < 5 else 0.7
    return 2.0 if per_metre < 180 else 1.5 if per_metre < 350 else 1.25 if per_metre < 700 else 1.0


def _draw_actor(shot: Shot, theme: Theme, actor: Actor, rng: np.random.Generator) -> _Placed:
    per_metre = shot.camera.scale(actor.z)
    sample = _supersample(per_metre, shot.camera.blur(actor.z))
    card = print_card(actor.number, theme, actor.wave, rng)
    pinned = PinnedBib(card, actor.lie, per_metre * sample)
    drawing = render(
        actor.person, shot.light, per_metre, actor.z, pinned=pinned, supersample=sample
    )
    u, v = shot.camera.project(actor.x, 0, actor.z)
    left, top = round(u - drawing.anchor[0]), round(v - drawing.anchor[1])
    return _Placed(actor, drawing, left, top, shot.camera.blur(actor.z))


def _window(
    plane: NDArray[np.uint8], left: int, top: int, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], int, int]:
    """The part of a plane that lies in the picture, and its corner there."""
    x0, y0 = max(0, -left), max(0, -top)
    x1, y1 = min(plane.shape[1], size[0] - left), min(plane.shape[0], size[1] - top)
    return plane[y0 : max(y0, y1), x0 : max(x0, x1)], left + x0, top + y0


def _truths(placed: list[_Placed], size: tuple[int, int], least: float) -> list[BibTruth]:
    """What of each bib can be seen, past its own arms, nearer runners and the frame."""
    found = []
    for n, item in enumerate(placed):
        whole, seen = item.drawing.card, item.drawing.card_seen
        if whole is None or seen is None or not (whole >= FIRST_DIGIT).any():
            continue
        shown, left, top = _window(seen, item.left, item.top, size)
        shown = shown.copy()
        for other in placed[n + 1 :]:
            alpha = np.asarray(other.drawing.image.getchannel("A"))
            x, y = other.left - left, other.top - top
            x0, y0 = max(0, x), max(0, y)
            x1 = min(shown.shape[1], x + alpha.shape[1])
            y1 = min(shown.shape[0], y + alpha.shape[0])
            if x0 < x1 and y0 < y1:
                over = alpha[y0 - y : y1 - y, x0 - x : x1 - x]
                shown[y0:y1, x0:x1][over > 127] = 0
        rows, columns = np.nonzero(shown)
        if not rows.size:
            continue
        digits = range(FIRST_DIGIT, FIRST_DIGIT + len(item.actor.number))
        shares = [float((shown == d).sum()) / max(1.0, float((whole == d).sum())) for d in digits]
        visible = float((shown >= FIRST_DIGIT).sum()) / float((whole >= FIRST_DIGIT).sum())
        box = (
            float(left + columns.min()), float(top + rows.min()),
            float(left + columns.max() + 1), float(top + rows.max() + 1),
        )  # fmt: skip
        tall = item.actor.lie.height * 0.5 * item.drawing.per_metre
        smear = max(item.blur * 1.2, float(np.hypot(*item.actor.streak)))
        legible = min(shares) > 0.72 and tall >= least and smear < 0.22 * tall
        found.append(BibTruth(item.actor.number, box, min(1.0, visible), legible))
    return found


def _reflection(canvas: Image.Image, layer: Image.Image, left: int, foot: int) -> None:
    """The runner upside down on a wet road."""
    flipped = layer.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(
        (layer.width, max(1, round(layer.height * 0.8)))
    )
    flipped = flipped.filter(ImageFilter.GaussianBlur(layer.height / 90))
    fade = np.linspace(0.42, 0.0, flipped.height)[:, None]
    alpha = np.asarray(flipped.getchannel("A"), dtype=np.float32) * fade
    canvas.paste(flipped.convert("RGB"), (left, foot), Image.fromarray(alpha.astype(np.uint8)))


@dataclass
class Placed:
    """The runners of a photo, drawn and placed, far to near."""

    items: list[_Placed]

    def paste(self, canvas: Image.Image, shot: Shot) -> None:
        """Put them on the plate, each as sharp as its distance and motion allow."""
        for item in self.items:
            if shot.light.name == "rain":
                foot = round(item.top + item.drawing.anchor[1])
                _reflection(canvas, item.drawing.image, item.left, foot)
            layer, margin = streak_layer(item.drawing.image, *item.actor.streak)
            layer, more = blur_layer(layer, item.blur)
            canvas.paste(layer, (item.left - margin - more, item.top - margin - more), layer)

    def truths(self, size: tuple[int, int], shot: Shot) -> list[BibTruth]:
        """What can be seen of each bib in a picture of this size."""
        # Noise takes the small numbers, the night those that its flash does not reach.
        least = 26.0 if "noise" in shot.conditions else 17.0 if shot.light.flash else 11.0
        return _truths(self.items, size, least)


def draw_runners(shot: Shot, theme: Theme, rng: np.random.Generator) -> Placed:
    """Draw a shot's runners, far to near."""
    order = sorted(shot.actors, key=lambda a: -a.z)
    return Placed([_draw_actor(shot, theme, actor, rng) for actor in order])


def draw_shot(
    shot: Shot, theme: Theme, seed: int, index: int
) -> tuple[Image.Image, list[BibTruth]]:
    """The finished picture (RGB, upright) and its bibs."""
    rng = np.random.default_rng([seed, index, 1])
    placed = draw_runners(shot, theme, rng)
    figures = [(p.drawing, p.actor.x, p.actor.z) for p in placed.items]
    canvas = paint_plate(shot, theme, figures, rng)
    placed.paste(canvas, shot)
    if "confetti" in shot.conditions:
        colours = [theme.main, "#ffd34d", "#f7f4ec", "#f08a5d", "#6fc3df"]
        paper = confetti(canvas.size, rng, colours)
        canvas.paste(paper, (0, 0), paper)
    return _finish(canvas, shot, rng), placed.truths(canvas.size, shot)


def _finish(canvas: Image.Image, shot: Shot, rng: np.random.Generator) -> Image.Image:
    name = shot.light.name
    if name == "rain":
        drops = rain(canvas.size, rng, 1.0).convert("RGB")
        canvas = ImageChops.screen(canvas, drops)
    if name in ("backlit", "golden"):
        side = 0.5 + 0.42 * float(np.sign(shot.light.sun_from[0]))
        strength = 0.95 if name == "backlit" else 0.34
        canvas = flare(canvas, (side, 0.06), (255, 206, 140), strength)
    canvas = bloom(canvas, 205, {"backlit": 0.85, "golden": 0.5, "night": 0.6}.get(name, 0.22))
    canvas = grade(
        canvas,
        contrast={"backlit": 0.30, "overcast": 0.22, "rain": 0.16}.get(name, 0.26),
        warmth={"golden": 0.035, "backlit": 0.02, "rain": -0.02, "night": 0.01}.get(name, 0.0),
        saturation={"rain": 0.82, "overcast": 0.88}.get(name, 0.93),
        vignette=0.42 if name == "night" else 0.24,
    )
    noisy = "noise" in shot.conditions
    amount = 15.0 if noisy else 5.0 if name == "night" else 2.6
    return grain(canvas, rng, amount, 9.0 if noisy else 2.0 if name == "night" else 0.0)
