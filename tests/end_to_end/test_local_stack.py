"""The real services on the local stack: up in time, reachable, and fed by uploads."""

import io
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from medley.deploy.services import find_services
from medley.local.stack import LocalStack
from medley.paths import SERVICES
from medley.settings import LocalSettings

pytestmark = pytest.mark.end_to_end

SERVICE = "event-images"
# What the house promises for every start but the first.
SECONDS = 15.0


def test_every_service_answers_and_shows_its_page(stack: LocalStack) -> None:
    assert set(stack.urls) == {service.slug for service in find_services(SERVICES)}
    for slug, url in stack.urls.items():
        health = httpx.get(f"{url}health")
        assert health.json() == {"service": slug, "stage": "local", "status": "ok"}
        page = httpx.get(url)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


def test_what_runs_in_lambda_has_the_names_and_the_limits_of_its_configuration(
    stack: LocalStack,
) -> None:
    client = stack.client("lambda")
    for name, timeout in (("list_images_handler", 900), ("process_upload_handler", 60)):
        function = client.get_function_configuration(
            FunctionName=stack.function_name(SERVICE, name)
        )
        assert function["Timeout"] == timeout
        environment = function["Environment"]["Variables"]
        assert environment == stack.environment(SERVICE, name)
        assert environment["INCOMING_BUCKET"] == stack.outputs(SERVICE)["IncomingBucket"]


def test_an_upload_by_a_signed_form_is_processed_by_itself(stack: LocalStack) -> None:
    name = "Zieleinlauf + Müller.jpg"
    photo = jpeg()
    with httpx.Client(base_url=stack.urls[SERVICE], timeout=30) as api:
        event_id = api.post("events", json={"name": "Uploads"}).json()["eventId"]
        file = {"filename": name, "size": len(photo), "contentType": "image/jpeg"}
        (form,) = api.post(f"events/{event_id}/uploads", json={"files": [file]}).json()["uploads"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": (name, photo)})
        assert sent.status_code in {200, 201, 204}, sent.text
        counts = wait_for_photo(api, event_id)
        assert counts == {"pending": 0, "done": 1, "failed": 0}
        (shown,) = api.get(f"events/{event_id}/photos").json()["items"]
        assert (shown["filename"], shown["state"]) == (name, "DONE")
        thumbnail = httpx.get(shown["thumbUrl"])
        assert thumbnail.headers["content-type"] == "image/jpeg"


def test_a_start_takes_less_than_the_house_promises(stack: LocalStack, tmp_path: Path) -> None:
    # The stack of the session was the first start: what it compiled is there now.
    assert stack.urls
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=tmp_path)

    def start() -> float:
        started = time.monotonic()
        with LocalStack(settings):
            return time.monotonic() - started

    # What else the machine does may slow down one start, hardly three.
    assert any(start() < SECONDS for _ in range(3))


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(data, "JPEG")
    return data.getvalue()


def wait_for_photo(api: httpx.Client, event_id: str) -> dict[str, Any]:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        counts: dict[str, Any] = api.get(f"events/{event_id}").json()["counts"]
        if counts["done"] + counts["failed"]:
            return counts
        time.sleep(0.2)
    raise AssertionError("the upload was not processed")
