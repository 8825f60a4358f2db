"""A page with the mistakes of each method, to be looked at: photos with what was read in them.

Photos of people never enter the repository; so the page is only written outside of it.
"""

import base64
import html
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from medley.drawn_bibs import Reading, drawn

ROOT = Path(__file__).resolve().parents[1]
SIDE = 900

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Bib readings</title>
<style>
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: .3rem .8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; } tr { border-bottom: 1px solid #8886; }
.photos { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; } img { width: 100%; height: auto; border-radius: 4px; }
.missed { color: #c62828; } .wrong { color: #b26a00; } figcaption { font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { .missed { color: #ff8a80; } .wrong { color: #ffca6e; } }
</style><h1>Bib readings</h1>"""  # noqa: E501


@dataclass(frozen=True)
class Mistake:
    """A photo that was not read exactly."""

    path: Path
    missed: frozenset[str]
    wrong: frozenset[str]
    readings: tuple[Reading, ...]


def refuse_repository(folder: Path) -> None:
    """Raise ValueError if a folder lies in the repository."""
    if folder.resolve().is_relative_to(ROOT):
        raise ValueError(f"{folder} is in the repository, where no photo of a person may be.")


def write_page(
    folder: Path, table: str, plots: Iterable[str], mistakes: dict[str, list[Mistake]]
) -> Path:
    """Write the page, which holds all it shows.

    Args:
        folder: Where it goes, made when absent.
        table: Of the figures, as HTML.
        plots: SVG.
        mistakes: By method.

    Returns:
        The file.

    Raises:
        ValueError: the folder is in the repository.
    """
    refuse_repository(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parts = [HEAD, table, *plots]
    for method, photos in mistakes.items():
        parts.append(f"<h2>{html.escape(method)}: {len(photos)} photos with a mistake</h2>")
        parts.append('<div class="photos">')
        parts += [_figure(mistake) for mistake in photos]
        parts.append("</div>")
    page = folder / "bibs.html"
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def _figure(mistake: Mistake) -> str:
    with Image.open(mistake.path) as image:
        picture = drawn(image.convert("RGB"), mistake.readings)
    picture.thumbnail((SIDE, SIDE))
    data = BytesIO()
    picture.save(data, "JPEG", quality=80)
    missed, wrong = (" ".join(sorted(bibs)) for bibs in (mistake.missed, mistake.wrong))
    name = html.escape(mistake.path.name)
    return (
        f'<figure><img loading="lazy" alt="{name}" src="data:image/jpeg;base64,'
        f'{base64.b64encode(data.getvalue()).decode()}"><figcaption>{name}'
        f"{f' <b class=missed>missed {missed}</b>' if missed else ''}"
        f"{f' <b class=wrong>wrong {wrong}</b>' if wrong else ''}</figcaption></figure>"
    )
