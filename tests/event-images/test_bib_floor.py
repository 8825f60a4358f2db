"""The reader on drawn race photos: a floor, so that nobody makes it worse unseen.

The photos are drawn anew from a seed: runners in a field, small, tilted, occluded, in rain and
against the light. What they measure is not what a race measures; `benchmarks/bibs.py` does that, on
photos that cannot be here. A change of the drawing moves these figures too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.event_images.adapters.bib_readers import make_reader
from medley.demo_photos import DrawnPhoto, draw_photo
from medley.demo_photos.bulk import draw_small
from shared.images import decode

pytestmark = pytest.mark.end_to_end

SEED = 23
SIDE = 1100
PHOTOS, SMALL = 8, 8


@dataclass
class Counts:
    """Numbers that were read, to be read, and both."""

    read: int = 0
    there: int = 0
    right: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.read + self.there)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[DrawnPhoto, Image.Image]]:
    folder = tmp_path_factory.mktemp("drawn")

    def drawn() -> Iterator[DrawnPhoto]:
        yield from (draw_photo(i, folder, SEED, SIDE) for i in range(PHOTOS))
        yield from (draw_small(i, folder, SEED) for i in range(SMALL))

    return [(photo, load(folder / photo.filename)) for photo in drawn()]


def load(path: Path) -> Image.Image:
    return decode(path.read_bytes()).image


def counted(engine: str, photos: list[tuple[DrawnPhoto, Image.Image]]) -> Counts:
    """Numbers that a person could not read in full count neither way."""
    reader, counts = make_reader(engine, threads=1), Counts()
    for photo, image in photos:
        read = {r.bib.lstrip("0") for r in reader.read(image) if r.confidence >= 0.5}
        there = {truth.bib.lstrip("0") for truth in photo.bibs if truth.legible}
        also = {truth.bib.lstrip("0") for truth in photo.bibs if not truth.legible} - there
        counts.read += len(read - also)
        counts.there += len(there)
        counts.right += len(read & there)
    return counts


def test_ppocr_stays_above_its_floor(photos: list[tuple[DrawnPhoto, Image.Image]]) -> None:
    counts = counted("ppocr", photos)

    assert counts.there >= 30
    assert counts.f1 >= 0.75, counts


def test_tesseract_stays_above_its_floor(photos: list[tuple[DrawnPhoto, Image.Image]]) -> None:
    counts = counted("tesseract", photos)

    assert counts.f1 >= 0.45, counts
