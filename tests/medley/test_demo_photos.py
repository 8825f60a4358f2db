"""The drawn race photos: the same for the same seed, true to their labels, like a camera's."""

import csv
import hashlib
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from medley.demo_photos import DrawnPhoto, draw_bad_files, draw_bulk, draw_photo, draw_photos
from medley.demo_photos.__main__ import main
from medley.demo_photos.files import STORED
from medley.demo_photos.shot import DECK, make_shot, pick_scenario
from medley.demo_photos.theme import make_theme
from shared.errors import PermanentError
from shared.images import decode, derivative

SEED = 7
# A portrait, a finish, a night, a rain and a crowded photo: every kind of plate.
SHOWN = (0, 2, 4, 5, 7)

type Set = tuple[Path, list[DrawnPhoto]]


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Set:
    """Photos of the demo, at a smaller size."""
    out = tmp_path_factory.mktemp("photos")
    return out, [draw_photo(i, out, SEED, long_side=900) for i in SHOWN]


@pytest.fixture(scope="module")
def bulk_set(tmp_path_factory: pytest.TempPathFactory) -> Set:
    out = tmp_path_factory.mktemp("bulk")
    return out, draw_bulk(out, 8, seed=11)


@pytest.fixture(scope="module")
def bad_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    out = tmp_path_factory.mktemp("bad")
    return out, draw_bad_files(out)


def upright(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_photo_is_the_same_whatever_else_is_drawn(tmp_path: Path, small_set: Set) -> None:
    out, photos = small_set
    again = draw_photo(SHOWN[2], tmp_path, SEED, long_side=900)
    assert again == photos[2]
    assert digest(tmp_path / again.filename) == digest(out / again.filename)


def test_processes_draw_what_one_draws(tmp_path: Path, bulk_set: Set) -> None:
    out, photos = bulk_set
    assert draw_bulk(tmp_path, 4, seed=11, jobs=2) == photos[:4]
    for photo in photos[:4]:
        assert digest(tmp_path / photo.filename) == digest(out / photo.filename)


def test_another_seed_is_another_photo(tmp_path: Path) -> None:
    one, other = (draw_photo(0, tmp_path / str(seed), seed, long_side=400) for seed in (1, 2))
    assert one.bibs != other.bibs


def test_the_first_photos_show_every_kind_of_scene() -> None:
    assert [pick_scenario(SEED, i).name for i in range(len(DECK))] == [card.name for card in DECK]
    later = {pick_scenario(SEED, len(DECK) + i).name for i in range(len(DECK))}
    assert later == {card.name for card in DECK}


def test_sizes_are_a_cameras() -> None:
    theme = make_theme(SEED)
    for index in range(24):
        camera = make_shot(SEED, index, theme).camera
        assert 1600 <= max(camera.width, camera.height) <= 2400


def test_boxes_lie_in_the_upright_picture(small_set: Set, bulk_set: Set) -> None:
    for out, photos in (small_set, bulk_set):
        for photo in photos:
            width, height = upright(out / photo.filename).size
            assert photo.bibs
            for bib in photo.bibs:
                x0, y0, x1, y1 = bib.box
                assert 0 <= x0 < x1 <= width
                assert 0 <= y0 < y1 <= height
                assert 0 <= bib.visible <= 1
                assert bib.bib.isdigit()


def test_a_box_holds_a_card_with_print_on_it(bulk_set: Set) -> None:
    """Not whether a reader reads it: whether light card and dark ink are where the label says."""
    out, photos = bulk_set
    for photo in photos:
        grey = np.asarray(upright(out / photo.filename).convert("L"), dtype=np.float32)
        for bib in photo.bibs:
            if not bib.legible:
                continue
            x0, y0, x1, y1 = (int(v) for v in bib.box)
            tall = y1 - y0
            number = grey[y0 + round(tall * 0.25) : y0 + round(tall * 0.78), x0:x1]
            dark, light = np.percentile(number, [4, 85])
            assert light - dark > 50, (photo.filename, bib)


def test_numbers_differ_within_a_photo(small_set: Set, bulk_set: Set) -> None:
    for _, photos in (small_set, bulk_set):
        for photo in photos:
            numbers = [bib.bib for bib in photo.bibs]
            assert len(numbers) == len(set(numbers))


def test_most_bibs_are_legible_and_some_are_hard(small_set: Set) -> None:
    bibs = [bib for photo in small_set[1] for bib in photo.bibs]
    legible = [bib for bib in bibs if bib.legible]
    assert len(bibs) > len(legible) > len(bibs) / 2


def test_pictures_are_neither_flat_nor_burnt_out(small_set: Set) -> None:
    out, photos = small_set
    for photo in photos:
        pixels = np.asarray(upright(out / photo.filename), dtype=np.float32)
        assert pixels.std() > 20, photo.filename
        assert (pixels.min(axis=2) > 252).mean() < 0.04, photo.filename
        assert (pixels.max(axis=2) < 6).mean() < 0.25, photo.filename


def test_labels_list_what_is_legible_and_what_is_not(bulk_set: Set) -> None:
    out, photos = bulk_set
    labels = rows(out / "labels.csv")
    assert list(labels[0]) == ["filename", "bibs", "also_visible"]
    assert [row["filename"] for row in labels] == [photo.filename for photo in photos]
    for row, photo in zip(labels, photos, strict=True):
        assert set(filter(None, row["bibs"].split(";"))) == {b.bib for b in photo.bibs if b.legible}
        others = set(filter(None, row["also_visible"].split(";")))
        assert others == {b.bib for b in photo.bibs if not b.legible}


def test_the_camera_and_the_time_are_in_the_metadata(small_set: Set) -> None:
    out, photos = small_set
    for photo in photos:
        with Image.open(out / photo.filename) as image:
            exif = image.getexif()
        assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("Medley", "drawn")
        taken = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
        assert datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").year == 2026  # noqa: DTZ007
        decoded = decode((out / photo.filename).read_bytes())
        assert decoded.taken_at is not None


def test_some_photos_lie_on_their_side_and_some_know_the_place() -> None:
    theme = make_theme(SEED)
    shots = [make_shot(SEED, i, theme) for i in range(24)]
    assert {shot.orientation for shot in shots} == {1, 3, 6, 8}
    assert 0 < sum(shot.gps for shot in shots) < len(shots)


def test_an_upright_picture_comes_back_from_each_orientation() -> None:
    upright_picture = Image.effect_noise((31, 17), 80)
    for orientation, turn in STORED.items():
        stored = upright_picture.transpose(turn)
        stored.getexif()[ExifTags.Base.Orientation] = orientation
        assert ImageOps.exif_transpose(stored).tobytes() == upright_picture.tobytes()


def test_a_place_is_in_the_photo_and_not_in_its_derivatives(tmp_path: Path) -> None:
    theme = make_theme(SEED)
    index = next(i for i in range(24) if make_shot(SEED, i, theme).gps)
    photo = draw_photo(index, tmp_path, SEED, long_side=400)
    data = (tmp_path / photo.filename).read_bytes()
    with Image.open(tmp_path / photo.filename) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    smaller = tmp_path / "smaller.jpg"
    smaller.write_bytes(derivative(decode(data).image, 200))
    with Image.open(smaller) as image:
        assert not image.getexif()


def test_bulk_photos_are_small_and_some_have_odd_names(bulk_set: Set) -> None:
    out, photos = bulk_set
    odd = [p.filename for p in photos if not p.filename.isascii()]
    assert odd == ["small 0007 + café.jpg"]
    assert all(max(upright(out / p.filename).size) == 800 for p in photos)
    assert len({digest(out / p.filename) for p in photos}) == len(photos)


@pytest.mark.parametrize(
    "name", ["truncated photo.jpg", "saved+page.jpg", "vidé.jpg", "huge scan.png", "oversize.jpg"]
)
def test_bad_files_are_bad_in_the_way_they_say(
    bad_set: tuple[Path, dict[str, str]], name: str
) -> None:
    out, expected = bad_set
    assert set(expected) == {path.name for path in out.iterdir()}
    with pytest.raises(PermanentError) as refused:
        decode((out / name).read_bytes())
    # Of a file that is too large the store says so first, under its own name.
    code = {"object_too_large": "too_large"}.get(expected[name], expected[name])
    assert refused.value.code == code


def test_the_huge_scan_is_a_small_file_with_a_true_header(
    bad_set: tuple[Path, dict[str, str]],
) -> None:
    path = bad_set[0] / "huge scan.png"
    assert path.stat().st_size < 1_000_000
    assert int.from_bytes(path.read_bytes()[16:20]) == 50_000


def test_the_oversize_file_is_as_large_as_asked(tmp_path: Path) -> None:
    draw_bad_files(tmp_path, oversize=70_000_000)
    assert (tmp_path / "oversize.jpg").stat().st_size == 70_000_000


def test_progress_counts_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    draw_bulk(tmp_path, 3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_nothing_to_draw_is_an_empty_table(tmp_path: Path) -> None:
    assert draw_photos(tmp_path / "new", count=0) == []
    assert rows(tmp_path / "new" / "labels.csv") == []


@pytest.mark.parametrize(("count", "jobs"), [(-1, 1), (1, 0)])
def test_impossible_numbers_are_refused(
    tmp_path: Path, count: int, jobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="jobs must be 1 or more"):
        draw_photos(tmp_path, count=count, jobs=jobs)
    assert main([str(tmp_path), "--count", str(count), "--jobs", str(jobs)]) == 2
    assert "--count must not be negative" in capsys.readouterr().err


def test_the_command_draws_and_tells_what_it_drew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--count", "2", "--seed", "5", "--bulk"]) == 0
    assert len(list(tmp_path.glob("*.jpg"))) == 2
    assert "2 photos with" in capsys.readouterr().err
