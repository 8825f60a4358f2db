"""The gallery's link: unguessable, stored as a hash, one at a time, and dead once revoked."""

import hashlib
import json
import re
from typing import Any

import pytest

from chalicelib.event_images.api import links as api_links
from chalicelib.event_images.domain import links
from shared.tables import ConditionFailed, Delete

LINK = "/events/city-run/gallery-link"


@pytest.fixture
def token(api: Any) -> str:
    return str(api("POST", LINK).json_body["token"])


def rows_of(world: Any) -> str:
    """Everything that both tables hold, as text."""
    tables = (world.deps.requests, world.deps.images)
    return json.dumps([list(table._rows.values()) for table in tables])


def test_a_link_is_made_and_opens_the_gallery(api: Any) -> None:
    made = api("POST", LINK)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    body = made.json_body
    assert body["path"] == f"/g/{body['token']}"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", body["token"])  # 192 bits
    shown = api("GET", f"{body['path']}/event")
    assert shown.json_body == {"name": "city-run", "date": None}


def test_the_token_is_stored_as_a_hash_and_never_shown_again(
    api: Any, world: Any, token: str
) -> None:
    assert token not in rows_of(world)
    assert hashlib.sha256(token.encode()).hexdigest() in rows_of(world)
    shown = api("GET", LINK).json_body
    assert shown["active"] is True
    assert token not in json.dumps(shown)
    assert shown["linkId"] == hashlib.sha256(token.encode()).hexdigest()[:12]
    assert token not in json.dumps(api("GET", "/events/city-run").json_body)


def test_a_new_link_ends_the_one_before(api: Any, token: str) -> None:
    newer = api("POST", LINK).json_body["token"]
    assert newer != token
    assert api("GET", f"/g/{newer}/event").status_code == 200
    assert api("GET", f"/g/{token}/event").json_body["code"] == "gallery_not_found"


def test_a_revoked_link_is_as_dead_as_a_wrong_one(api: Any, token: str) -> None:
    assert api("DELETE", LINK).json_body == {"active": False, "linkId": None, "createdAt": None}
    revoked = api("GET", f"/g/{token}/event")
    wrong = api("GET", f"/g/{'x' * 32}/event")
    assert (revoked.status_code, revoked.json_body) == (wrong.status_code, wrong.json_body)
    assert api("GET", LINK).json_body["active"] is False
    assert api("DELETE", LINK).status_code == 200
    assert api("POST", LINK).status_code == 201


@pytest.mark.parametrize("token", ["x" * 32, "short", "x" * 5000, "..%2F..", "LINK%23", "é" * 32])
@pytest.mark.parametrize("rest", ["event", "photos?bib=7", f"photos/{'0' * 20}/download?bib=7"])
def test_every_wrong_token_gets_one_answer(api: Any, token: str, rest: str) -> None:
    answer = api("GET", f"/g/{token}/{rest}".replace("é", "%C3%A9"))
    body = answer.json_body
    assert (answer.status_code, body["code"]) == (404, "gallery_not_found")
    assert "instance" not in body


def test_a_link_of_an_event_that_is_gone_opens_nothing(api: Any, world: Any, token: str) -> None:
    world.deps.requests.write(Delete(("EVENT#city-run", "EVENT")))
    assert api("GET", f"/g/{token}/event").json_body["code"] == "gallery_not_found"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_event_has_no_link(api: Any, method: str) -> None:
    api.problem(api(method, "/events/none/gallery-link"), 404, "event_not_found")


def test_two_who_make_a_link_at_once_leave_one(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api("POST", LINK).json_body["token"]
    real = world.deps.tables.transact
    meanwhile: list[str] = []

    def transact(writes: Any) -> None:
        monkeypatch.setattr(world.deps.tables, "transact", real)
        meanwhile.append(api("POST", LINK).json_body["token"])
        real(writes)

    monkeypatch.setattr(world.deps.tables, "transact", transact)
    last = api("POST", LINK).json_body["token"]
    opening = [
        t for t in (first, *meanwhile, last) if api("GET", f"/g/{t}/event").status_code == 200
    ]
    assert opening == [last]


def test_a_link_that_others_change_all_the_time_is_a_conflict(
    api: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(writes: Any) -> None:
        raise ConditionFailed

    assert api_links.TRIES < 10
    api("POST", LINK)
    monkeypatch.setattr(world.deps.tables, "transact", never)
    api.problem(api("POST", LINK), 409, "link_busy")
    api.problem(api("DELETE", LINK), 409, "link_busy")


def test_revoked_rows_go_by_themselves(api: Any, world: Any, token: str) -> None:
    key = links.link_key(links.token_hash(token))
    assert "expiresAt" not in world.deps.requests.get(key)
    api("DELETE", LINK)
    row = world.deps.requests.get(key)
    assert row["revokedAt"]
    assert row["expiresAt"] > 0
