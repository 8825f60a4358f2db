"""The engines that read bibs, by their names."""

import os
from pathlib import Path

from chalicelib.event_images.ports import BibReader
from shared.errors import PermanentError

ENGINES = ("ppocr", "tesseract")


def make_reader(
    engine: str, models_dir: Path | None = None, *, threads: int | None = None
) -> BibReader:
    """A reader of that name.

    Args:
        engine: ``ppocr`` or ``tesseract``.
        models_dir: Where PP-OCR's models are; by default in the ``rapidocr`` wheel.
        threads: How many one photo may use; by default as many as there are processors.

    Raises:
        PermanentError: ``unknown_engine``; ``models_missing``; ``tesseract_missing``.
    """
    # Imported here: each brings packages that the other does without.
    if engine == "ppocr":
        from chalicelib.event_images.adapters.pp_ocr import PpOcrReader

        return PpOcrReader(models_dir, threads or available_processors())
    if engine == "tesseract":
        from chalicelib.event_images.adapters.tesseract import TesseractReader

        return TesseractReader()
    raise PermanentError("unknown_engine", f"There is no engine {engine!r}, only {ENGINES}.")


def available_processors() -> int:
    """How many processors this process may run on, which may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
