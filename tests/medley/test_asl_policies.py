"""What the named policies promise."""

from medley.asl import policies
from medley.asl.states import Fail, Retry


def _errors(policy: list[Retry]) -> set[str]:
    return {error for retry in policy for error in retry.to_dict()["ErrorEquals"]}


def test_a_permanent_error_is_never_retried() -> None:
    assert "PermanentError" not in _errors(policies.RETRY_WORK)
    assert policies.RETRY_RECORD[0].to_dict() == {
        "ErrorEquals": ["PermanentError"],
        "MaxAttempts": 0,
    }


def test_work_is_retried_on_each_error_that_may_pass() -> None:
    assert _errors(policies.RETRY_WORK) == {
        "RetryableError",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Runtime.ExitError",
        "Sandbox.Timedout",
        "States.Timeout",
    }


def test_every_retry_is_jittered_and_its_delay_has_an_end() -> None:
    for retry in [*policies.RETRY_RECORD, policies.RETRY_ITEM_READER]:
        rendered = retry.to_dict()
        if rendered["MaxAttempts"]:
            assert rendered["JitterStrategy"] == "FULL"
            assert rendered["MaxDelaySeconds"] <= 60


def test_the_catch_of_everything_is_last_and_alone() -> None:
    assert policies.RETRY_RECORD[-1].to_dict()["ErrorEquals"] == ["States.ALL"]


def test_catch_all_keeps_the_input() -> None:
    assert policies.catch_all(Fail("Failed")).to_dict() == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": "$.error",
        "Next": "Failed",
    }
