"""Exports: tags as a CSV that no spreadsheet runs, and a bib's photos as a zip."""

import csv
import io
import zipfile
from typing import Any

import pytest

from chalicelib.event_images.domain.exports import guarded
from shared.errors import RetryableError
from tests.event_images_people import EVENT, do, put_list, queue_of, work

PATH = f"/events/{EVENT}/exports"
EVIL = 'bib,name,team\n1234,=1+1,@SUM(A1)\n77,"Zoë, die",+49 TV\n'


def rows(text: str) -> list[list[str]]:
    assert text.startswith("﻿")
    return list(csv.reader(io.StringIO(text.removeprefix("﻿"), newline="")))


@pytest.fixture
def race(api: Any, world: Any) -> None:
    put_list(api, world, EVIL)
    world.put("-a.jpg", world.jpeg("1234"))
    world.put("b.png", world.jpeg("1234", "77"))
    world.put("x/b.png", world.jpeg("1234"))
    world.run()


def made(api: Any, world: Any, body: Any) -> Any:
    answer = api("POST", PATH, body)
    assert (answer.status_code, answer.json_body["state"]) == (202, "PENDING")
    work(world)
    return api("GET", answer.headers["Location"]).json_body


def test_a_small_table_is_answered_directly(api: Any, world: Any, race: None) -> None:
    answer = api("GET", f"{PATH}/tags.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{EVENT}-tags.csv"' in answer.headers["Content-Disposition"]
    table = rows(answer.body.decode())
    assert table[0][:6] == ["bib", "name", "category", "team", "finish time", "photo"]
    assert len(table) == 5
    assert {tuple(row[:4]) for row in table[1:]} == {
        ("1234", "'=1+1", "", "'@SUM(A1)"),
        ("77", "Zoë, die", "", "'+49 TV"),
    }
    assert {row[5] for row in table[1:]} == {"'-a.jpg", "b.png"}
    assert all(row[7] == "0.900" or float(row[7]) <= 1 for row in table[1:])


@pytest.mark.parametrize("begins", list("=+-@\t\r＝＋－＠"))
def test_a_cell_that_begins_like_a_formula_is_guarded(begins: str) -> None:
    assert guarded(f"{begins}cmd") == f"'{begins}cmd"
    assert guarded(f"a{begins}") == f"a{begins}"
    assert guarded(None) == ""


def test_a_large_table_is_a_file(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    direct = api("GET", f"{PATH}/tags.csv").body
    monkeypatch.setattr("chalicelib.event_images.domain.exports.MOST_DIRECT", 3)
    api.problem(api("GET", f"{PATH}/tags.csv"), 413, "export_too_large")
    monkeypatch.setattr("chalicelib.event_images.steps.make_export.TAGS_AT_ONCE", 2)
    done = made(api, world, {"kind": "tags"})
    assert (done["state"], done["entries"]) == ("DONE", 4)
    assert f"{EVENT}-tags.csv" in done["url"]
    (info,) = world.deps.storage.list("media", f"exports/{EVENT}/")
    assert world.deps.storage.get("media", info.key) == direct
    assert info.size == done["size"]


def test_an_event_without_tags_gives_the_headings(api: Any, world: Any) -> None:
    assert len(rows(api("GET", f"{PATH}/tags.csv").body.decode())) == 1
    assert made(api, world, {"kind": "tags"})["entries"] == 0


def test_a_bibs_photos_are_a_zip_with_safe_and_unique_names(
    api: Any, world: Any, race: None
) -> None:
    done = made(api, world, {"kind": "zip", "bib": "01234"})
    assert (done["state"], done["entries"]) == ("DONE", 3)
    assert f"{EVENT}-photos.zip" in done["url"]
    (info,) = world.deps.storage.list("media", f"exports/{EVENT}/")
    with zipfile.ZipFile(io.BytesIO(world.deps.storage.get("media", info.key))) as archive:
        assert sorted(archive.namelist()) == ["-a.jpg", "b (2).jpg", "b.jpg"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.testzip() is None
        assert all(archive.read(name).startswith(b"\xff\xd8") for name in archive.namelist())
    (row,) = world.rows("EXPORT#")
    assert "1234" not in str(row)


def test_a_zip_of_nobody_says_why_there_is_none(api: Any, world: Any, race: None) -> None:
    done = made(api, world, {"kind": "zip", "bib": "9"})
    assert (done["state"], done["error"]["code"], done["url"]) == ("FAILED", "no_photos", None)


def test_a_message_that_comes_twice_writes_one_file(api: Any, world: Any, race: None) -> None:
    key = {"Idempotency-Key": "once"}
    first = api("POST", PATH, {"kind": "tags"}, headers=key).json_body
    second = api("POST", PATH, {"kind": "tags"}, headers=key).json_body
    assert first == second
    messages = [message.body for message in queue_of(world).sent]
    assert len(messages) == 2
    work(world)
    do(world, messages[0])
    assert len(list(world.deps.storage.list("media", "exports/"))) == 1


def test_an_export_that_broke_off_is_made_by_the_next_delivery(
    api: Any, world: Any, race: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = api("POST", PATH, {"kind": "tags"})
    (message,) = queue_of(world).sent

    def away(*given: Any, **named: Any) -> Any:
        raise RetryableError("aws_busy", "away")

    with monkeypatch.context() as cut:
        cut.setattr(world.deps.storage, "put_chunks", away)
        with pytest.raises(RetryableError):
            do(world, message.body)
    assert api("GET", asked.headers["Location"]).json_body["state"] == "PENDING"
    work(world)
    assert api("GET", asked.headers["Location"]).json_body["state"] == "DONE"


@pytest.mark.parametrize(
    "body", [{}, {"kind": "zip"}, {"kind": "tags", "bib": "1"}, {"kind": "zip", "bib": "x"}]
)
def test_what_cannot_be_exported_is_refused(api: Any, body: Any) -> None:
    assert api("POST", PATH, body).status_code == 400


def test_an_unknown_export_is_not_found(api: Any) -> None:
    for export_id in ("0" * 20, "x", "a" * 2000):
        api.problem(api("GET", f"{PATH}/{export_id}"), 404, "export_not_found")
