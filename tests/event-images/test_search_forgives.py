"""A search for a bib without photos answers with bibs much like it that have some."""

from typing import Any

import pytest

from tests.event_images_people import EVENT, put_list

PATH = f"/events/{EVENT}/photos"


@pytest.fixture
def photos(world: Any) -> None:
    for bibs in (["1234"], ["1234", "7234"], ["1294"], ["9999"], ["56"], ["1243"]):
        world.put(f"{'-'.join(bibs)}-{world.serial}.jpg", world.jpeg(*bibs))
    world.run()


def near(api: Any, bib: str) -> list[tuple[str, float, int]]:
    body = api("GET", f"{PATH}?bib={bib}").json_body
    assert body["items"] == []
    return [(one["bib"], one["score"], one["photos"]) for one in body["near"]]


def test_a_bib_with_photos_has_no_near_ones(api: Any, photos: None) -> None:
    body = api("GET", f"{PATH}?bib=1234").json_body
    assert (len(body["items"]), body["near"]) == (2, [])
    assert api("GET", PATH).json_body["near"] == []


def test_near_bibs_come_with_a_score_and_their_photos(api: Any, photos: None) -> None:
    found = near(api, "1244")
    assert ("1234", 0.67, 2) in found
    assert ("1294", 0.87, 1) in found
    assert found[0][0] == "1294"
    assert [score for _, score, _ in found] == sorted((s for _, s, _ in found), reverse=True)
    assert "9999" not in [bib for bib, _, _ in found]


def test_zeros_before_the_number_do_not_matter(api: Any, photos: None) -> None:
    assert near(api, "001244") == near(api, "1244")


def test_nothing_near_is_an_empty_answer(api: Any, photos: None) -> None:
    assert near(api, "500000") == []


def test_a_start_list_lets_the_search_go_two_edits_far(api: Any, world: Any, photos: None) -> None:
    assert "1234" not in [bib for bib, _, _ in near(api, "1552")]
    put_list(api, world, "bib\n" + "\n".join(["1234", "7234", "1294", "9999", "56", "1243"]))
    assert near(api, "1334")[0][0] == "1234"
    assert ("1234", 0.33, 2) in near(api, "1200")
    assert near(api, "65") == [("56", 0.77, 1)]


def test_there_are_never_more_than_ten(api: Any, world: Any) -> None:
    for bib in range(4000, 4010):
        world.put(f"{bib}.jpg", world.jpeg(str(bib), str(bib + 10)))
    world.run()
    found = near(api, "400")
    assert len(found) == 10


def test_a_cursor_beyond_the_end_looks_for_nothing_near(api: Any, photos: None) -> None:
    first = api("GET", f"{PATH}?bib=1234&limit=1").json_body
    second = api("GET", f"{PATH}?bib=1234&limit=1&cursor={first['cursor']}").json_body
    assert len(second["items"]) == 1
    assert second["near"] == []
