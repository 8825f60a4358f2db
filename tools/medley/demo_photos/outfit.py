"""What runners wear and how they look: palettes, cuts, prints, hair; chosen by a seeded die."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from medley.demo_photos.light import Linear, linear

type Cut = Literal["tee", "singlet", "long"]
type Print = Literal["plain", "sides", "band", "sash", "fade", "hoops", "yoke", "halves"]
type Legwear = Literal["shorts", "tights", "half_tights"]
type HairStyle = Literal["short", "crop", "bald", "bun", "ponytail", "long", "afro"]
type Headwear = Literal["none", "cap", "headband", "visor"]

SHIRTS = (
    ("#e84a4f", "#f7f4ec"), ("#14787f", "#9fe0d0"), ("#20305a", "#f2b13d"), ("#3d8fd1", "#f5f7fa"),
    ("#f29a2e", "#33313b"), ("#b9dc3c", "#27323f"), ("#f3f3ee", "#d8434a"), ("#23252d", "#ff8552"),
    ("#6b3a6e", "#f0c9dd"), ("#2d55c8", "#d6e4ff"), ("#d23f7c", "#ffe1ea"), ("#5fb58a", "#17463c"),
    ("#f6d04d", "#23395b"), ("#8d98a7", "#31363f"), ("#ff6f4e", "#2b2d42"), ("#efe9dc", "#2f6f73"),
)  # fmt: skip
BOTTOMS = ("#1c1e26", "#252b3f", "#2e3440", "#3b4252", "#4a2634", "#233d4d", "#5a6270", "#17323a")
SKINS = ("#e0ae8b", "#d8a27b", "#cd9169", "#b97a52", "#a86b42", "#8a5433", "#6b3f27", "#4f2e1e")
HAIRS = ("#1d1713", "#2b1d14", "#4a2f1c", "#6e4526", "#a5743c", "#c99d5c", "#8d8a86", "#7c3419")
SHOES = ("#ff5a36", "#c6f135", "#2bb8ff", "#f7f7f7", "#ff3d81", "#ffd23f", "#3ddc97", "#30343f")


@dataclass(frozen=True)
class Outfit:
    """One person's looks; colours in linear light."""

    skin: Linear
    hair: Linear
    shirt: Linear
    accent: Linear
    bottom: Linear
    shoe: Linear
    sock: Linear
    extra: Linear
    cut: Cut = "tee"
    print: Print = "plain"
    legs: Legwear = "shorts"
    hair_style: HairStyle = "short"
    headwear: Headwear = "none"
    glasses: bool = False
    beard: float = 0.0
    female: bool = False
    smile: float = 0.5
    open_mouth: float = 0.4
    sleeve: float = 0.5
    leg_length: float = 0.45
    seed: int = 0


def _pick[T](rng: np.random.Generator, options: tuple[T, ...]) -> T:
    return options[int(rng.integers(len(options)))]


def dress(rng: np.random.Generator, *, racer: bool = True) -> Outfit:
    """Choose one person's looks."""
    female = bool(rng.random() < 0.48)
    shirt, accent = _pick(rng, SHIRTS)
    tone = int(rng.integers(len(SKINS)))
    hair_at = int(rng.integers(len(HAIRS))) if tone < 3 else int(rng.integers(3))
    styles: tuple[HairStyle, ...] = (
        ("ponytail", "ponytail", "bun", "ponytail", "long", "afro" if tone > 3 else "bun")
        if female
        else ("short", "short", "crop", "short", "bald", "afro" if tone > 4 else "crop")
    )
    cuts: tuple[Cut, ...] = ("tee", "tee", "singlet", "tee", "long" if not racer else "singlet")
    prints: tuple[Print, ...] = (
        "plain", "plain", "sides", "band", "sash", "fade", "hoops", "yoke", "halves", "sides",
    )  # fmt: skip
    legs: tuple[Legwear, ...] = (
        ("shorts", "tights", "half_tights") if female else ("shorts", "shorts", "half_tights")
    )
    wear: tuple[Headwear, ...] = ("none", "none", "none", "cap", "headband", "visor")
    extra = _pick(rng, SHIRTS)[0]
    sock = "#f4f4f2" if rng.random() < 0.6 else _pick(rng, BOTTOMS)
    return Outfit(
        skin=linear(SKINS[tone]),
        hair=linear(HAIRS[hair_at]),
        shirt=linear(shirt),
        accent=linear(accent),
        bottom=linear(_pick(rng, BOTTOMS)),
        shoe=linear(_pick(rng, SHOES)),
        sock=linear(sock),
        extra=linear(extra),
        cut=_pick(rng, cuts),
        print=_pick(rng, prints),
        legs=_pick(rng, legs),
        hair_style=_pick(rng, styles),
        headwear=_pick(rng, wear),
        glasses=bool(rng.random() < 0.22),
        beard=0.0 if female or rng.random() < 0.6 else float(rng.uniform(0.35, 0.9)),
        female=female,
        smile=float(rng.uniform(0, 1)),
        open_mouth=float(rng.uniform(0, 0.9)),
        sleeve=float(rng.uniform(0.48, 0.62)),
        leg_length=float(rng.uniform(0.36, 0.5) if not female else rng.uniform(0.26, 0.42)),
        seed=int(rng.integers(1 << 30)),
    )
