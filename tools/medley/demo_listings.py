"""Drawn pictures of a home that is for sale: outside, rooms, a floor plan. No photo of anything.

Each is drawn at twice its size and made smaller, which smooths its edges. The same seed gives the
same pictures.
"""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = (1600, 1067)
Colour = tuple[int, int, int]
Point = tuple[float, float]

WALLS: Sequence[Colour] = ((233, 225, 211), (221, 228, 224), (236, 230, 224), (214, 222, 231))
WOODS: Sequence[Colour] = ((176, 132, 92), (148, 106, 74), (196, 156, 112), (120, 92, 72))
CLOTHS: Sequence[Colour] = ((74, 104, 116), (150, 92, 78), (96, 112, 84), (196, 160, 92))
SKIES: Sequence[tuple[Colour, Colour]] = (
    ((92, 152, 214), (206, 226, 240)),
    ((72, 98, 158), (248, 196, 150)),
    ((122, 148, 172), (222, 226, 226)),
)


class Canvas:
    """A drawing whose coordinates are shares of its width and height."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.size = size
        self.image = Image.new("RGB", (size[0] * 2, size[1] * 2))
        self.draw = ImageDraw.Draw(self.image)

    def at(self, point: Point) -> Point:
        return point[0] * self.image.width, point[1] * self.image.height

    def shape(self, colour: Colour, *points: Point) -> None:
        self.draw.polygon([self.at(point) for point in points], fill=colour)

    def box(self, colour: Colour, x0: float, y0: float, x1: float, y1: float, r: float = 0) -> None:
        corners = (*self.at((x0, y0)), *self.at((x1, y1)))
        self.draw.rounded_rectangle(corners, r * self.image.width, fill=colour)

    def oval(self, colour: Colour, x: float, y: float, rx: float, ry: float) -> None:
        self.draw.ellipse((*self.at((x - rx, y - ry)), *self.at((x + rx, y + ry))), fill=colour)

    def sky(self, top: Colour, low: Colour, end: float) -> None:
        """From one colour to another, down to ``end``."""
        height = int(end * self.image.height)
        ramp = np.linspace(0, 1, height)[:, None]
        rows = np.asarray(top) * (1 - ramp) + np.asarray(low) * ramp
        whole = np.repeat(rows[:, None, :], self.image.width, axis=1)
        self.image.paste(Image.fromarray(whole.astype(np.uint8)), (0, 0))

    def finished(self, chance: random.Random) -> Image.Image:
        """Lit from one side, with the grain of a camera, in its own size."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        values = np.asarray(small, np.float32)
        rows, columns = np.mgrid[-1 : 1 : self.size[1] * 1j, -1 : 1 : self.size[0] * 1j]
        light = 1.05 - 0.16 * (rows**2 + columns**2) / 2 - 0.05 * columns
        grain = np.random.default_rng(chance.randrange(2**32)).normal(0, 2.2, values.shape[:2])
        lit = values * light[..., None] + grain[..., None]
        return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def tint(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    red, green, blue = (max(0, min(255, int(part * factor))) for part in colour)
    return red, green, blue


def house(chance: random.Random) -> Image.Image:
    """The front of a house with its garden."""
    canvas = Canvas()
    wall, roof = chance.choice(WALLS), chance.choice(((126, 70, 58), (82, 86, 94), (104, 84, 70)))
    sky = chance.choice(SKIES)
    canvas.sky(*sky, 0.68)
    for _ in range(5):
        x, y = chance.uniform(0.05, 0.95), chance.uniform(0.06, 0.26)
        for _ in range(6):
            canvas.oval(
                tint(sky[1], 1.04),
                x + chance.uniform(-0.06, 0.06),
                y + chance.uniform(-0.012, 0.012),
                chance.uniform(0.02, 0.05),
                0.018,
            )
    green: Colour = (104, 138, 82)
    for hill in range(3):
        canvas.oval(tint((126, 152, 132), 1 - hill * 0.1), 0.15 + hill * 0.38, 0.74, 0.42, 0.16)
    canvas.shape(green, (0, 0.68), (1, 0.68), (1, 1), (0, 1))
    canvas.shape((206, 196, 178), (0.47, 0.76), (0.55, 0.76), (0.72, 1), (0.4, 1))
    canvas.box(wall, 0.26, 0.4, 0.76, 0.77)
    canvas.shape(tint(wall, 0.86), (0.62, 0.4), (0.76, 0.4), (0.76, 0.77), (0.62, 0.77))
    canvas.shape(roof, (0.22, 0.41), (0.31, 0.19), (0.71, 0.19), (0.8, 0.41))
    canvas.shape(tint(roof, 0.8), (0.62, 0.41), (0.66, 0.19), (0.71, 0.19), (0.8, 0.41))
    for row in range(9):
        y = 0.2 + row * 0.0235
        canvas.box(tint(roof, 0.9), 0.3 - row * 0.0085, y, 0.7 + row * 0.0085, y + 0.003)
    canvas.box(tint(roof, 0.75), 0.6, 0.11, 0.645, 0.24)
    glass = tint(sky[1], 0.86)
    for x, y in ((0.31, 0.46), (0.42, 0.46), (0.53, 0.46), (0.31, 0.61), (0.655, 0.46)):
        _window(canvas, glass, x, y, 0.07, 0.1)
    door = chance.choice(CLOTHS)
    canvas.box(tint(wall, 1.1), 0.452, 0.595, 0.552, 0.77)
    canvas.box(door, 0.46, 0.605, 0.544, 0.77, 0.004)
    canvas.oval((226, 196, 110), 0.534, 0.69, 0.004, 0.006)
    canvas.box(tint(wall, 0.7), 0.445, 0.765, 0.56, 0.785)
    for x in (0.1, 0.87):
        _tree(canvas, chance, x, 0.8)
    for _ in range(26):
        x = chance.choice((chance.uniform(0.24, 0.44), chance.uniform(0.57, 0.78)))
        leaf = tint((82, 118, 64), chance.uniform(0.8, 1.25))
        canvas.oval(leaf, x, chance.uniform(0.765, 0.8), 0.018, 0.022)
    canvas.box((108, 84, 62), 0.198, 0.75, 0.204, 0.96)
    canvas.box((252, 250, 244), 0.13, 0.75, 0.272, 0.86, 0.003)
    canvas.box((186, 52, 44), 0.13, 0.835, 0.272, 0.86)
    board = canvas.at((0.201, 0.792))
    canvas.draw.text(board, "FOR SALE", (40, 44, 48), font_size=82, anchor="mm")
    for _ in range(420):
        x, y = chance.random(), chance.uniform(0.8, 1)
        if 0.36 < x < 0.74 or (0.12 < x < 0.28 and y < 0.87):
            continue
        canvas.oval(tint(green, chance.uniform(0.85, 1.2)), x, y, 0.006, 0.002)
    return canvas.finished(chance)


def _window(canvas: Canvas, glass: Colour, x: float, y: float, w: float, h: float) -> None:
    canvas.box((246, 244, 238), x - 0.006, y - 0.009, x + w + 0.006, y + h + 0.009)
    canvas.box(glass, x, y, x + w, y + h)
    canvas.shape(tint(glass, 1.16), (x, y + h), (x, y + h * 0.3), (x + w * 0.6, y), (x + w, y))
    canvas.box((246, 244, 238), x + w / 2 - 0.0018, y, x + w / 2 + 0.0018, y + h)
    canvas.box((246, 244, 238), x, y + h / 2 - 0.0027, x + w, y + h / 2 + 0.0027)


def _tree(canvas: Canvas, chance: random.Random, x: float, y: float) -> None:
    canvas.shape((96, 72, 52), (x - 0.01, y), (x - 0.005, 0.5), (x + 0.005, 0.5), (x + 0.012, y))
    for _ in range(60):
        leaf = tint((86, 122, 66), chance.uniform(0.75, 1.3))
        canvas.oval(leaf, x + chance.gauss(0, 0.035), 0.46 + chance.gauss(0, 0.06), 0.03, 0.035)


def _shell(chance: random.Random) -> tuple[Canvas, Colour]:
    """An empty room seen from one end, with a window and a wooden floor."""
    canvas = Canvas()
    wall, wood = chance.choice(WALLS), chance.choice(WOODS)
    canvas.box(wall, 0.16, 0.1, 0.84, 0.66)
    canvas.shape(tint(wall, 1.07), (0, 0), (1, 0), (0.84, 0.1), (0.16, 0.1))
    canvas.shape(wood, (0, 0.95), (0.16, 0.66), (0.84, 0.66), (1, 0.95), (1, 1), (0, 1))
    for plank in range(-9, 30):
        far, near = 0.16 + plank * 0.034, -0.55 + plank * 0.105
        if 0.16 <= far <= 0.84:
            dark = tint(wood, 0.86)
            canvas.shape(dark, (far, 0.66), (far + 0.0012, 0.66), (near + 0.004, 1), (near, 1))
    canvas.shape(tint(wall, 0.9), (0, 0), (0.16, 0.1), (0.16, 0.66), (0, 0.95))
    canvas.shape(tint(wall, 0.82), (1, 0), (0.84, 0.1), (0.84, 0.66), (1, 0.95))
    canvas.box((250, 248, 244), 0.16, 0.643, 0.84, 0.66)
    sky = chance.choice(SKIES)
    _window(canvas, sky[1], 0.56, 0.19, 0.2, 0.27)
    ridge = ((0.561, 0.39), (0.64, 0.36), (0.757, 0.4))
    canvas.shape((116, 146, 96), (0.561, 0.459), *ridge, (0.757, 0.459))
    canvas.box((250, 248, 244), 0.6582, 0.19, 0.6618, 0.46)
    canvas.shape(tint(wood, 1.22), (0.46, 0.72), (0.66, 0.72), (0.6, 0.9), (0.32, 0.9))
    return canvas, wood


def living_room(chance: random.Random) -> Image.Image:
    """A sofa, a lamp, a picture, a rug."""
    canvas, wood = _shell(chance)
    cloth = chance.choice(CLOTHS)
    canvas.oval(tint(chance.choice(CLOTHS), 1.35), 0.43, 0.83, 0.3, 0.1)
    canvas.oval(tint(cloth, 1.55), 0.43, 0.83, 0.26, 0.08)
    canvas.box(tint(cloth, 0.8), 0.2, 0.5, 0.54, 0.7, 0.014)
    canvas.box(cloth, 0.19, 0.6, 0.55, 0.73, 0.012)
    for x in (0.17, 0.53):
        canvas.box(tint(cloth, 0.92), x, 0.56, x + 0.05, 0.75, 0.014)
    for x in (0.235, 0.37):
        canvas.box(tint(cloth, 1.14), x, 0.58, x + 0.13, 0.66, 0.012)
    canvas.shape(chance.choice(CLOTHS), (0.25, 0.62), (0.31, 0.54), (0.35, 0.62), (0.29, 0.66))
    canvas.box((64, 58, 54), 0.24, 0.2, 0.42, 0.42)
    canvas.box((244, 240, 232), 0.247, 0.21, 0.413, 0.41)
    for _ in range(5):
        shade = tint(chance.choice(CLOTHS), chance.uniform(0.9, 1.5))
        canvas.oval(shade, chance.uniform(0.28, 0.38), chance.uniform(0.26, 0.36), 0.025, 0.03)
    canvas.box(tint(wood, 0.66), 0.34, 0.8, 0.52, 0.82, 0.004)
    for x in (0.35, 0.505):
        canvas.box(tint(wood, 0.5), x, 0.82, x + 0.006, 0.89)
    canvas.oval((238, 234, 226), 0.43, 0.795, 0.02, 0.008)
    canvas.box((70, 66, 62), 0.862, 0.4, 0.867, 0.83)
    canvas.shape((246, 226, 178), (0.835, 0.42), (0.85, 0.3), (0.88, 0.3), (0.895, 0.42))
    return canvas.finished(chance)


def bedroom(chance: random.Random) -> Image.Image:
    """A bed, two tables, a mirror."""
    canvas, wood = _shell(chance)
    cloth = chance.choice(CLOTHS)
    canvas.box(tint(wood, 0.7), 0.2, 0.4, 0.52, 0.66, 0.008)
    canvas.shape((246, 244, 240), (0.21, 0.62), (0.51, 0.62), (0.58, 0.9), (0.14, 0.9))
    canvas.shape(cloth, (0.19, 0.7), (0.53, 0.7), (0.59, 0.92), (0.13, 0.92))
    canvas.shape(tint(cloth, 0.8), (0.13, 0.92), (0.59, 0.92), (0.59, 0.97), (0.13, 0.97))
    for x in (0.225, 0.37):
        canvas.box((252, 250, 248), x, 0.56, x + 0.125, 0.645, 0.02)
    canvas.box(tint(wood, 0.86), 0.545, 0.56, 0.62, 0.7, 0.004)
    canvas.shape((248, 230, 186), (0.565, 0.5), (0.573, 0.45), (0.592, 0.45), (0.6, 0.5))
    canvas.box((80, 76, 72), 0.58, 0.5, 0.585, 0.56)
    canvas.oval(tint(wood, 0.75), 0.36, 0.26, 0.052, 0.078)
    canvas.oval((214, 226, 232), 0.36, 0.26, 0.045, 0.068)
    return canvas.finished(chance)


def kitchen(chance: random.Random) -> Image.Image:
    """Cupboards, a hob, a table with fruit."""
    canvas, wood = _shell(chance)
    front = tint(chance.choice(CLOTHS), 1.25)
    for column in range(4):
        x = 0.18 + column * 0.09
        canvas.box(front, x, 0.5, x + 0.085, 0.69, 0.002)
        canvas.box(tint(front, 0.94), x, 0.16, x + 0.085, 0.31, 0.002)
        for y in (0.52, 0.29):
            canvas.box((222, 216, 206), x + 0.03, y, x + 0.055, y + 0.007, 0.003)
    canvas.box((232, 232, 230), 0.175, 0.48, 0.545, 0.502)
    canvas.box((60, 62, 66), 0.36, 0.472, 0.45, 0.484, 0.002)
    for x, colour in ((0.2, (196, 88, 72)), (0.24, (228, 188, 96)), (0.5, (92, 132, 108))):
        canvas.box(colour, x, 0.435, x + 0.025, 0.481, 0.004)
    canvas.shape(tint(wood, 0.72), (0.42, 0.76), (0.78, 0.76), (0.86, 0.86), (0.36, 0.86))
    canvas.box(tint(wood, 0.55), 0.36, 0.86, 0.86, 0.878)
    for x in (0.38, 0.83):
        canvas.box(tint(wood, 0.5), x, 0.87, x + 0.014, 1)
    canvas.oval((240, 238, 232), 0.61, 0.795, 0.06, 0.02)
    for _ in range(7):
        fruit = chance.choice(((206, 74, 60), (232, 170, 70), (150, 176, 82)))
        canvas.oval(fruit, 0.61 + chance.uniform(-0.035, 0.035), 0.778, 0.015, 0.02)
    return canvas.finished(chance)


def floor_plan(chance: random.Random) -> Image.Image:
    """Walls, doors and names on white."""
    size = (1400, 1000)
    canvas = Canvas(size)
    canvas.box((255, 255, 255), 0, 0, 1, 1)
    ink: Colour = (40, 44, 48)
    split, across = chance.uniform(0.4, 0.6), chance.uniform(0.45, 0.6)
    canvas.box(ink, 0.08, 0.1, 0.92, 0.9)
    rooms = {
        "Living room": (0.09, 0.114, split - 0.004, 0.886),
        "Kitchen": (split + 0.004, 0.114, 0.91, across - 0.006),
        "Bedroom": (split + 0.004, across + 0.006, 0.91, 0.886),
    }
    for name, (x0, y0, x1, y1) in rooms.items():
        canvas.box((250, 249, 245), x0, y0, x1, y1)
        metres = f"{(x1 - x0) * 12:.1f} x {(y1 - y0) * 9:.1f} m"
        middle = canvas.at(((x0 + x1) / 2, (y0 + y1) / 2))
        canvas.draw.text(
            middle, f"{name}\n{metres}", ink, font_size=52, anchor="mm", align="center"
        )
    for x, y in ((split, 0.3), (split, 0.72), (0.09, 0.5)):
        canvas.box((250, 249, 245), x - 0.012, y - 0.05, x + 0.012, y + 0.05)
        canvas.box(ink, x, y - 0.05, x + 0.07, y - 0.046)
    return canvas.image.resize(size, Image.Resampling.LANCZOS)


SCENES: Sequence[tuple[str, Callable[[random.Random], Image.Image]]] = (
    ("Front.jpg", house),
    ("Living room.jpg", living_room),
    ("Kitchen.jpg", kitchen),
    ("Bedroom.jpg", bedroom),
    ("Floor plan.png", floor_plan),
    ("Garden side.jpg", house),
    ("Guest room.jpg", bedroom),
)


def draw_listing(folder: Path, *, count: int = 7, seed: int = 7) -> list[Path]:
    """Write ``count`` pictures of a home into ``folder``; their paths, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for place in range(count):
        name, scene = SCENES[place % len(SCENES)]
        path = folder / (name if place < len(SCENES) else f"{place} {name}")
        image = scene(random.Random(f"{seed}/{place}"))
        image = image.filter(ImageFilter.UnsharpMask(1.2, 40, 2))
        image.save(path, quality=91) if path.suffix == ".jpg" else image.save(path)
        found.append(path)
    return found
