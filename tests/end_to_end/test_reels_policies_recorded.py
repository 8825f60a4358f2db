"""What the functions of reels call is recorded and held against their policies, both ways."""

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
from tests.end_to_end.reels_flow import SERVICE, ReelsFlow, wait

pytestmark = pytest.mark.end_to_end

DEV = "dev"


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
        # With API keys, as every stage but `local`.
        stack = exits.enter_context(
            LocalStack(settings, ["event-images", SERVICE], environment={SERVICE: {"STAGE": DEV}})
        )
        ring = KeyRing(stack.client("secretsmanager"), stack.outputs(SERVICE)["ApiKeysSecret"], DEV)
        through_everything(stack, ring.create("write", datetime.now(UTC)).token, file)
        service = next(one for one in stack.services if one.slug == SERVICE)
        made = read_stack(stack.client("cloudformation"), service.stack_name("local"))
        assert made
        policies: dict[str, Any] = render_policy(service, values_of(made, "local"))
    place = Place(made.partition, made.region, made.account_id)
    calls = recorded(file, "reels-local-")
    called = [need for call in calls for need in needs(call, place)]
    return Run(called, list(judge.grants(policies)))


def through_everything(stack: LocalStack, token: str, file: Path) -> None:
    """Take every way through the service, with what goes wrong on it."""
    url = stack.urls[SERVICE].rstrip("/")
    with httpx.Client(base_url=url, timeout=60, headers={"Authorization": token}) as api:
        flow = ReelsFlow(stack, api)
        flow.materials()
        flow.templates()
        flow.requests()
        flow.ends()
        flow.sharing()
        flow.opt_out()
        flow.reads()
        flow.removal()
        wait(lambda: was_looked_for(file))
        refused = httpx.Client(base_url=url)
        assert refused.get("/templates").status_code == 401
        assert refused.get("/health").status_code == 200


def was_looked_for(file: Path) -> bool:
    """Whether the upload that is not there was looked for."""
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return any(line["status"] == 404 and "upload.gone" in json.dumps(line) for line in lines)


def test_every_function_was_heard(run: Run) -> None:
    assert {need.caller for need in run.called} == {grant.caller for grant in run.allowed}


def test_each_call_is_allowed(run: Run) -> None:
    assert judge.refused(run.allowed, run.called) == []


def test_nothing_is_allowed_that_no_code_calls(run: Run) -> None:
    assert judge.unused(run.allowed, run.called) == []
