"""Letters and numerals without font files: Pillow's built-in face, and digits of our own."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

type Stroke = tuple[tuple[float, float], ...]

# Strokes on a grid 4 wide and 6 high, y down.
STROKES: dict[str, tuple[Stroke, ...]] = {
    "0": (((1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5), (0, 1), (1, 0)),),
    "1": (((1.0, 1.0), (2.2, 0), (2.2, 6)),),
    "2": (((0, 1.2), (1, 0), (3, 0), (4, 1), (4, 2.1), (0.1, 6), (4.1, 6)),),
    "3": (
        ((0, 1), (1, 0), (3, 0), (4, 1), (4, 2.1), (3.1, 2.9), (1.6, 2.9)),
        ((3.1, 2.9), (4, 3.8), (4, 5), (3, 6), (1, 6), (0, 5)),
    ),
    "4": (((3.1, 6), (3.1, 0), (2.6, 0), (0, 4.1), (4.3, 4.1)),),
    "5": (
        ((3.8, 0), (0.4, 0), (0.1, 2.9), (1, 2.4), (3, 2.4), (4, 3.4), (4, 5), (3, 6), (1, 6),
         (0, 5.1)),
    ),
    "6": (
        ((3.8, 0.9), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5), (4, 3.6), (3, 2.7),
         (1, 2.7), (0, 3.6)),
    ),
    "7": (((0, 0), (4, 0), (1.5, 6)),),
    "8": (
        ((1, 2.9), (0.2, 2.1), (0.2, 0.9), (1, 0), (3, 0), (3.8, 0.9), (3.8, 2.1), (3, 2.9),
         (1, 2.9), (0, 3.8), (0, 5), (1, 6), (3, 6), (4, 5), (4, 3.8), (3, 2.9)),
    ),
    "9": (
        ((0.2, 5.1), (1, 6), (3, 6), (4, 5), (4, 1), (3, 0), (1, 0), (0, 1), (0, 2.4), (1, 3.3),
         (3, 3.3), (4, 2.4)),
    ),
}  # fmt: skip
SEGMENTS = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd",
    "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcfgd",
}  # fmt: skip


@lru_cache(maxsize=64)
def face(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own face at a size in pixels."""
    return ImageFont.load_default(max(4, size))


def word(text: str, height: int, weight: float = 0.03, squeeze: float = 1.0) -> Image.Image:
    """Text as an alpha mask, cropped to its ink and as high as its capitals.

    `weight` thickens the strokes, in heights; `squeeze` narrows the letters.
    """
    size = max(6, round(height * 1.38))
    stroke = max(0, round(size * weight))
    font = face(size)
    box = font.getbbox(text, stroke_width=stroke)
    image = Image.new("L", (max(1, int(box[2] - box[0])), max(1, int(box[3] - box[1]))))
    draw = ImageDraw.Draw(image)
    draw.text((-box[0], -box[1]), text, fill=255, font=font, stroke_width=stroke)
    width = max(1, round(image.width * squeeze * height / image.height))
    if any(c in "gjpqy" for c in text):
        return image.resize((max(1, round(image.width * squeeze)), image.height))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _stroked(text: str, height: int, weight: float, *, rounded: bool) -> Image.Image:
    unit = height / (6 + weight)
    width, gap = 4 + weight, 1.35
    total = len(text) * (width + gap) - gap
    image = Image.new("L", (max(1, round(total * unit)), height))
    draw = ImageDraw.Draw(image)
    thick = weight * unit
    for n, digit in enumerate(text):
        left = (n * (width + gap) + weight / 2) * unit
        for stroke in STROKES[digit]:
            points = [(left + x * unit, (y + weight / 2) * unit) for x, y in stroke]
            draw.line(points, fill=255, width=max(1, round(thick)), joint="curve")
            ends = points if rounded else points[1:-1]
            r = thick / 2
            for x, y in ends:
                draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
            if not rounded:
                for x, y in (points[0], points[-1]):
                    draw.rectangle((x - r, y - r, x + r, y + r), fill=255)
    return image


def digits(text: str, height: int, style: str) -> Image.Image:
    """A printed number as an alpha mask of this height; styles are those of the themes."""
    if style == "block":
        return _stroked(text, height, 1.35, rounded=False)
    if style == "round":
        return _stroked(text, height, 1.15, rounded=True)
    if style == "condensed":
        return word(text, height, 0.045, 0.74)
    return word(text, height, 0.034, 0.94)


def clock(text: str, height: int, lit: int = 255, unlit: int = 26) -> Image.Image:
    """Seven-segment digits (':' allowed) as a brightness mask."""
    unit = height / 20
    cell = 13.5
    width = sum(5 if c == ":" else cell for c in text) * unit
    image = Image.new("L", (max(1, round(width)), height))
    draw = ImageDraw.Draw(image)
    bars = {
        "a": (2, 1, 9, 1), "g": (2, 10, 9, 10), "d": (2, 19, 9, 19), "f": (1, 2, 1, 9),
        "b": (10, 2, 10, 9), "e": (1, 11, 1, 18), "c": (10, 11, 10, 18),
    }  # fmt: skip
    x = 0.0
    for char in text:
        if char == ":":
            for y in (6.5, 13.5):
                box = ((x + 1) * unit, (y - 1) * unit, (x + 3.2) * unit, (y + 1) * unit)
                draw.ellipse(box, fill=lit)
            x += 5
            continue
        for name, (x0, y0, x1, y1) in bars.items():
            fill = lit if name in SEGMENTS[char] else unlit
            line = ((x + x0) * unit, y0 * unit, (x + x1) * unit, y1 * unit)
            draw.line(line, fill=fill, width=max(1, round(1.9 * unit)))
        x += cell
    return image


def logo(name: str, height: int, ink: str, kind: int) -> Image.Image:
    """A sponsor's mark and name, transparent around."""
    text = word(name, round(height * 0.62), 0.04)
    mark = height
    image = Image.new("RGBA", (mark + height // 4 + text.width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    a, b = height * 0.08, height * 0.92
    if kind % 4 == 0:
        draw.ellipse((a, a, b, b), fill=ink)
        draw.pieslice((a, a, b, b), 300, 60, fill=(0, 0, 0, 0))
    elif kind % 4 == 1:
        draw.polygon([(a, b), (height / 2, a), (b, b)], fill=ink)
        draw.polygon([(height * 0.42, b), (height * 0.6, height * 0.5), (b, b)], fill=(0, 0, 0, 0))
    elif kind % 4 == 2:
        for k in range(3):
            y = a + k * height * 0.3
            draw.rectangle((a + k * height * 0.1, y, b - (2 - k) * height * 0.1, y + height * 0.2),
                           fill=ink)  # fmt: skip
    else:
        draw.rounded_rectangle((a, a, b, b), height * 0.24, outline=ink, width=max(2, height // 7))
        draw.ellipse((height * 0.36, height * 0.36, height * 0.64, height * 0.64), fill=ink)
    solid = Image.new("RGBA", text.size, ink)
    image.paste(solid, (mark + height // 4, (height - text.height) // 2), text)
    return image
