"""What the functions of media-processing call is recorded and held against their policies, both
ways."""

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
from medley.local.environment import ACCOUNT_ID
from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.end_to_end.calls_heard import heard
from tests.end_to_end.media_flow import BATCH, LISTING, SERVICE, Listings, wait
from tests.end_to_end.media_images_flow import MODEL, Images

pytestmark = pytest.mark.end_to_end

DEV = "dev"
ENVIRONMENT = {
    # With API keys, as every stage but `local`.
    "STAGE": DEV,
    "DETECTOR": "yolo",
    "DETECTOR_MODEL_S3_URI": f"s3://media-processing-local-media-{ACCOUNT_ID}/{MODEL}",
    "STUCK_SECONDS": "1",
}


class Run(NamedTuple):
    """What a run through the whole service called, and what its policies allow."""

    called: list[Need]
    allowed: list[judge.Grant]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("recorded")
    settings = LocalSettings(aws_port=0, base_port=0, state_dir=folder / "state")
    file = folder / "calls.jsonl"
    with ExitStack() as exits:
        exits.enter_context(recording(file))
        stack = exits.enter_context(
            LocalStack(settings, [SERVICE], environment={SERVICE: ENVIRONMENT})
        )
        ring = KeyRing(stack.client("secretsmanager"), stack.outputs(SERVICE)["ApiKeysSecret"], DEV)
        through_everything(stack, ring.create("admin", datetime.now(UTC)).token, file)
        (service,) = stack.services
        made = read_stack(stack.client("cloudformation"), service.stack_name("local"))
        assert made
        policies: dict[str, Any] = render_policy(service, values_of(made, "local"))
    place = Place(made.partition, made.region, made.account_id)
    calls = recorded(file, "media-processing-local-")
    called = [need for call in calls for need in needs(call, place)]
    return Run(called, list(judge.grants(policies)))


def through_everything(stack: LocalStack, token: str, file: Path) -> None:
    """Take every way through the service, with what goes wrong on it."""
    url = stack.urls[SERVICE].rstrip("/")
    with httpx.Client(base_url=url, timeout=60, headers={"Authorization": token}) as api:
        images, listings = Images(stack, api), Listings(stack, api, file.parent)
        images.before_the_model_is_good()
        listings.batches()
        listings.receiver_that_is_gone()
        listings.uploaded_batches(heard(file, "GetObject", "house-32/raw/batch.json"))
        listings.steps(file)
        images.after_it_is_good()
        images.rekognition()
        wait(heard(file, "DetectLabels", "rekognition"))
        for path in ("/", "/assets/main.js", "/docs", "/openapi.json"):
            assert api.get(path).status_code == 200, path
        assert api.get(f"/listings/{LISTING}/batches/{BATCH}").status_code == 200
        with httpx.Client(base_url=url) as stranger:
            assert stranger.get("/jobs").status_code == 401
            assert stranger.get("/health").status_code == 200


def test_every_function_was_heard(run: Run) -> None:
    assert {need.caller for need in run.called} == {grant.caller for grant in run.allowed}


def test_each_call_is_allowed(run: Run) -> None:
    assert judge.refused(run.allowed, run.called) == []


def test_nothing_is_allowed_that_no_code_calls(run: Run) -> None:
    assert judge.unused(run.allowed, run.called) == []


def test_a_policy_that_is_too_narrow_would_be_seen(run: Run) -> None:
    for missing in run.allowed:
        if missing.action not in judge.NOT_BY_CODE:
            left = [grant for grant in run.allowed if grant != missing]
            assert judge.refused(left, run.called), missing
