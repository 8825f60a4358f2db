"""The embedded AWS enforces no role, so what the functions call is recorded and held against their
policies, both ways: each call allowed, and nothing allowed that no code calls."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from medley.deploy.configure import render_policy, values_of
from medley.deploy.stacks import read_stack
from medley.iam import judge
from medley.iam.calls import Need, Place, needs
from medley.iam.recorder import recorded, recording
from medley.key_ring import KeyRing
from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.end_to_end.drive_flow import through_a_stop, through_drive
from tests.end_to_end.event_images_flow import DEV, SERVICE, Flow, photo, read_routes
from tests.end_to_end.people_flow import through_people
from tests.end_to_end.review_flow import through_review
from tests.google_drive_server import GoogleDrive, google_drive

pytestmark = pytest.mark.end_to_end

# Two runs that make the row of one photo at the same moment; the second looks which are there.
# It cannot be brought about on purpose; tests/event-images/test_many_at_once.py has it happen.
RACE = {
    (function, "dynamodb:BatchGetItem")
    for function in (
        "extract_bib_number_handler",
        "record_image_failure_handler",
        "image_processing_completion_handler",
        "process_upload_handler",
    )
}


class Run(NamedTuple):
    """What a run through the whole service called, and what its policies allow."""

    called: list[Need]
    allowed: list[judge.Grant]
    answers: dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("recorded")
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=folder / "state")
    file = folder / "calls.jsonl"
    # With API keys, and with no bucket but its own: as every stage but `local`.
    environment = {SERVICE: {"STAGE": DEV, "SOURCE_BUCKETS": ""}}
    with ExitStack() as exits:
        google = exits.enter_context(google_drive())
        environment[SERVICE]["GDRIVE_API_ENDPOINT"] = google.endpoint
        exits.enter_context(recording(file))
        stack = exits.enter_context(LocalStack(settings, [SERVICE], environment=environment))
        ring = KeyRing(stack.client("secretsmanager"), stack.outputs(SERVICE)["ApiKeysSecret"], DEV)
        answers = through_everything(stack, ring, file, google)
        (service,) = stack.services
        made = read_stack(stack.client("cloudformation"), service.stack_name("local"))
        assert made
        policies: dict[str, Any] = render_policy(service, values_of(made, "local"))
    place = Place(made.partition, made.region, made.account_id)
    calls = recorded(file, "event-images-local-")
    called = [need for call in calls for need in needs(call, place)]
    return Run(called, list(judge.grants(policies)), answers)


def through_everything(
    stack: LocalStack, ring: KeyRing, file: Path, google: GoogleDrive
) -> dict[str, dict[str, int]]:
    """Take every way through the service, with what goes wrong on it; the keys' answers."""
    tokens = {scope: ring.create(scope, datetime.now(UTC)).token for scope in ("read", "write")}
    url = stack.urls[SERVICE].rstrip("/")
    with httpx.Client(base_url=url, timeout=60, headers={"Authorization": tokens["write"]}) as api:
        flow = Flow(stack, api)
        flow.uploads(lambda: gone(file))
        flow.requests()
        flow.ends()
        through_drive(flow, google, photo("88"), file.parent)
        through_a_stop(flow)
        through_people(flow, file)
        through_review(flow)
        read_routes(flow)
        return {
            "none": asked(api, flow.event_id, {"Authorization": ""}),
            "wrong": asked(api, flow.event_id, {"Authorization": f"mk_{DEV}_wrong"}),
            "read": asked(api, flow.event_id, {"Authorization": f"Bearer {tokens['read']}"}),
            "write": asked(api, flow.event_id, {"Authorization": f"Bearer {tokens['write']}"}),
        }


def gone(file: Path) -> bool:
    """Whether the upload that is not there was looked for."""
    return any(json.loads(line)["status"] == 404 for line in file.read_text().splitlines())


def asked(api: httpx.Client, event_id: str, headers: dict[str, str]) -> dict[str, int]:
    """How a route that reads, one that writes, and one that is public answer."""
    client = httpx.Client(base_url=api.base_url, timeout=60)
    if not headers["Authorization"]:
        headers = {}
    return {
        "read": client.get(f"/events/{event_id}", headers=headers).status_code,
        "write": client.post("/events", headers=headers, json={"name": "Keys"}).status_code,
        "public": client.get("/health", headers=headers).status_code,
    }


def test_every_function_was_heard(run: Run) -> None:
    assert {need.caller for need in run.called} == {grant.caller for grant in run.allowed}


def test_each_call_is_allowed(run: Run) -> None:
    assert judge.refused(run.allowed, run.called) == []


def test_nothing_is_allowed_that_no_code_calls(run: Run) -> None:
    left = judge.unused(run.allowed, run.called)
    assert [grant for grant in left if (grant.caller, grant.action) not in RACE] == []


def test_a_policy_that_is_too_narrow_or_too_wide_would_be_seen(run: Run) -> None:
    wider = judge.Grant("api_handler", "s3:DeleteObject", "arn:aws:s3:::any/*")
    assert wider in judge.unused([*run.allowed, wider], run.called)
    for missing in run.allowed:
        if missing.action not in judge.NOT_BY_CODE and missing[:2] not in RACE:
            left = [grant for grant in run.allowed if grant != missing]
            assert judge.refused(left, run.called), missing


def test_routes_answer_by_the_scope_of_the_key(run: Run) -> None:
    assert run.answers == {
        "none": {"read": 401, "write": 401, "public": 200},
        "wrong": {"read": 403, "write": 403, "public": 200},
        "read": {"read": 200, "write": 403, "public": 200},
        "write": {"read": 200, "write": 201, "public": 200},
    }
