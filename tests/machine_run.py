"""A service's committed machine on MiniStack's interpreter, inside this process.

The Lambda functions are functions of the test, the list of the Map is a list here, and waits are
skipped. What each step is sent and answers is read off the machine itself, so that one test can
run the machine of every service.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from ministack.services import eventbridge, stepfunctions

from medley import paths
from medley.asl import render

type Function = Callable[[dict[str, Any]], Any]

ITEMS = [{"number": number, "key": f"{number} é+.jpg"} for number in range(12)]
# The execution's, and so the job's id.
NAME = "one"
LIST = {"bucket": "media", "key": "lists/items.json"}


class FunctionError(Exception):
    """Raised by a function of a test to fail as ``error``, the class name that AWS would report."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def fails_with(error: str) -> Function:
    """A function that always fails so."""

    def function(_: dict[str, Any]) -> Any:
        raise FunctionError(error)

    return function


@dataclass(frozen=True)
class Machine:
    """What a service's committed machine is made of, by the shape of ``medley.asl.shape``."""

    slug: str

    @cached_property
    def text(self) -> str:
        return (paths.SERVICES / self.slug / render.RENDERED).read_text("utf-8")

    @cached_property
    def states(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)["States"]
        return found

    @cached_property
    def name(self) -> str:
        """What the stack calls it in the stage `local`."""
        text = (paths.SERVICES / self.slug / "resources.yaml").read_text("utf-8")
        (name,) = re.findall(r"StateMachineName: !Sub (\S+)", text)
        return str(name).replace("${Stage}", "local")

    @property
    def first(self) -> str:
        """The step that makes the list."""
        return str(json.loads(self.text)["StartAt"])

    @cached_property
    def map(self) -> dict[str, Any]:
        (found,) = [state for state in self.states.values() if state["Type"] == "Map"]
        return dict(found)

    @property
    def work(self) -> str:
        """The step that does one item."""
        return str(self.map["ItemProcessor"]["StartAt"])

    @property
    def record(self) -> str:
        """The step that records that one could not be done."""
        return str(self.map["ItemProcessor"]["States"][self.work]["Catch"][0]["Next"])

    @property
    def item(self) -> str:
        """The name by which a child finds its item."""
        selected = self.map["ItemSelector"].items()
        return next(name[:-2] for name, value in selected if value == "$$.Map.Item.Value")

    @property
    def failure(self) -> str:
        """The step that writes an error of the machine down."""
        return str(self.map["Catch"][0]["Next"])

    @property
    def ends(self) -> list[str]:
        """The steps after the Map."""
        tasks = [name for name, state in self.states.items() if state["Type"] == "Task"]
        return [name for name in tasks if name not in {self.first, self.failure}]

    @property
    def guarded(self) -> list[str]:
        """The steps whose error is the machine's."""
        steps = [self.first, *self.ends]
        return [one for one in steps if self.states[one]["Catch"][0]["Next"] == self.failure]

    @cached_property
    def given(self) -> dict[str, str]:
        """A value for each field that any step is sent."""
        asked = set(re.findall(r'": "\$\.(?:Payload\.)?(\w+)"', self.text)) - {"error"}
        return {name: f"the {name}" for name in sorted(asked)}

    @property
    def input(self) -> dict[str, str]:
        """The execution's input: what the first step is sent."""
        sent = self.states[self.first]["Parameters"]["Payload"]
        return {name.removesuffix(".$"): self.given[name.removesuffix(".$")] for name in sent}

    def works(self, total: int = len(ITEMS), **others: Function) -> "Run":
        """A run in which every function succeeds, but for the ones given by name."""
        names = (self.first, self.work, self.record, self.failure, *self.ends)
        answer = {**self.given, "items": LIST, "total": total}
        fine: dict[str, Function] = {name: lambda _: answer for name in names}
        return Run(self, fine | others)


@dataclass
class Run:
    """One execution of a machine with the given functions, and what they were sent."""

    machine: Machine
    functions: dict[str, Function]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    status: str = ""
    error: str = ""
    output: Any = None
    _lock: Any = field(default_factory=threading.Lock)

    def start(self) -> "Run":
        """Run the machine to its end."""
        definition = self.machine.text.replace("${MediaBucket}", "media")
        for name in self.functions:
            arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
            definition = definition.replace(f"${{{name}FunctionArn}}", arn)
        assert "${" not in definition
        arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{self.machine.name}"
        execution = {
            "executionArn": arn.replace("stateMachine", "execution") + f":{NAME}",
            "stateMachineArn": arn,
            "name": NAME,
            "status": "RUNNING",
            "startDate": "2026-01-01T00:00:00Z",
            "input": json.dumps(self.machine.input),
            "events": [],
        }
        with self._on_ministack():
            stepfunctions._state_machines[arn] = {
                "name": self.machine.name,
                "definition": definition,
            }
            stepfunctions._executions[execution["executionArn"]] = execution
            stepfunctions._run_execution(execution["executionArn"])
        self.status, self.error = str(execution["status"]), str(execution.get("error", ""))
        self.output = json.loads(str(execution.get("output") or "null"))
        return self

    def stop(self) -> None:
        """Stop the execution, as somebody does by hand; for a function to call."""
        (arn,) = stepfunctions._executions.keys()
        stepfunctions._stop_execution({"executionArn": arn})

    def sent(self, name: str) -> list[dict[str, Any]]:
        """What a function was sent, call by call; of children in the order of their items."""
        sent = [payload for called, payload in self.calls if called == name]
        return sorted(sent, key=self._number)

    @property
    def counts(self) -> dict[str, int]:
        """How often each function was called."""
        return dict(Counter(name for name, _ in self.calls))

    def _number(self, payload: dict[str, Any]) -> int:
        item = payload.get(self.machine.item)
        return int(item["number"]) if isinstance(item, dict) else 0

    def _call(self, arn: str, payload: dict[str, Any]) -> Any:
        """Stands where MiniStack invokes a Lambda."""
        name = arn.rsplit(":", 1)[-1]
        with self._lock:
            self.calls.append((name, payload))
        try:
            return self.functions[name](payload)
        except FunctionError as failure:
            cause = json.dumps({"errorType": failure.error, "errorMessage": "as the test wants"})
            raise stepfunctions._ExecutionError(failure.error, cause) from None

    def _hear(self, given: dict[str, Any], **_: Any) -> None:
        """Stands where MiniStack tells EventBridge of an execution."""
        for entry in given["Entries"]:
            self.told.append(
                {
                    "version": "0",
                    "id": str(len(self.told)),
                    "source": entry["Source"],
                    "detail-type": entry["DetailType"],
                    "account": "000000000000",
                    "region": "us-east-1",
                    "time": "2026-01-01T00:00:00Z",
                    "resources": entry["Resources"],
                    "detail": json.loads(entry["Detail"]),
                }
            )

    @contextmanager
    def _on_ministack(self) -> Iterator[None]:
        """MiniStack's interpreter without waits; Lambda and S3 are this run's."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
            patch.setattr(eventbridge, "_put_events", self._hear)
            patch.setattr(stepfunctions, "_s3_object_text", _read)
            patch.setattr(stepfunctions, "_call_lambda", self._call)
            try:
                yield
            finally:
                stepfunctions.reset()


def would_hear(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether a rule of EventBridge with this pattern is told of the event."""
    asked = {"Event": json.dumps(event), "EventPattern": json.dumps(pattern)}
    _, _, body = eventbridge._test_event_pattern(asked)
    return bool(json.loads(body)["Result"])


def _read(bucket: str, key: str) -> str:
    if {"bucket": bucket, "key": key} != LIST:
        raise stepfunctions._ExecutionError("States.ItemReaderFailed", f"{bucket}/{key}")
    return json.dumps(ITEMS)
