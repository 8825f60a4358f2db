"""What the services rely on, and MiniStack alone does not do."""

import json
import time
from typing import Any

import pytest
from ministack.services.cloudformation import provisioners

from medley.local import shims
from medley.local.stack import LocalStack
from tests.medley.conftest import WORKERS

pytestmark = pytest.mark.end_to_end


def weigh_all(stack: LocalStack, *parcels: dict[str, str]) -> list[dict[str, Any]]:
    """Run the machine over ``parcels``; one result for each, in order."""
    machine = stack.client("stepfunctions")
    arn = machine.start_execution(
        stateMachineArn=stack.outputs("parcels")["Machine"],
        input=json.dumps({"parcels": parcels}),
    )["executionArn"]
    end = time.monotonic() + 60
    while (found := machine.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < end, "the machine does not end"
        time.sleep(0.05)
    assert found["status"] == "SUCCEEDED", found
    results: list[dict[str, Any]] = json.loads(found["output"])
    return results


def test_a_class_that_is_named_in_retry_is_tried_again(parcels: LocalStack) -> None:
    (result,) = weigh_all(parcels, {"kind": "busy", "name": "a"})
    assert result["outcome"] == "weighed"


def test_an_exception_is_caught_by_its_class(parcels: LocalStack) -> None:
    (result,) = weigh_all(parcels, {"kind": "broken"})
    assert result == {"outcome": "broken", "error": "BrokenError"}


def test_a_worker_that_dies_is_caught_by_name_and_the_other_items_go_on(
    parcels: LocalStack,
) -> None:
    results = weigh_all(parcels, {"kind": "work"}, {"kind": "killed"}, {"kind": "work"})
    assert [result["outcome"] for result in results] == ["weighed", "lost", "weighed"]
    assert results[1]["error"] == "Runtime.ExitError"


def test_a_call_that_takes_too_long_is_caught_as_a_timeout(parcels: LocalStack) -> None:
    (result,) = weigh_all(parcels, {"kind": "slow"})
    assert result == {"outcome": "late", "error": "Sandbox.Timedout"}


def test_a_worker_outlives_an_exception_of_its_handler(parcels: LocalStack) -> None:
    before = {result["pid"] for result in weigh_all(parcels, *[{"kind": "work"}] * 4)}
    weigh_all(parcels, *[{"kind": "broken"}] * 4)
    after = {result["pid"] for result in weigh_all(parcels, *[{"kind": "work"}] * 4)}
    assert before & after


def test_a_wide_map_waits_for_few_workers_instead_of_starting_many(parcels: LocalStack) -> None:
    # Longer together, for two workers, than the machine lets a single one take.
    results = weigh_all(parcels, *[{"kind": "work"}] * 36)
    assert {result["outcome"] for result in results} == {"weighed"}
    assert len({result["pid"] for result in results}) <= WORKERS


def test_an_invocation_names_the_class_too(parcels: LocalStack) -> None:
    answer = parcels.client("lambda").invoke(
        FunctionName=parcels.function_name("parcels", "weigh"), Payload=b'{"kind": "broken"}'
    )
    body = json.loads(answer["Payload"].read())
    assert (body["errorType"], body["errorMessage"]) == ("BrokenError", "it fell")


def test_another_worker_script_is_refused_and_not_patched_in_the_dark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shims.lambda_runtime, "_PYTHON_WORKER_SCRIPT", "print('a new one')")
    with pytest.raises(RuntimeError, match="0 places"):
        shims.keep_error_classes()


def test_a_secret_is_generated_without_what_it_excludes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioners, "_sm_secret_string", provisioners._sm_secret_string)
    shims.generate_secrets_without_punctuation()
    wanted = {"PasswordLength": 400, "ExcludePunctuation": True, "ExcludeCharacters": "x"}
    made = provisioners._sm_secret_string({"GenerateSecretString": wanted})
    assert len(made) == 400
    assert made.isalnum()
    assert "x" not in made
    assert provisioners._sm_secret_string({"SecretString": "mine!"}) == "mine!"
