"""The machine of reels: what is committed, and which way each outcome takes.

It runs on MiniStack's interpreter, inside this process: the ASL is the committed one, the Lambda
functions are functions here, and waits are skipped.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.services import stepfunctions

from medley import paths
from medley.asl import render

Function = Callable[[dict[str, Any]], Any]

SLUG = "reels"
REQUEST = {
    "requestId": "r1",
    "eventId": "e1",
    "bibs": None,
    "aspects": ["9:16"],
    "templateId": "default",
    "preview": False,
    "force": False,
}
REELS = [
    {
        "bib": str(number),
        "aspects": ["9:16"],
        "templateId": "default",
        "templateVersion": 1,
        "preview": False,
        "force": False,
    }
    for number in range(25)
]


class FunctionError(Exception):
    """Raised by a function here to fail as ``error``, the class name that AWS would report."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class Run:
    """One execution of the committed machine with the given functions, and what they were sent."""

    functions: dict[str, Function]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: str = ""
    error: str = ""
    output: Any = None
    _lock: Any = field(default_factory=threading.Lock)

    def call(self, arn: str, payload: dict[str, Any]) -> Any:
        """Stands where MiniStack invokes a Lambda."""
        name = arn.rsplit(":", 1)[-1]
        with self._lock:
            self.calls.append((name, payload))
        try:
            return self.functions[name](payload)
        except FunctionError as failure:
            cause = json.dumps({"errorType": failure.error, "errorMessage": "as the test wants"})
            raise stepfunctions._ExecutionError(failure.error, cause) from None

    def start(self, execution_input: dict[str, Any] = REQUEST) -> "Run":
        """Run the machine to its end."""
        definition = (paths.SERVICES / SLUG / render.RENDERED).read_text("utf-8")
        definition = definition.replace("${MediaBucket}", "media")
        for name in self.functions:
            arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
            definition = definition.replace(f"${{{name}FunctionArn}}", arn)
        assert "${" not in definition
        arn = "arn:aws:states:us-east-1:000000000000:stateMachine:generate-event-reels"
        execution = {
            "executionArn": arn.replace("stateMachine", "execution") + ":one",
            "stateMachineArn": arn,
            "name": "one",
            "status": "RUNNING",
            "startDate": "2026-01-01T00:00:00Z",
            "input": json.dumps(execution_input),
            "events": [],
        }
        stepfunctions._state_machines[arn] = {
            "name": "generate-event-reels",
            "definition": definition,
        }
        stepfunctions._executions[execution["executionArn"]] = execution
        stepfunctions._run_execution(execution["executionArn"])
        self.status, self.error = str(execution["status"]), str(execution.get("error", ""))
        self.output = json.loads(str(execution["output"]))
        return self

    def sent(self, name: str) -> list[dict[str, Any]]:
        """What a function was sent, call by call."""
        return [payload for called, payload in self.calls if called == name]

    @property
    def counts(self) -> dict[str, int]:
        """How often each function was called."""
        return dict(Counter(name for name, _ in self.calls))


Start = Callable[[Run], Run]


def _fail_with(error: str) -> Function:
    def function(_: dict[str, Any]) -> Any:
        raise FunctionError(error)

    return function


def _listed(total: int) -> Function:
    def function(_: dict[str, Any]) -> Any:
        items = {"bucket": "media", "key": "requests/r1/items.json"}
        return {"requestId": "r1", "eventId": "e1", "items": items, "total": total}

    return function


def _works(total: int = len(REELS), **others: Function) -> Run:
    """A run in which every function succeeds, but for the ones given by name."""
    names = ("ReelGeneration", "RecordReelFailure", "ReelGenerationFailure")
    fine: dict[str, Function] = {name: lambda payload: {"seen": True} for name in names}
    fine["EventImagesBibExtraction"] = _listed(total)
    fine["ReelGenerationCompletion"] = lambda payload: {"state": "SUCCEEDED"}
    return Run(fine | others)


@pytest.fixture
def invoked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a run on MiniStack's interpreter, without waits; Lambda and S3 are this test's."""

    def read(bucket: str, key: str) -> str:
        if (bucket, key) != ("media", "requests/r1/items.json"):
            raise stepfunctions._ExecutionError("States.ItemReaderFailed", f"{bucket}/{key}")
        return json.dumps(REELS)

    def start(run: Run) -> Run:
        monkeypatch.setattr(stepfunctions, "_call_lambda", run.call)
        return run.start()

    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", lambda execution: None)
    monkeypatch.setattr(stepfunctions, "_s3_object_text", read)
    yield start
    stepfunctions.reset()


def test_the_committed_machine_is_what_build_renders() -> None:
    assert render.is_current(SLUG), "run `medley asl render event-images`"


def test_every_reel_is_made_once_and_the_request_is_completed(invoked: Start) -> None:
    run = invoked(_works())

    assert run.status == "SUCCEEDED"
    assert run.counts == {
        "EventImagesBibExtraction": 1,
        "ReelGeneration": len(REELS),
        "ReelGenerationCompletion": 1,
    }
    assert run.sent("EventImagesBibExtraction") == [REQUEST]
    sent = sorted(run.sent("ReelGeneration"), key=lambda payload: int(payload["reel"]["bib"]))
    assert sent == [{"requestId": "r1", "eventId": "e1", "reel": reel} for reel in REELS]
    assert run.sent("ReelGenerationCompletion") == [{"requestId": "r1", "eventId": "e1"}]
    assert run.output == {"state": "SUCCEEDED"}


def test_no_runner_on_any_photo_completes_the_request_without_a_map(invoked: Start) -> None:
    run = invoked(_works(total=0))

    assert run.status == "SUCCEEDED"
    assert run.counts == {"EventImagesBibExtraction": 1, "ReelGenerationCompletion": 1}


def test_a_reel_that_fails_is_recorded_and_the_others_are_made(invoked: Start) -> None:
    def generate(payload: dict[str, Any]) -> Any:
        if payload["reel"]["bib"] in {"3", "7"}:
            raise FunctionError("PermanentError")
        return {}

    run = invoked(_works(ReelGeneration=generate))

    assert run.status == "SUCCEEDED"
    assert run.counts["ReelGeneration"] == len(REELS), "a PermanentError is not tried again"
    recorded = sorted(
        run.sent("RecordReelFailure"), key=lambda payload: int(payload["reel"]["bib"])
    )
    assert [payload["reel"] for payload in recorded] == [REELS[3], REELS[7]]
    assert recorded[0]["error"]["Error"] == "PermanentError"
    assert json.loads(recorded[0]["error"]["Cause"])["errorMessage"] == "as the test wants"
    assert set(recorded[0]) == {"requestId", "eventId", "reel", "error"}


@pytest.mark.parametrize("error", ["RetryableError", "Runtime.ExitError", "States.Timeout"])
def test_what_may_pass_is_tried_again(invoked: Start, error: str) -> None:
    seen: Counter[str] = Counter()

    def generate(payload: dict[str, Any]) -> Any:
        bib = payload["reel"]["bib"]
        seen[bib] += 1
        if bib == "4" and seen[bib] <= 2:
            raise FunctionError(error)
        return {}

    run = invoked(_works(ReelGeneration=generate))

    assert run.status == "SUCCEEDED"
    assert seen["4"] == 3
    assert "RecordReelFailure" not in run.counts


def test_a_reel_that_kills_its_worker_every_time_is_recorded(invoked: Start) -> None:
    run = invoked(_works(ReelGeneration=_fail_with("Runtime.ExitError")))

    assert run.status == "SUCCEEDED"
    assert run.counts["ReelGeneration"] == 3 * len(REELS)
    assert run.counts["RecordReelFailure"] == len(REELS)


def test_a_failure_that_cannot_be_recorded_does_not_stop_the_request(invoked: Start) -> None:
    run = invoked(
        _works(
            ReelGeneration=_fail_with("PermanentError"),
            RecordReelFailure=_fail_with("KeyError"),
        )
    )

    assert run.status == "SUCCEEDED"
    assert run.counts["RecordReelFailure"] == 4 * len(REELS), "an unexpected error: three more"
    assert run.counts["ReelGenerationCompletion"] == 1


@pytest.mark.parametrize("step", ["EventImagesBibExtraction", "ReelGenerationCompletion"])
def test_a_step_that_fails_is_written_on_the_request(invoked: Start, step: str) -> None:
    works = _works()
    works.functions[step] = _fail_with("PermanentError")

    run = invoked(works)

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert run.counts[step] == 1
    [failure] = run.sent("ReelGenerationFailure")
    assert (failure["requestId"], failure["eventId"]) == ("r1", "e1")
    assert failure["error"]["Error"] == "PermanentError"


def test_a_list_that_cannot_be_read_is_written_on_the_request(invoked: Start) -> None:
    def listed_elsewhere(_: dict[str, Any]) -> Any:
        return _listed(3)({}) | {"items": {"bucket": "media", "key": "gone"}}

    run = invoked(_works(EventImagesBibExtraction=listed_elsewhere))

    assert (run.status, run.error) == ("FAILED", "States.ItemReaderFailed")
    assert run.counts == {"EventImagesBibExtraction": 1, "ReelGenerationFailure": 1}


def test_the_first_error_is_the_executions_even_if_it_cannot_be_written(invoked: Start) -> None:
    run = invoked(
        _works(
            EventImagesBibExtraction=_fail_with("PermanentError"),
            ReelGenerationFailure=_fail_with("KeyError"),
        )
    )

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert run.counts["ReelGenerationFailure"] == 4
