"""``/events/{eventId}/photos``: found by bib and by state, shown with what was read."""

from typing import Any

import pytest

RUN = "/events/city-run"


@pytest.fixture
def photos(world: Any) -> dict[str, str]:
    ids = {
        "both": world.put("both.jpg", world.jpeg("0042", "7")),
        "seven": world.put("seven.jpg", world.jpeg("7")),
        "none": world.put("none.jpg", world.jpeg()),
        "bad": world.put("bad.jpg", b""),
    }
    world.run()
    ids["pending"] = world.put("city-run/late.jpg", world.jpeg("9"), bucket="incoming")
    world.list_images(world.request("r2", source={"kind": "uploads"}))
    return ids


def found(answer: Any, photos: dict[str, str]) -> set[str]:
    names = {image_id: name for name, image_id in photos.items()}
    assert answer.status_code == 200
    return {names[photo["imageId"]] for photo in answer.json_body["items"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"both", "seven", "none", "bad", "pending"}),
        ("?bib=7", {"both", "seven"}),
        ("?bib=42", {"both"}),
        ("?bib=00042", {"both"}),
        ("?bib=4", set()),
        ("?bib=9", set()),
        ("?state=DONE", {"both", "seven", "none"}),
        ("?state=failed", {"bad"}),
        ("?state=PENDING", {"pending"}),
        ("?bib=7&state=DONE", {"both", "seven"}),
        ("?bib=7&state=FAILED", set()),
        ("?bib=&state=", {"both", "seven", "none", "bad", "pending"}),
    ],
)
def test_photos_are_found_by_bib_and_by_state(
    api: Any, photos: dict[str, str], query: str, names: set[str]
) -> None:
    assert found(api("GET", f"{RUN}/photos{query}"), photos) == names


@pytest.mark.parametrize("query", ["", "&bib=7", "&state=DONE"])
def test_photos_are_paged(api: Any, photos: dict[str, str], query: str) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = api("GET", f"{RUN}/photos?limit=1{query}{cursor}").json_body
        seen += [photo["imageId"] for photo in page["items"]]
        if not page["cursor"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(seen) == len(set(seen)) == {"": 5, "&bib=7": 2, "&state=DONE": 3}[query]


def test_a_photo_shows_what_was_read_and_where_it_is(api: Any, photos: dict[str, str]) -> None:
    photo = api("GET", f"{RUN}/photos/{photos['both']}").json_body
    assert photo["bibs"] == ["42", "7"]
    assert photo["readings"][0] == {
        "bib": "0042",
        "confidence": 0.9,
        "box": [1, 2, 30.5, 20],
        "alternatives": [],
        "accepted": True,
        "verdict": "accepted",
        "reasons": [],
        "decided": None,
    }
    assert (photo["source"], photo["bucket"], photo["key"]) == ("s3", "races", "both.jpg")
    assert (photo["state"], photo["error"], photo["engine"]) == ("DONE", None, "memory")
    for name, file in (("webUrl", "web"), ("thumbUrl", "thumb")):
        assert f"/media/city-run/photos/{photos['both']}/{file}.jpg?" in photo[name]


@pytest.mark.parametrize(("name", "source"), [("bad", "s3"), ("pending", "uploads")])
def test_only_photos_that_are_done_have_pictures(
    api: Any, photos: dict[str, str], name: str, source: str
) -> None:
    photo = api("GET", f"{RUN}/photos/{photos[name]}").json_body
    assert (photo["webUrl"], photo["thumbUrl"], photo["source"]) == (None, None, source)
    assert (photo["error"] or {}).get("code") == {"bad": "empty_file", "pending": None}[name]


@pytest.mark.parametrize("image_id", ["0" * 20, "x", "..%2F..", "G" * 20, "0" * 3000])
def test_an_unknown_photo_is_not_found(api: Any, image_id: str) -> None:
    api.problem(api("GET", f"{RUN}/photos/{image_id}"), 404, "photo_not_found")


@pytest.mark.parametrize("bib", ["x", "12a", "1234567", "-1", "1.5", "%D9%A3", "TAG"])
def test_a_bib_that_is_no_number_is_refused(api: Any, bib: str) -> None:
    api.problem(api("GET", f"{RUN}/photos?bib={bib}"), 400, "bad_bib")


def test_a_state_that_does_not_exist_is_refused(api: Any) -> None:
    api.problem(api("GET", f"{RUN}/photos?state=LOST"), 400, "bad_state")
