"""A runner who has opted out is nowhere: not made, not listed, not kept."""

import json
from typing import Any

import pytest

from shared.errors import PermanentError


def everything(world: Any) -> str:
    """All rows of the service's table as one text."""
    tables = world.deps.tables
    rows = tables.table(world.deps.settings.event_reels_table)._rows
    return json.dumps(list(rows.values()), default=str)


def test_who_has_opted_out_gets_no_reel_and_is_counted_apart(world: Any) -> None:
    world.photo("7")
    world.photo("8")
    world.opt_out("7")

    counts = world.run().counts

    assert set(world.rows()) == {"8"}
    assert (counts.listed, counts.ignored, counts.total) == (1, 1, 1)


def test_an_opt_out_removes_reel_preview_links_files_and_what_requests_tell(
    world: Any, api: Any
) -> None:
    world.photo("4711")
    world.photo("8")
    world.run("r1", aspects=["9:16", "1:1"])
    world.run("r2", preview=True)
    world.photo("4711", data=b"damaged")
    world.run("r3")
    token = api("POST", "/events/city-run/reels/4711/share").json_body["token"]
    world.opt_out("4711")

    removed = world.told_of_opt_out("4711")

    assert removed.files == 4
    assert "4711" not in everything(world)
    assert not [key for key in world.files("reels/") if "/4711/" in key]
    assert set(world.rows()) == {"8"}
    assert api("GET", f"/w/{token}").status_code == 404
    for request in ("r1", "r2", "r3"):
        counts = world.deps.jobs.get(request).counts
        assert counts.done + counts.failed == counts.total
    assert world.told_of_opt_out("4711", envelope=True).files == 0


def test_a_runner_who_opts_out_while_the_reel_is_made_is_not_saved(world: Any) -> None:
    world.photo("7")
    machine = world.request()
    (item,) = world.extract(machine)
    render = world.renderer.render

    def opts_out_meanwhile(*arguments: Any, **words: Any) -> Any:
        world.opt_out("7")
        return render(*arguments, **words)

    world.renderer.render = opts_out_meanwhile

    made = world.generate(item)

    assert (made.state, made.rendered) == (None, False)
    assert world.rows() == {}
    assert world.files() == []
    assert world.complete(machine).state == "SUCCEEDED"
    assert world.deps.jobs.recorded("r1").isdisjoint({"7"})


def test_a_failure_of_somebody_who_opted_out_meanwhile_is_not_told(world: Any) -> None:
    world.photo("7")
    machine = world.request()
    (item,) = world.extract(machine)
    world.opt_out("7")

    world.record_failure(item, "Runtime.ExitError")

    assert world.rows() == {}
    assert world.deps.jobs.errors("r1")[0] == []
    assert world.complete(machine).counts.done == 1


def test_lists_leave_out_who_has_opted_out_before_the_message_comes(world: Any, api: Any) -> None:
    world.photo("7")
    world.photo("8")
    world.run()
    world.opt_out("7")

    items = api("GET", "/events/city-run/reels").json_body["items"]

    assert [item["bib"] for item in items] == ["8"]
    api.problem(api("GET", "/events/city-run/reels/7"), 404, "reel_not_found")
    api.problem(api("POST", "/events/city-run/reels/7/share"), 404, "reel_not_found")


def test_an_opt_out_that_was_taken_back_removes_nothing(world: Any) -> None:
    world.photo("7")
    world.run()
    world.opt_out("7")
    world.opt_in("7")

    assert world.told_of_opt_out("7").bib is None

    assert set(world.rows()) == {"7"}
    world.check()


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", "7", '{"eventId": "x"}', '{"Type": "Notification"}', "[" * 5000]
)
def test_a_message_about_something_else_goes_to_the_dead_letters(world: Any, body: str) -> None:
    from chalicelib.reels import steps
    from chalicelib.reels.models import RemoveOptedOutInput

    with pytest.raises(PermanentError, match="invalid_message"):
        steps.remove_opted_out(RemoveOptedOutInput(body=body), world.deps)
