"""Logs, metrics, and the frame of a step."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shared import observability
from shared.errors import MedleyError, NotFound, PermanentError, RetryableError
from shared.models import Model
from shared.observability import logger, metrics, run_messages, run_step, tracer


class Input(Model):
    request_id: str
    count: int = 1


class Output(Model):
    twice_the_count: int


DEPS = SimpleNamespace(settings=SimpleNamespace(service="event-images"))
CONTEXT = SimpleNamespace(function_name="f", aws_request_id="r-1")


@pytest.fixture
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Lambda's environment, and loggers that know nothing of other tests."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    _forget()


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    _forget()
    yield
    _forget()


def _forget() -> None:
    for made in (logger, metrics, tracer):
        made.cache_clear()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def double(step_input: Input, deps: Any) -> Output:
    logger("event-images").info("halfway")
    return Output(twice_the_count=2 * step_input.count)


def failing(error: Exception) -> Any:
    def step(step_input: Input, deps: Any) -> Output:
        raise error

    return step


@pytest.mark.usefixtures("in_lambda")
def test_a_step_gives_json_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    event = {"requestId": "q1", "count": 4}
    assert run_step(double, Input, event, CONTEXT, DEPS) == {"twiceTheCount": 8}
    halfway, done, counted = lines(capsys)
    assert halfway["message"] == "halfway"
    for line in (halfway, done):
        assert line["service"] == "event-images"
        assert line["correlation_id"] == "q1"
        assert line["step"] == "double"
        assert line["function_request_id"] == "r-1"
        assert "cold_start" in line
    assert (done["level"], done["outcome"]) == ("INFO", "ok")
    assert done["duration_ms"] >= 0
    assert counted["StepOk"] == [1]
    assert counted["step"] == "double"
    assert counted["service"] == "event-images"
    assert counted["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Medley"


@pytest.mark.usefixtures("in_lambda")
def test_what_a_step_logs_is_not_bound_to_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    run_step(double, Input, {"requestId": "q1"}, CONTEXT, DEPS)
    logger("event-images").info("after")
    after = [line for line in lines(capsys) if line.get("message") == "after"]
    assert "correlation_id" not in after[0]
    assert "step" not in after[0]


@pytest.mark.usefixtures("in_lambda")
@pytest.mark.parametrize(
    ("error", "outcome", "level"),
    [
        (PermanentError("too_small", "m"), "permanent", "WARNING"),
        (NotFound("job_not_found", "m"), "permanent", "WARNING"),
        (RetryableError("busy", "m"), "retry", "WARNING"),
        (MedleyError("x", "m"), "error", "ERROR"),
        (KeyError("k"), "error", "ERROR"),
    ],
)
def test_a_steps_error_comes_out_as_it_is_and_is_counted(
    capsys: pytest.CaptureFixture[str], error: Exception, outcome: str, level: str
) -> None:
    with pytest.raises(type(error)) as caught:
        run_step(failing(error), Input, {"requestId": "q1"}, CONTEXT, DEPS)
    assert caught.value is error
    logged, counted = lines(capsys)
    assert (logged["level"], logged["outcome"]) == (level, outcome)
    assert logged["correlation_id"] == "q1"
    assert type(error).__name__ in logged["exception"]
    assert counted[f"Step{outcome.title()}"] == [1]


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://x"),
        ClientError({"Error": {"Code": "Throttling"}}, "PutItem"),
    ],
)
def test_a_busy_aws_is_for_the_machine_to_retry(error: Exception) -> None:
    with pytest.raises(RetryableError) as caught:
        run_step(failing(error), Input, {"requestId": "q"}, CONTEXT, DEPS)
    assert caught.value.__cause__ is error


def test_an_aws_error_that_no_retry_mends_comes_out_as_it_is() -> None:
    error = ClientError({"Error": {"Code": "ValidationException"}}, "PutItem")
    with pytest.raises(ClientError):
        run_step(failing(error), Input, {"requestId": "q"}, CONTEXT, DEPS)


@pytest.mark.parametrize("event", [{"count": "x", "more": 1}, [], None, "text", 5])
def test_a_wrong_input_can_never_work(event: Any) -> None:
    with pytest.raises(PermanentError, match="invalid_step_input"):
        run_step(double, Input, event, CONTEXT, DEPS)


def test_a_wrong_input_names_its_fields() -> None:
    with pytest.raises(PermanentError) as caught:
        run_step(double, Input, {"count": "x", "more": 1}, CONTEXT, DEPS)
    assert "count, more, requestId" in caught.value.message
    assert len(caught.value.detail["errors"]) == 3


def test_off_lambda_nothing_is_printed_unless_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_step(double, Input, {"requestId": "q"}, CONTEXT, DEPS)
    counted = metrics("Medley", "s")
    counted.add_metric("Photos", "Count", 1)
    counted.flush_metrics()
    assert capsys.readouterr() == ("", "")
    logger("event-images").warning("so")
    assert lines(capsys)[0]["message"] == "so"


def test_dependencies_without_settings_will_do() -> None:
    assert run_step(double, Input, {"requestId": "q"}, None, None) == {"twiceTheCount": 2}


def test_the_first_step_of_a_process_is_a_cold_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observability, "_warm", [])
    assert [observability._cold() for _ in range(3)] == [True, False, False]


def test_loggers_and_metrics_are_made_once() -> None:
    assert logger("a") is logger("a")
    assert logger("a") is not logger("b")
    assert metrics("n", "a") is metrics("n", "a")


def test_the_tracer_does_nothing_off_aws() -> None:
    traced = tracer("event-images")

    @traced.capture_method
    def work() -> int:
        return 5

    assert traced.disabled
    assert work() == 5


def test_importing_costs_nothing_that_a_step_may_not_need() -> None:
    # Pillow only where images are decoded, Chalice only in http, boto3 only with a client.
    modules = "errors models storage tables jobs secrets workflows s3_events settings"
    names = [f"shared.{name}" for name in f"{modules} observability images idempotency".split()]
    code = (
        f"import sys, {', '.join(names)}\n"
        "print(*sorted({'PIL', 'chalice', 'boto3', 'tenacity', 'numpy', 'aws_xray_sdk', 'moto'}"
        " & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.strip() == ""


def test_each_message_of_an_event_is_a_run_and_the_first_failure_is_raised() -> None:
    seen = []

    def step(step_input: Input, deps: Any) -> Output:
        seen.append(step_input.count)
        if step_input.count == 2:
            raise RetryableError("aws_busy", "Later.")
        return Output(twice_the_count=0)

    records = [{"requestId": "q", "count": count} for count in (1, 2, 3)]
    event = SimpleNamespace(to_dict=lambda: {"Records": records}, context=CONTEXT)
    with pytest.raises(RetryableError):
        run_messages(step, Input, event, DEPS)

    assert seen == [1, 2]
