"""The start list from a file to rows: all at once, with its bad rows reported, and listed."""

import csv
import io
from typing import Any

import pytest

from chalicelib.event_images.domain import start_list as rows
from chalicelib.event_images.steps import import_participants
from chalicelib.event_images.steps.people import load_people, runners_of
from shared.errors import RetryableError
from shared.tables import Put
from tests.event_images_people import EVENT, LIST, do, everything, put_list, queue_of, work

PATH = f"/events/{EVENT}/participants"


def listed(api: Any, query: str = "") -> Any:
    answer = api("GET", f"{PATH}{query}")
    assert answer.status_code == 200, answer.body
    return answer.json_body


def test_an_event_without_a_list_says_so(api: Any) -> None:
    assert listed(api) == {
        "items": [],
        "cursor": None,
        "coverage": None,
        "startList": None,
        "lastImport": None,
    }


def test_a_list_is_put_imported_and_read_back_by_bib(api: Any, world: Any) -> None:
    answer = api("PUT", PATH, LIST, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json_body["state"]) == (202, "PENDING")
    assert listed(api)["lastImport"]["state"] == "PENDING"
    assert work(world) == ["importStartList", "retagEvent"]
    body = listed(api)
    assert [(one["bib"], one["name"]) for one in body["items"]] == [
        ("5", "Cy"),
        ("77", "Bo"),
        ("1234", "Ada Lovelace"),
    ]
    assert body["items"][2] == {
        "bib": "1234",
        "name": "Ada Lovelace",
        "category": "W30",
        "team": "Engines",
        "finishTime": "59:59",
        "hasPhotos": False,
    }
    assert (body["startList"]["rows"], body["startList"]["badRows"]) == (3, 0)
    assert body["lastImport"] == {**answer.json_body, "state": "DONE", "error": None}
    # The file named people, and is not kept.
    assert not list(world.deps.storage.list("media", f"{EVENT}/people/"))


def test_json_rows_are_a_list_as_well(api: Any, world: Any) -> None:
    sent = {"participants": [{"Startnummer": 12, "Name": "Ada"}, {"Startnummer": "x"}]}
    assert api("PUT", PATH, sent).status_code == 202
    work(world)
    body = listed(api)
    assert [(one["bib"], one["name"]) for one in body["items"]] == [("12", "Ada")]
    (problem,) = body["startList"]["problems"]
    assert (problem["line"], problem["code"]) == (3, "bad_bib")


def test_pages_go_on_where_the_last_one_ended(api: Any, world: Any) -> None:
    put_list(api, world, "bib\n" + "\n".join(str(bib) for bib in range(1, 26)))
    seen, cursor = [], ""
    while True:
        body = listed(api, f"?limit=10{cursor}")
        seen += [one["bib"] for one in body["items"]]
        if body["cursor"] is None:
            break
        cursor = f"&cursor={body['cursor']}"
    assert seen == [str(bib) for bib in range(1, 26)]
    api.problem(api("GET", f"{PATH}?cursor=x"), 400, "bad_cursor")
    api.problem(api("GET", f"{PATH}?withoutPhotos=perhaps"), 400, "bad_filter")


def test_coverage_counts_runners_with_and_without_a_photo(api: Any, world: Any) -> None:
    world.put("a.jpg", world.jpeg("1234"))
    world.put("b.jpg", world.jpeg("0077", "1234"))
    put_list(api, world)
    world.run()
    body = listed(api)
    counts = {name: body["coverage"][name] for name in ("runners", "withPhotos", "withoutPhotos")}
    assert counts == {"runners": 3, "withPhotos": 2, "withoutPhotos": 1}
    assert [one["bib"] for one in listed(api, "?withoutPhotos=true")["items"]] == ["5"]
    assert [one["hasPhotos"] for one in body["items"]] == [False, True, True]


def test_a_large_event_is_counted_by_the_queue(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.event_images.api.participants.SMALL", -1)
    put_list(api, world)
    world.put("a.jpg", world.jpeg("77"))
    world.run()
    assert listed(api)["coverage"] is None
    assert work(world) == ["countCoverage"]
    assert listed(api)["coverage"]["withPhotos"] == 1
    assert queue_of(world).sent == []  # still fresh


def test_a_new_list_replaces_the_old_one_and_leaves_nothing_of_it(api: Any, world: Any) -> None:
    put_list(api, world)
    put_list(api, world, "bib,name\n5,Cyd\n9,Di\n")
    assert [(one["bib"], one["name"]) for one in listed(api)["items"]] == [
        ("5", "Cyd"),
        ("9", "Di"),
    ]
    assert len(world.rows("RUNNER#")) == 2
    assert len(world.rows("STARTLIST#")) == 1
    assert not any("Lovelace" in text for text in everything(world))


def test_readers_see_the_old_list_until_the_new_one_is_whole(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_list(api, world)
    switch = import_participants._switch
    seen = []

    def looking(*given: Any) -> bool:
        seen.append(sorted(load_people(EVENT, world.deps).start_list or []))
        seen.append([one["bib"] for one in listed(api)["items"]])
        return switch(*given)

    monkeypatch.setattr(import_participants, "_switch", looking)
    put_list(api, world, "bib\n9\n")
    assert seen == [["1234", "5", "77"], ["5", "77", "1234"]]
    assert list(load_people(EVENT, world.deps).start_list or []) == ["9"]


def test_an_import_that_loses_a_race_starts_again(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_list(api, world)
    switch = import_participants._switch
    raced = []

    def racing(current: Any, meta: Any, deps: Any) -> bool:
        if not raced:
            raced.append(True)
            row = world.deps.images.get(rows.meta_key(EVENT))
            world.deps.images.write(Put({**row, "version": rows.new_version(row, "f" * 12)}))
        return switch(current, meta, deps)

    monkeypatch.setattr(import_participants, "_switch", racing)
    put_list(api, world, "bib\n9\n")
    assert [one["bib"] for one in listed(api)["items"]] == ["9"]
    assert len(world.rows("RUNNER#")) == 1


def test_an_import_that_is_cut_off_is_done_by_the_next_delivery(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_list(api, world)
    api("PUT", PATH, "bib\n9\n", headers={"Content-Type": "text/csv"})
    (message,) = queue_of(world).sent
    with monkeypatch.context() as cut:

        def away(*given: Any) -> None:
            raise RetryableError("aws_busy", "away")

        cut.setattr(import_participants, "_switch", away)
        with pytest.raises(RetryableError):
            do(world, message.body)
    assert len(listed(api)["items"]) == 3
    work(world)
    assert [one["bib"] for one in listed(api)["items"]] == ["9"]
    assert len(world.rows("RUNNER#")) == 1
    do(world, message.body)  # the same message once more finds no file
    assert [one["bib"] for one in listed(api)["items"]] == ["9"]


def test_a_file_that_is_no_list_is_refused_at_once_and_the_old_one_stays(
    api: Any, world: Any
) -> None:
    put_list(api, world)
    sent = api("PUT", PATH, "name\nAda\n", headers={"Content-Type": "text/csv"})
    api.problem(sent, 422, "start_list_no_bib_column")
    large = api("PUT", PATH, b"x" * 500_001, headers={"Content-Type": "text/csv"})
    api.problem(large, 413, "start_list_too_large")
    assert len(listed(api)["items"]) == 3


def test_a_large_list_comes_by_an_upload(api: Any, world: Any) -> None:
    form = api("POST", f"{PATH}/upload").json_body
    key = form["fields"]["key"]
    assert key == f"{EVENT}/participants/{form['importId']}.csv"
    world.deps.storage.put("incoming", key, LIST.encode("utf-16"), content_type="text/csv")
    world.uploaded(key)
    assert work(world)[0] == "importStartList"
    body = listed(api)
    assert len(body["items"]) == 3
    assert body["lastImport"] == {"importId": form["importId"], "state": "DONE", "error": None}
    assert not list(world.deps.storage.list("incoming", f"{EVENT}/participants/"))


def test_an_upload_that_is_no_list_is_an_outcome(api: Any, world: Any) -> None:
    form = api("POST", f"{PATH}/upload").json_body
    key = form["fields"]["key"]
    world.deps.storage.put("incoming", key, b"\x89PNG\0\0\0", content_type="text/csv")
    world.uploaded(key)
    work(world)
    last = listed(api)["lastImport"]
    assert (last["state"], last["error"]["code"]) == ("FAILED", "start_list_not_text")
    assert not list(world.deps.storage.list("incoming", f"{EVENT}/participants/"))


def test_many_bad_rows_are_a_file_that_says_no_names(api: Any, world: Any) -> None:
    bad = "".join(f"x{number},Somebody\n" for number in range(60))
    put_list(api, world, f"bib,name\n1,Ada\n{bad}")
    report = listed(api)["startList"]
    assert (report["rows"], report["badRows"], len(report["problems"])) == (1, 60, 50)
    assert "bad-rows.csv" in report["reportUrl"]
    (info,) = world.deps.storage.list("media", f"{EVENT}/people/")
    text = world.deps.storage.get("media", info.key).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["line", "code", "message"]
    assert [line[0] for line in lines[1:]] == [str(number) for number in range(3, 63)]
    assert "Somebody" not in text
    put_list(api, world)
    assert not list(world.deps.storage.list("media", f"{EVENT}/people/"))


def test_a_list_corrects_photos_that_were_read_before_it_came(api: Any, world: Any) -> None:
    world.put("a.jpg", world.jpeg("1234"))
    world.put("b.jpg", world.jpeg("4321", confidence=0.6))
    world.run()
    put_list(api, world)
    world.check()
    photos = {
        photo["filename"]: photo
        for photo in api("GET", f"/events/{EVENT}/photos").json_body["items"]
    }
    assert photos["a.jpg"]["bibs"] == ["1234"]
    assert photos["b.jpg"]["bibs"] == []


def test_names_stand_on_photos(api: Any, world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("01234", "77"))
    put_list(api, world)
    world.run()
    one = api("GET", f"/events/{EVENT}/photos/{image_id}").json_body
    (many,) = api("GET", f"/events/{EVENT}/photos").json_body["items"]
    assert sorted(runner["name"] for runner in one["runners"]) == ["Ada Lovelace", "Bo"]
    assert many["runners"] == one["runners"]
    people = load_people(EVENT, world.deps)
    assert set(runners_of(EVENT, people, ["01234", "999"], world.deps)) == {"1234"}


def test_the_list_is_kept_between_calls_by_its_version(api: Any, world: Any) -> None:
    put_list(api, world)
    first = load_people(EVENT, world.deps).start_list
    assert load_people(EVENT, world.deps).start_list is first
    put_list(api, world)
    assert load_people(EVENT, world.deps).start_list is not first


def test_runners_are_asked_for_by_event(api: Any) -> None:
    for method, path in (("GET", "participants"), ("POST", "participants/upload")):
        api.problem(api(method, f"/events/none/{path}"), 404, "event_not_found")
