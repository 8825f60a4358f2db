"""What app.py is made of: pages, handlers, the queue, and keys for every stage but local."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.event_images import bootstrap
from shared.errors import RetryableError
from shared.http import issue, keys_document
from shared.secrets import MemorySecrets
from shared.settings import MissingSettings

SERVICE = Path(__file__).resolve().parents[2] / "services" / "event-images"


def test_the_page_and_its_assets_are_served_with_a_tag(api: Any) -> None:
    page = api("GET", "/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    again = api("GET", "/", headers={"If-None-Match": f"W/{page.headers['ETag']}"})
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["ETag"] == page.headers["ETag"]
    own = SERVICE / "chalicelib" / "event_images" / "page"
    for file in (*own.iterdir(), *(SERVICE.parents[1] / "shared" / "page").iterdir()):
        if file.is_file():
            asset = api("GET", f"/assets/{file.name}")
            assert asset.status_code == 200, file.name
            assert asset.body.decode() == file.read_text(), file.name
            assert asset.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2Fmodels.py", "models.py", "%2e%2e%2fapp.py", ".js", "a", "\x00.js"]
)
def test_nothing_else_is_served(api: Any, name: str) -> None:
    answer = api("GET", f"/assets/{name}")
    assert (answer.status_code, answer.json_body["code"]) == (404, "asset_not_found")


def test_health_says_which_service_and_stage_answer(api: Any) -> None:
    assert api("GET", "/health").json_body == {
        "service": "event-images",
        "stage": "local",
        "status": "ok",
    }


@pytest.fixture
def app(api: Any) -> Any:
    return api.module


def test_the_handlers_are_the_steps_of_the_machine(app: Any, world: Any) -> None:
    image_id = world.put("a.jpg", world.jpeg("7"))
    world.put("b.jpg", world.jpeg("8"))
    machine = world.request()
    listed = app.list_images_handler(machine, None)
    assert listed["items"] == {"bucket": "media", "key": "requests/r1/items.json"}
    photos = json.loads(world.deps.storage.get(**listed["items"]))
    ids = {"requestId": "r1", "eventId": "city-run"}
    items = {photo["filename"]: {**ids, "photo": photo} for photo in photos}
    assert app.extract_bib_number_handler(items["a.jpg"], None) == {
        "imageId": image_id,
        "state": "DONE",
        "bibs": ["7"],
    }
    caught = {"Error": "Runtime.ExitError", "Cause": "killed"}
    lost = app.record_image_failure_handler({**items["b.jpg"], "error": caught}, None)
    assert lost["state"] == "FAILED"
    ended = app.image_processing_completion_handler(ids, None)
    assert ended["state"] == "PARTIAL"
    again = app.image_processing_failure_handler({**ids, "error": caught}, None)
    assert again == ended


def test_a_message_of_the_queue_reads_a_photo(app: Any, world: Any) -> None:
    world.put("city-run/a b.jpg", world.jpeg("7"), bucket="incoming")
    app.process_upload_handler(queue_event("city-run/a+b.jpg"), None)
    assert world.counts()["done"] == 1


def test_a_message_that_cannot_be_handled_now_goes_back_to_the_queue(app: Any, world: Any) -> None:
    world.put("city-run/a.jpg", world.jpeg("7"), bucket="incoming")

    def busy(photo: Any, max_bytes: int) -> bytes:
        raise RetryableError("aws_busy", "Later.")

    world.deps.source.fetch = busy
    with pytest.raises(RetryableError):
        app.process_upload_handler(queue_event("city-run/a.jpg"), None)


def queue_event(key: str) -> dict[str, Any]:
    body = {
        "Records": [
            {
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": "incoming"}, "object": {"key": key, "size": 1}},
            }
        ]
    }
    return {
        "Records": [
            {
                "body": json.dumps(body),
                "receiptHandle": "h",
                "messageId": "m",
                "attributes": {"ApproximateReceiveCount": "1"},
            }
        ]
    }


def test_the_queues_follow_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    for name in ("UPLOADS_QUEUE_NAME", "CHORES_QUEUE_NAME"):
        monkeypatch.delenv(name, raising=False)
    assert bootstrap.uploads_queue() == "event-images-dev-uploads"
    assert bootstrap.chores_queue() == "event-images-dev-chores"


def test_local_is_open_and_every_other_stage_asks_for_a_key(
    load_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guarded(app: Any) -> dict[str, bool]:
        return {
            path: any(entry.authorizer for entry in entries.values())
            for path, entries in app.routes.items()
        }

    assert not any(guarded(load_app("local_app").app).values())
    monkeypatch.setenv("STAGE", "dev")
    module = load_app("dev_app")
    open_paths = {path for path, asks in guarded(module.app).items() if not asks}
    pages = {"/", "/assets/{name}", "/health", "/openapi.json", "/docs", "/docs/{name}"}
    gallery = {"", "/event", "/photos", "/photos/{imageId}/download", "/reports"}
    assert open_paths == pages | {f"/g/{{token}}{rest}" for rest in gallery}
    assert module.authorize is not None


def test_keys_are_those_of_the_stages_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    issued = issue("dev", ["read"], datetime.now(UTC))
    secrets = MemorySecrets(secrets={"the-arn": keys_document([issued.stored])})
    settings = SimpleNamespace(api_keys_secret="the-arn", stage="dev")
    monkeypatch.setattr(bootstrap, "settings", lambda: settings)
    monkeypatch.setattr(
        bootstrap, "clients", lambda: SimpleNamespace(ssm=None, secretsmanager=None)
    )
    monkeypatch.setattr(bootstrap, "AwsSecrets", lambda *clients: secrets)
    keys = bootstrap.api_keys.__wrapped__()
    assert keys.authorize(issued.token).scopes == ("read",)


def test_missing_settings_are_named_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVENT_REQUESTS_TABLE", "INCOMING_BUCKET"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MissingSettings) as caught:
        bootstrap.settings.__wrapped__()
    assert "EVENT_REQUESTS_TABLE" in str(caught.value)
    assert "INCOMING_BUCKET" in str(caught.value)


def test_the_real_dependencies_are_made_without_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "EVENT_REQUESTS_TABLE",
        "EVENT_IMAGES_TABLE",
        "INCOMING_BUCKET",
        "MEDIA_BUCKET",
        "STATE_MACHINE_ARN",
        "CHORES_QUEUE_URL",
        "OPT_OUTS_TOPIC_ARN",
    )
    for name in names:
        monkeypatch.setenv(name, name.lower())
    settings = bootstrap.settings.__wrapped__()
    monkeypatch.setattr(bootstrap, "settings", lambda: settings)
    monkeypatch.setattr(bootstrap, "clients", bootstrap.clients.__wrapped__)
    deps = bootstrap.dependencies.__wrapped__()
    assert deps.requests.name == "event_requests_table"
    assert deps.images.name == "event_images_table"
    assert deps.clock().tzinfo is not None
