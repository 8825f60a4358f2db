"""The Tesseract engine, through pytesseract: one process a photo, a page for each row of digits.

Tesseract reads scanned pages. In a whole photo it finds next to nothing, so it is given rows of
digits that were cut out and cleaned before; the pages of one file, so that it starts only once.
"""

import shutil
from collections import ChainMap
from functools import cache
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageOps

from chalicelib.event_images.adapters.tesseract_rows import find_rows
from chalicelib.event_images.domain.bibs import Weights, readings
from chalicelib.event_images.domain.sightings import Sighting
from chalicelib.event_images.models import BibReading
from chalicelib.event_images.ports import BibReader
from shared.errors import PermanentError, RetryableError

# One line of text a page, by the neural engine. No whitelist: reading freely, it tells a word
# from a number.
CONFIG = "--dpi 100 --oem 1 --psm 7"
MARGIN = 10  # pixels of white around a row; without it the outer digits are lost
SECONDS = 30.0

# What Tesseract takes a digit for. Digits are what it is given: rows of words are longer.
LOOKALIKES = str.maketrans("OoDIlSsBZz|", "00011558221")

# As fitted for this engine: it is sure of nonsense, and says less the surer it should be.
WEIGHTS = Weights(
    start=-9.8,
    probability=0.62,
    pool=1.6,
    support=0.0,
    looks=1.17,
    found=6.4,
    height=0.81,
    one_digit=-2.6,
    two_digits=-1.6,
    clock=-3.0,
    year=-2.5,
    leading_zero=-3.1,
    edge=-1.5,
)


class TesseractReader(BibReader):
    """Reads bibs with the ``tesseract`` program. One is enough for all threads of a process.

    Args:
        timeout: Seconds that one photo may take.

    Raises:
        PermanentError: ``tesseract_missing``.
    """

    def __init__(self, timeout: float = SECONDS) -> None:
        self._timeout = timeout
        if shutil.which(_pytesseract().tesseract_cmd) is None:
            raise _missing()

    @property
    def name(self) -> str:
        return "tesseract"

    def read(self, image: Image.Image) -> list[BibReading]:
        """What is printed on the bibs of an upright RGB image: best first, one per number.

        Raises:
            PermanentError: ``tesseract_missing``.
            RetryableError: ``tesseract_timeout``; ``tesseract_failed``.
        """
        return readings(self.sightings(image), image.size, WEIGHTS)

    def sightings(self, image: Image.Image) -> list[Sighting]:
        """All that looks a little like a number, before it is weighed. Raises what `read` does."""
        rows = find_rows(image)
        if not rows:
            return []
        pages = [ImageOps.expand(row.image, MARGIN, "white") for row in rows]
        sightings = []
        for page, text, confidence in self._words(pages):
            row = rows[page]
            digits = text.translate(LOOKALIKES)
            if digits.isascii() and digits.isdigit():
                sightings.append(
                    Sighting(
                        text=text,
                        numbers=((digits, confidence),),
                        box=row.box,
                        height=row.height,
                        # Two marks side by side may be anything; four are rarely by chance.
                        found=min(row.marks, 4) / 4,
                    )
                )
        return sightings

    def _words(self, pages: list[Image.Image]) -> list[tuple[int, str, float]]:
        """Each word's page, text, and confidence, 0 to 1."""
        tesseract = _pytesseract()
        with TemporaryDirectory(prefix="bibs-") as folder:
            path = Path(folder) / "rows.tif"
            pages[0].save(path, save_all=True, append_images=pages[1:])
            try:
                table = tesseract.image_to_data(
                    str(path), config=CONFIG, timeout=self._timeout, output_type="dict"
                )
            except tesseract.TesseractNotFoundError as exc:
                raise _missing() from exc
            except tesseract.TesseractError as exc:
                raise RetryableError("tesseract_failed", f"Tesseract failed: {exc}") from exc
            except (CalledProcessError, SystemExit) as exc:
                # It is asked for its version once a process; pytesseract ends the process where
                # the answer is none.
                raise RetryableError("tesseract_failed", f"Tesseract failed: {exc}") from exc
            except RuntimeError as exc:
                raise RetryableError(
                    "tesseract_timeout", f"Tesseract took over {self._timeout:g} s for a photo."
                ) from exc
        columns = (table["page_num"], table["text"], table["conf"])
        return [
            (page - 1, text.strip(), min(max(float(confidence) / 100, 0.0), 1.0))
            for page, text, confidence in zip(*columns, strict=True)
            if text.strip()
        ]


@cache
def _pytesseract() -> Any:
    # Imported late: where pandas is installed, pytesseract brings it, which takes a second.
    from pytesseract import pytesseract

    # Its threads cost more than they give for one line of text. It looks at the environment
    # through this name, and nothing else here should have to.
    pytesseract.environ = ChainMap({"OMP_THREAD_LIMIT": "1"}, pytesseract.environ)
    return pytesseract


def _missing() -> PermanentError:
    return PermanentError(
        "tesseract_missing",
        "There is no program tesseract: install tesseract-ocr (apt) or tesseract (brew).",
    )
