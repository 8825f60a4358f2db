"""The race bib: the printed card, and how it lies pinned on a moving chest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from medley.demo_photos import glyphs
from medley.demo_photos.figure import Pinned
from medley.demo_photos.noise import glide, look_up, slopes, tile
from medley.demo_photos.paint import Points, Surface
from medley.demo_photos.solids import F32, Index
from medley.demo_photos.theme import Theme, Wave

CARD = (560, 440)
# The number's zone on the card, as shares of its size: left, top, right, bottom.
ZONE = (0.07, 0.25, 0.93, 0.76)
FIRST_DIGIT = 2


@dataclass(frozen=True)
class Card:
    """A printed bib: its picture, and the digits' left and right edges as shares of its width."""

    number: str
    image: Image.Image
    spans: tuple[tuple[float, float], ...]


def print_card(number: str, theme: Theme, wave: Wave, rng: np.random.Generator) -> Card:
    """Print a bib."""
    width, height = CARD
    image = Image.new("RGB", CARD, wave.card)
    draw = ImageDraw.Draw(image)
    top, low = round(height * 0.185), round(height * 0.82)
    draw.rectangle((0, 0, width, top), fill=wave.strip)
    title = glyphs.word(theme.title, round(height * 0.082), 0.05)
    light = "#ffffff" if _dark(wave.strip) else "#1b1c20"
    at = ((width - title.width) // 2, round(top / 2 - title.height / 2) + 2)
    image.paste(Image.new("RGB", title.size, light), at, title)
    pale = not _dark(wave.card)
    draw.rectangle((0, low, width, height), fill="#ffffff" if pale else theme.pale)
    x = 24
    for k, name in enumerate(theme.sponsors[:3]):
        mark = glyphs.logo(name, round(height * 0.075), theme.dark, k)
        mark.thumbnail((width // 3 - 33, mark.height))
        image.paste(mark, (x, (low + height - mark.height) // 2), mark)
        x += width // 3 - 5
    label = glyphs.word(wave.name, round(height * 0.052), 0.05)
    if rng.random() < 0.6:
        image.paste(Image.new("RGB", label.size, wave.digits),
                    (width - label.width - 23, low - label.height - 8), label)  # fmt: skip
    tall = round(height * (ZONE[3] - ZONE[1]) * (1.0 if len(number) < 5 else 0.9))
    ink = glyphs.digits(number, tall, wave.style)
    most = round(width * (ZONE[2] - ZONE[0]))
    if ink.width > most:
        ink = ink.resize((most, max(1, round(tall * max(0.84, most / ink.width)))))
    left = (width - ink.width) // 2
    y = round(height * (ZONE[1] + ZONE[3]) / 2 - ink.height / 2)
    image.paste(Image.new("RGB", ink.size, wave.digits), (left, y), ink)
    for hx in (23, width - 23):
        for hy in (20, height - 20):
            draw.ellipse((hx - 9, hy - 9, hx + 9, hy + 9), fill="#c9c9c4")
            draw.line((hx - 17, hy + 5, hx + 17, hy - 3), fill="#6f7278", width=5)
            draw.line((hx - 17, hy + 3, hx + 17, hy - 5), fill="#e9ebee", width=2)
    each = ink.width / len(number)
    spans = tuple(
        ((left + n * each) / width, (left + (n + 1) * each) / width) for n in range(len(number))
    )
    return Card(number, image, spans)


def _dark(colour: str) -> bool:
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return r * 0.3 + g * 0.59 + b * 0.11 < 150


@dataclass(frozen=True)
class Lie:
    """How a card lies: centre and size in metres on the chest, turn in degrees, crumple 0..1."""

    x: float
    y: float
    width: float
    height: float
    turn: float
    crumple: float
    seed: float


class PinnedBib(Pinned):
    """A card on a shirt. Codes: 0 is none of it, 1 the card, 2 + n the zone of its digit n."""

    def __init__(self, card: Card, lie: Lie, per_metre: float) -> None:
        self.card = card
        self.lie = lie
        self.per_metre = per_metre
        width = int(np.clip(lie.width * per_metre * 1.15, 16, CARD[0]))
        height = max(12, round(width * lie.height / lie.width))
        small = card.image.resize((width, height), Image.Resampling.LANCZOS)
        value = np.asarray(small, dtype=np.float32) / 255
        self.texture: F32 = np.where(
            value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4
        ).astype(np.float32)

    def _place(self, p: Points) -> tuple[Index, F32, F32]:
        """The points on and near the card: which, and their place across and down it (0..1)."""
        lie = self.lie
        around = np.float32(0.19)
        x = around * np.arcsin(np.clip(p.x / around, -1, 1)) - np.float32(lie.x)
        y = p.y - np.float32(lie.y)
        c, s = np.cos(np.radians(lie.turn)), np.sin(np.radians(lie.turn))
        across, down = x * np.float32(c) + y * np.float32(s), x * np.float32(s) - y * np.float32(c)
        u = across / np.float32(lie.width) + np.float32(0.5)
        v = down / np.float32(lie.height) + np.float32(0.5)
        near = (np.abs(u - 0.5) < 0.68) & (np.abs(v - 0.5) < 0.7) & (p.z > 0)
        chosen = np.flatnonzero(near)
        u, v = u[chosen], v[chosen]
        soft = tile(5.0, 3.0, 6)
        seed = np.float32(lie.seed)
        size = np.float32(0.022 * lie.crumple)
        u = u + glide(soft, u * np.float32(0.45) + seed, v * np.float32(0.4)) * size
        v = v + glide(soft, u * np.float32(0.4), v * np.float32(0.45) + seed) * size
        v = v - np.float32(0.05) * (u - 0.5) ** 2 * np.float32(lie.crumple * 2)
        return chosen, u, v

    def _codes(self, u: F32, v: F32) -> F32:
        code = ((u > 0) & (u < 1) & (v > 0) & (v < 1)).astype(np.float32)
        row = (v > np.float32(ZONE[1])) & (v < np.float32(ZONE[3])) & (code > 0)
        for n, (left, right) in enumerate(self.card.spans):
            code[row & (u >= np.float32(left)) & (u < np.float32(right))] = FIRST_DIGIT + n
        return code

    def cover(self, points: Points) -> F32:
        """The codes at the points."""
        chosen, u, v = self._place(points)
        out = np.zeros_like(points.x)
        out[chosen] = self._codes(u, v)
        return out

    def paint(self, points: Points, shirt: Surface) -> tuple[Surface, F32]:
        """The shirt with the card and the card's soft shadow, and the codes."""
        chosen, u, v = self._place(points)
        code = np.zeros_like(points.x)
        code[chosen] = self._codes(u, v)
        lie = self.lie
        edge_u, edge_v = np.abs(u - 0.5) - 0.5, np.abs(v - 0.5) - 0.5
        outside = np.maximum(edge_u * np.float32(lie.width), edge_v * np.float32(lie.height))
        near = np.clip(1 - outside / np.float32(0.016), 0, 1)
        below = np.where(v > 0.5, np.float32(0.55), np.float32(0.3))
        albedo = shirt.albedo
        albedo[:, chosen] *= 1 - near * below
        share = np.clip(np.float32(0.5) - outside * np.float32(self.per_metre), 0, 1)
        on = share > 0
        where, share, u, v = chosen[on], share[on], u[on], v[on]
        albedo[:, where] += (self._sample(u, v) - albedo[:, where]) * share
        gloss = np.full(points.x.shape, 0.03, dtype=np.float32)
        gloss[where] = 0.14
        bump = shirt.bump if shirt.bump is not None else np.zeros_like(albedo)
        bump[:, where] = bump[:, where] * np.float32(0.35) + self._creases(u, v)
        return Surface(albedo, gloss, bump, shirt.wrap), code

    def _sample(self, u: F32, v: F32) -> F32:
        h, w = self.texture.shape[:2]
        x = np.clip(u * np.float32(w) - np.float32(0.5), 0, w - 1.001)
        y = np.clip(v * np.float32(h) - np.float32(0.5), 0, h - 1.001)
        x0, y0 = x.astype(np.int32), y.astype(np.int32)
        fx, fy = (x - x0)[:, None], (y - y0)[:, None]
        t = self.texture
        upper = t[y0, x0] * (1 - fx) + t[y0, x0 + 1] * fx
        lower = t[y0 + 1, x0] * (1 - fx) + t[y0 + 1, x0 + 1] * fx
        out: NDArray[np.float32] = (upper * (1 - fy) + lower * fy).T
        return out * np.float32(0.94)

    def _creases(self, u: F32, v: F32) -> F32:
        """Sharp creases of stiff paper: the slopes of folded noise."""
        field = tile(3.6, 3.0, 7)
        du, dv = slopes(3.6, 3.0, 7)
        seed = np.float32(self.lie.seed)
        a, b = u * np.float32(0.5) + seed, v * np.float32(0.42) + seed
        sign = np.sign(look_up(field, a, b))
        amount = np.float32(0.13 * self.lie.crumple)
        x, y = look_up(du, a, b) * sign, look_up(dv, a, b) * sign
        return np.stack([x, -y, np.zeros_like(x)]) * amount
