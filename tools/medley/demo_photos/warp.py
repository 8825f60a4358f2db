"""Pictures laid on quadrilaterals: a perspective transform over its own bounding box."""

import numpy as np
from PIL import Image

type Corner = tuple[float, float]
type Quad = tuple[Corner, Corner, Corner, Corner]


def _coefficients(quad: Quad, size: tuple[int, int]) -> list[float]:
    """The eight numbers that take a canvas pixel to a pixel of the picture."""
    w, h = size
    rows, values = [], []
    for (x, y), (u, v) in zip(quad, ((0, 0), (w, 0), (w, h), (0, h)), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values += [u, v]
    solved = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)[0]
    return [float(v) for v in solved]


def paste_quad(canvas: Image.Image, picture: Image.Image, quad: Quad) -> None:
    """Lay the picture on the quad: upper left, upper right, lower right, lower left."""
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    x0, y0 = max(0, int(min(xs)) - 1), max(0, int(min(ys)) - 1)
    x1, y1 = min(canvas.width, int(max(xs)) + 2), min(canvas.height, int(max(ys)) + 2)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    tall = max(abs(quad[3][1] - quad[0][1]), abs(quad[2][1] - quad[1][1]), 1)
    wide = max(abs(quad[1][0] - quad[0][0]), abs(quad[2][0] - quad[3][0]), 1)
    # Bilinear sampling knows no smaller versions: shrink first what would be skipped over.
    factor = max(1, min(int(picture.width / wide), int(picture.height / tall), 8))
    source = picture.convert("RGBA")
    if factor > 1:
        source = source.reduce(factor)
    a, b, c, d = ((x - x0, y - y0) for x, y in quad)
    layer = source.transform(
        (x1 - x0, y1 - y0),
        Image.Transform.PERSPECTIVE,
        _coefficients((a, b, c, d), source.size),
        Image.Resampling.BILINEAR,
    )
    canvas.paste(layer.convert("RGB"), (x0, y0), layer.getchannel("A"))
