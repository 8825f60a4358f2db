"""What this service reads is what event-images writes: its own rows, read by the contract."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.event_images.domain import (
    events,
    names,
    opt_outs,
    photo_rows,
    retention,
    start_list,
)
from chalicelib.event_images.models import CreateEvent
from chalicelib.event_images.models.people import Runner
from shared import contracts
from shared.tables import ConditionFailed, Put

NOW = datetime(2026, 5, 18, tzinfo=UTC)


def test_keys_are_those_of_event_images() -> None:
    secret = "0f" * 32
    digest = opt_outs.digest(secret, "0042")

    assert contracts.event_key("e") == events.event_key("e")
    assert contracts.photo_key("e", "p") == photo_rows.photo_key("e", "p")
    assert contracts.opt_out_key("e", secret, "42") == opt_outs.opt_out_key("e", digest)
    assert contracts.opt_out_secret_key("e") == opt_outs.secret_key("e")
    assert contracts.start_list_key("e") == start_list.meta_key("e")
    for bib in ("0042", "0", "123456"):
        own = start_list.runner_key("e", "00000001-ab", bib)
        assert contracts.runner_key("e", "00000001-ab", bib) == own
    assert contracts.web_picture_key("e", "p") == names.web_key("e", "p")


def test_a_runner_and_an_event_of_event_images_are_read(world: Any) -> None:
    version = "00000002-cd"
    runner = Runner(bib="42", name="Ana", category="W30", finish_time="1:42:07")
    meta, _ = contracts.start_list_key("other"), None
    world.images.write(Put({"pk": meta[0], "sk": meta[1], "version": version}))
    world.images.write(Put(start_list.runner_row("other", version, runner)))
    made = CreateEvent.model_validate({"name": "Other Run", "date": "2026-05-17"})
    world.events.write(Put(events.event_row("other", made, created_at=NOW, origin="o")))

    found = world.deps.event_images.runner("other", "42")

    assert (found.name, found.category, found.team, found.finish_time) == (
        "Ana",
        "W30",
        None,
        "1:42:07",
    )
    assert world.deps.event_images.listed("other") == ["42"]
    assert world.deps.event_images.event("other").name == "Other Run"


def test_an_event_that_event_images_removes_is_gone_here(world: Any) -> None:
    row = world.events.get(contracts.event_key("city-run"))

    world.deps.tables.transact(
        [("event-requests", write) for write in retention.begin(row, "deleted", NOW)]
    )

    assert world.deps.event_images.event("city-run") is None
    with pytest.raises(ConditionFailed):
        world.deps.tables.transact([world.deps.event_images.unless_removed("city-run")])


@pytest.mark.parametrize("bib", ["7", "4711"])
def test_an_opt_out_of_event_images_holds(world: Any, bib: str) -> None:
    secret = "1e" * 32
    pk, sk = opt_outs.secret_key("city-run")
    world.images.write(Put({"pk": pk, "sk": sk, "secret": secret}))
    row = opt_outs.opt_out_row("city-run", opt_outs.digest(secret, bib), NOW, None)
    world.images.write(Put(row))

    assert world.deps.event_images.opted_out("city-run", ["7", "8", "4711"]) == {bib}
