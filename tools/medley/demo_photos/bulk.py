"""Small photos, fast: one or two sharp runners before one of a few backdrops, which are kept."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from medley.demo_photos.camera import Camera
from medley.demo_photos.effects import grade, grain
from medley.demo_photos.files import save_photo
from medley.demo_photos.photo import draw_runners
from medley.demo_photos.plate import paint_plate
from medley.demo_photos.shadow import cast_shadow
from medley.demo_photos.shot import Scenario, Shot, Venue, make_cast, pick_light
from medley.demo_photos.theme import Theme, make_theme
from medley.demo_photos.truth import DrawnPhoto

WIDTH, HEIGHT = 800, 534
BACKDROPS: tuple[tuple[str, Venue], ...] = (
    ("clear", "avenue"),
    ("overcast", "park"),
    ("golden", "waterfront"),
    ("clear", "park"),
)


def _base(seed: int, kind: int) -> Shot:
    """One of the few places of a seed, without its runners."""
    rng = np.random.default_rng([seed, 501, kind])
    light, venue = BACKDROPS[kind]
    card = Scenario("bulk", light, venue)
    heading = float(rng.uniform(2, 6))
    camera = Camera(WIDTH, HEIGHT, 2050.0, 1.3, 165.0, heading, 1.0, 8.4, 0.02)
    return Shot(
        card, camera, pick_light(rng, card), venue, (), (), clock=0, seed=float(rng.random())
    )


@lru_cache(maxsize=16)
def _backdrop(seed: int, kind: int) -> Image.Image:
    rng = np.random.default_rng([seed, 502, kind])
    return paint_plate(_base(seed, kind), make_theme(seed), [], rng)


def _shot(seed: int, index: int, theme: Theme) -> Shot:
    rng = np.random.default_rng([seed, 503, index])
    base = _base(seed, index % len(BACKDROPS))
    leaders = 1 if rng.random() < 0.5 else 2
    card = replace(base.scenario, leaders=leaders, followers=0)
    z = base.camera.focus * float(rng.uniform(0.97, 1.06))
    return replace(
        base,
        scenario=card,
        actors=make_cast(rng, card, base.camera, z, theme),
        taken=(10, int(rng.integers(60)), int(rng.integers(60))),
        orientation=6 if index % 7 == 3 else 1,
    )


def draw_small(index: int, out: Path, seed: int) -> DrawnPhoto:
    """Draw small photo `index` of a seed into a folder."""
    theme = make_theme(seed)
    shot = _shot(seed, index, theme)
    rng = np.random.default_rng([seed, 504, index])
    canvas = _backdrop(seed, index % len(BACKDROPS)).copy()
    placed = draw_runners(shot, theme, rng)
    for item in placed.items:
        cast_shadow(canvas, shot.camera, shot.light, item.drawing, item.actor.x, item.actor.z)
    placed.paste(canvas, shot)
    canvas = grade(canvas, contrast=0.24, warmth=0.0, saturation=0.93, vignette=0.2)
    canvas = grain(canvas, rng, 2.0, 0.0)
    odd = index % 10 == 6
    name = f"small {index + 1:04d} + café.jpg" if odd else f"small-{index + 1:04d}.jpg"
    save_photo(out / name, canvas, shot)
    return DrawnPhoto(name, placed.truths(canvas.size, shot), ("bulk",))
