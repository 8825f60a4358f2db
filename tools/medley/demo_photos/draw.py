"""Draws sets of photos into a folder, on one core or several."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from medley.demo_photos.bulk import draw_small
from medley.demo_photos.files import save_photo, write_labels
from medley.demo_photos.photo import draw_shot
from medley.demo_photos.shot import make_shot
from medley.demo_photos.theme import make_theme
from medley.demo_photos.truth import DrawnPhoto

type Progress = Callable[[int, int], None]


def draw_photo(index: int, out: Path, seed: int, long_side: int | None = None) -> DrawnPhoto:
    """Draw photo `index` of a seed's set into a folder; no other photo has a say in it."""
    theme = make_theme(seed)
    shot = make_shot(seed, index, theme, long_side)
    picture, bibs = draw_shot(shot, theme, seed, index)
    out.mkdir(parents=True, exist_ok=True)
    name = f"{theme.name.lower().replace(' ', '-')}-{index + 1:04d}.jpg"
    save_photo(out / name, picture, shot)
    return DrawnPhoto(name, bibs, (shot.scenario.name, *shot.conditions))


def draw_photos(
    out: Path, count: int = 24, seed: int = 7, progress: Progress | None = None, jobs: int = 1
) -> list[DrawnPhoto]:
    """Draw a demo's race photos and their `labels.csv`.

    Args:
        out: The folder, made when absent; files of the same names are replaced.
        count: How many; photo i of a seed is the same whatever the count.
        seed: Names the event and all that is in its photos.
        progress: Called with the photos done and the count, after each.
        jobs: Processes to draw on.

    Returns:
        What each photo shows, in order.
    """
    return _draw(partial(draw_photo, out=out, seed=seed), out, count, progress, jobs)


def draw_bulk(
    out: Path, count: int, seed: int = 11, progress: Progress | None = None, jobs: int = 1
) -> list[DrawnPhoto]:
    """Draw many small photos fast (800 px, one or two runners), and their `labels.csv`.

    They are for tests of volume: every tenth has spaces, a plus and an accent in its name.
    """
    return _draw(partial(draw_small, out=out, seed=seed), out, count, progress, jobs)


def _draw(
    draw_one: Callable[[int], DrawnPhoto],
    out: Path,
    count: int,
    progress: Progress | None,
    jobs: int,
) -> list[DrawnPhoto]:
    if count < 0 or jobs < 1:
        raise ValueError("count must not be negative, and jobs must be 1 or more")
    out.mkdir(parents=True, exist_ok=True)
    photos: list[DrawnPhoto] = []
    for photo in _mapped(draw_one, range(count), jobs):
        photos.append(photo)
        if progress is not None:
            progress(len(photos), count)
    write_labels(out / "labels.csv", photos)
    return photos


def _mapped(
    draw_one: Callable[[int], DrawnPhoto], indexes: Iterable[int], jobs: int
) -> Iterator[DrawnPhoto]:
    if jobs == 1:
        yield from map(draw_one, indexes)
        return
    # Spawned, not forked: the caller may have threads (a progress bar, a server).
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(draw_one, indexes)
