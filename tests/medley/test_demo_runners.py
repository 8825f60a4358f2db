"""The made-up runners of the demo."""

import csv

from medley.demo.runners import UNSEEN, start_list


def rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(text.decode().splitlines()))


def test_everybody_in_front_of_a_camera_is_listed_once_and_some_others_are() -> None:
    listed = rows(start_list({"7", "4821", "190"}))
    bibs = [row["bib"] for row in listed]
    assert {"7", "190", "4821"} <= set(bibs)
    assert len(set(bibs)) == len(bibs) == 3 + UNSEEN
    assert bibs == sorted(bibs, key=int)
    assert all(row["name"] and row["category"] and row["finish time"] for row in listed)


def test_the_seed_decides_who_they_are() -> None:
    bibs = {str(bib) for bib in range(1, 40)}
    assert start_list(bibs) == start_list(set(bibs))
    assert start_list(bibs) != start_list(bibs, seed=8)
