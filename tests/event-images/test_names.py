"""Names of ids, keys and files."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain import names

EVENT_IDS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", fullmatch=True)


def test_an_image_id_names_bucket_and_key() -> None:
    assert names.image_id("races", "a b/ü+1.jpg") == names.image_id("races", "a b/ü+1.jpg")
    assert len(names.image_id("races", "a")) == 20
    assert names.image_id("races", "a") != names.image_id("race", "a")
    assert set(names.image_id("races", "ñ")) <= set(string.hexdigits.lower())


@pytest.mark.parametrize(
    "key",
    [
        "a.jpg",
        "A.JPG",
        "day 1/IMG_0001.JpEg",
        "día/ß+1.png",
        "x.webp",
        "phone/IMG_1.HEIC",
        "scan.tiff",
        "dots.in.name.jpg",
    ],
)
def test_photos_are_known_by_their_suffix(key: str) -> None:
    assert names.is_image_name(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "folder/",
        "folder.jpg/",
        "jpg",
        "a.txt",
        "a.jpg.part",
        "a.NEF",
        ".jpg",
        ".hidden.jpg",
        "._IMG_1.jpg",
        ".thumbs/a.jpg",
        "__MACOSX/a.jpg",
        "x/@eaDir/a.jpg",
    ],
)
def test_what_is_not_a_photo_by_its_name_is_ignored(key: str) -> None:
    assert not names.is_image_name(key)


def test_a_hidden_folder_that_was_asked_for_is_read() -> None:
    assert names.is_image_name(".backup/a.jpg", ".backup/")
    assert names.is_image_name("race/IMG_1.jpg", "race/IMG_1.j")
    assert not names.is_image_name("race/.b/a.jpg", "race/")


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("IMG 0001+ä.JPG", "IMG 0001+ä.JPG"),
        ("C:\\Users\\me\\a.jpg", "a.jpg"),
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("a\x00b\nc\u202e.jpg", "abc.jpg"),
        (".jpg", "jpg"),
        ("", "photo"),
        ("/", "photo"),
        ("  spaced .jpg ", "spaced.jpg"),
        ("...", "photo"),
        ("e\u0301.jpg", "\u00e9.jpg"),
    ],
)
def test_a_file_name_becomes_the_end_of_a_key(given_name: str, safe: str) -> None:
    assert names.safe_filename(given_name) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    safe = names.safe_filename("ü" * 300 + ".jpeg")
    assert safe.endswith(".jpeg")
    assert len(safe.encode()) <= names.MAX_FILENAME_BYTES


@given(st.text(max_size=400))
def test_a_safe_name_is_one_part_of_a_key_and_gives_itself(text: str) -> None:
    safe = names.safe_filename(text)
    assert safe
    assert not set("/\\") & set(safe)
    assert safe.isprintable()
    assert len(safe.encode()) <= names.MAX_FILENAME_BYTES
    assert not safe.startswith(".")
    assert names.safe_filename(safe) == safe


@given(EVENT_IDS, st.text(min_size=1, max_size=100))
def test_an_upload_belongs_to_its_event(event_id: str, name: str) -> None:
    key = names.upload_key(event_id, "u-00", name)
    assert key.startswith(names.uploads_prefix(event_id))
    assert names.event_of_key(key) == event_id


@given(st.text(max_size=100))
def test_only_keys_below_an_event_belong_to_one(key: str) -> None:
    event_id = names.event_of_key(key)
    if event_id is not None:
        assert names.is_event_id(event_id)
        assert len(key) > len(event_id) + 1


@pytest.mark.parametrize("key", ["a.jpg", "/a.jpg", "Upper/a.jpg", "run/", "-run/a.jpg", "a..b/c"])
def test_other_keys_belong_to_no_event(key: str) -> None:
    assert names.event_of_key(key) is None
