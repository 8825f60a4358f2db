"""app.py: its routes, its functions, and what of it is public."""

from pathlib import Path
from typing import Any

import pytest
from chalice.app import SQSEventConfig

import shared

PUBLIC = {"/", "/assets/{name}", "/health", "/openapi.json", "/docs", "/docs/{name}", "/w/{token}"}


def test_local_is_open_and_every_other_stage_asks_for_a_key(
    load_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = load_app("reels_local").app
    monkeypatch.setenv("STAGE", "dev")
    deployed = load_app("reels_dev").app

    def open_routes(app: Any) -> set[str]:
        return {
            path
            for path, methods in app.routes.items()
            for entry in methods.values()
            if entry.authorizer is None
        }

    assert open_routes(local) == set(local.routes)
    assert open_routes(deployed) == PUBLIC


def test_functions_have_the_names_of_the_system_that_they_replace(load_app: Any) -> None:
    app = load_app("reels_names").app
    names = {handler.name for handler in app.pure_lambda_functions}

    assert {
        "event_images_bib_extraction_handler",
        "reel_generation_handler",
        "reel_generation_completion_handler",
    } <= names
    assert {handler.name for handler in app.event_sources} == {
        "execution_stopped_handler",
        "process_upload_handler",
        "remove_opted_out_handler",
    }


def test_queues_are_named_after_the_stage(load_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    sources = load_app("reels_queues").app.event_sources
    queues = {source.queue for source in sources if isinstance(source, SQSEventConfig)}

    assert queues == {"reels-dev-uploads", "reels-dev-opt-outs"}


def test_a_queue_hands_its_message_to_the_step(
    load_app: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load_app("reels_messages")
    monkeypatch.setattr(module, "deps", lambda: world.deps)
    world.photo("7")
    world.run()
    world.opt_out("7")
    body = '{"eventId": "city-run", "bib": "7", "optedOutAt": "2026-05-18T00:00:00+00:00"}'
    record = {"messageId": "m", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}

    module.remove_opted_out_handler({"Records": [record]}, None)

    assert world.rows() == {}


def test_the_docs_and_assets_are_served_and_nothing_else_is(api: Any) -> None:
    assert "openapi" in api("GET", "/openapi.json").json_body
    assert api("GET", "/docs").status_code == 200
    styled = api("GET", "/assets/reels.css")
    assert styled.headers["Content-Type"].startswith("text/css")
    again = api("GET", "/assets/reels.css", headers={"If-None-Match": styled.headers["ETag"]})
    assert again.status_code == 304
    part = api("GET", "/assets/base.css").body
    assert part == (Path(shared.__file__).parent / "page" / "base.css").read_bytes()
    for name in ("../app.py", "..%2F..%2Fapp.py", "nothing.js", "page"):
        assert api("GET", f"/assets/{name}").status_code in {403, 404}
