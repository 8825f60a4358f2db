"""Which way each outcome takes through the machine of every service."""

import importlib
import json
from collections import Counter
from typing import Any

import pytest

from medley.asl import render
from tests.machine_run import ITEMS, LIST, NAME, FunctionError, Machine, fails_with, would_hear
from tests.service_app import load_app

MACHINES = [Machine(slug) for slug in render.services_with_machines()]
each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.slug)


@each_machine
def test_the_committed_machine_is_what_build_renders(machine: Machine) -> None:
    assert render.is_current(machine.slug), f"run `medley asl render {machine.slug}`"


@each_machine
def test_every_item_is_worked_on_once_and_the_run_is_completed(machine: Machine) -> None:
    run = machine.works().start()

    assert run.status == "SUCCEEDED"
    once = dict.fromkeys([machine.first, *machine.ends], 1)
    assert run.counts == once | {machine.work: len(ITEMS)}
    assert run.sent(machine.first) == [machine.input]
    sent = run.sent(machine.work)
    assert sent == [{**sent[0], machine.item: item} for item in ITEMS]
    assert {**machine.input, **sent[0]} == {**machine.input, machine.item: ITEMS[0]}


@each_machine
def test_without_an_item_the_run_is_completed_without_a_map(machine: Machine) -> None:
    run = machine.works(total=0).start()

    assert run.status == "SUCCEEDED"
    assert run.counts == dict.fromkeys([machine.first, *machine.ends], 1)


@each_machine
def test_an_item_that_fails_is_recorded_and_the_others_are_done(machine: Machine) -> None:
    def work(payload: dict[str, Any]) -> Any:
        if payload[machine.item]["number"] in {3, 7}:
            raise FunctionError("PermanentError")
        return {}

    run = machine.works(**{machine.work: work}).start()

    assert run.status == "SUCCEEDED"
    assert run.counts[machine.work] == len(ITEMS), "a PermanentError is not tried again"
    recorded = run.sent(machine.record)
    assert [payload[machine.item] for payload in recorded] == [ITEMS[3], ITEMS[7]]
    assert recorded[0]["error"]["Error"] == "PermanentError"
    assert json.loads(recorded[0]["error"]["Cause"])["errorMessage"] == "as the test wants"
    assert set(recorded[0]) == {*run.sent(machine.work)[0], "error"}


@each_machine
@pytest.mark.parametrize("error", ["RetryableError", "Runtime.ExitError", "States.Timeout"])
def test_what_may_pass_is_tried_again(machine: Machine, error: str) -> None:
    seen: Counter[int] = Counter()

    def work(payload: dict[str, Any]) -> Any:
        number = payload[machine.item]["number"]
        seen[number] += 1
        if number == 4 and seen[number] <= 2:
            raise FunctionError(error)
        return {}

    run = machine.works(**{machine.work: work}).start()

    assert run.status == "SUCCEEDED"
    assert seen[4] == 3
    assert machine.record not in run.counts


@each_machine
def test_an_item_that_kills_its_worker_every_time_is_recorded(machine: Machine) -> None:
    run = machine.works(**{machine.work: fails_with("Runtime.ExitError")}).start()

    assert run.status == "SUCCEEDED"
    assert run.counts[machine.work] == 3 * len(ITEMS)
    assert run.counts[machine.record] == len(ITEMS)


@each_machine
def test_a_failure_that_cannot_be_recorded_does_not_stop_the_run(machine: Machine) -> None:
    functions = {
        machine.work: fails_with("PermanentError"),
        machine.record: fails_with("KeyError"),
    }
    run = machine.works(**functions).start()

    assert run.status == "SUCCEEDED"
    assert run.counts[machine.record] == 4 * len(ITEMS), "an unexpected error: three more"
    assert [run.counts[end] for end in machine.ends] == [1] * len(machine.ends)


@pytest.mark.parametrize(
    ("machine", "step"),
    [
        pytest.param(machine, step, id=f"{machine.slug}-{step}")
        for machine in MACHINES
        for step in machine.guarded
    ],
)
def test_a_step_that_fails_is_written_on_the_run(machine: Machine, step: str) -> None:
    run = machine.works(**{step: fails_with("PermanentError")}).start()

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert run.counts[step] == 1
    [failure] = run.sent(machine.failure)
    assert failure.pop("error")["Error"] == "PermanentError"
    assert failure == {name: machine.given[name] for name in failure}
    assert failure


@each_machine
def test_a_list_that_cannot_be_read_is_written_on_the_run(machine: Machine) -> None:
    elsewhere = {**machine.given, "items": {**LIST, "key": "gone"}, "total": 3}
    run = machine.works(**{machine.first: lambda _: elsewhere}).start()

    assert (run.status, run.error) == ("FAILED", "States.ItemReaderFailed")
    assert run.counts[machine.failure] == 1
    assert machine.work not in run.counts


@each_machine
def test_the_first_error_is_the_executions_even_if_it_cannot_be_written(machine: Machine) -> None:
    functions = {
        machine.first: fails_with("PermanentError"),
        machine.failure: fails_with("KeyError"),
    }
    run = machine.works(**functions).start()

    assert (run.status, run.error) == ("FAILED", "PermanentError")
    assert run.counts[machine.failure] == 4


@each_machine
def test_an_execution_that_is_stopped_ends_its_job(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = machine.works()
    run.functions[machine.first] = lambda payload: (run.stop(), payload)[1]
    run.start()

    assert (run.status, run.counts) == ("ABORTED", {machine.first: 1})
    app = load_app(machine.slug)
    (rule,) = [one for one in app.app.event_sources if one.name == "execution_stopped_handler"]
    (event,) = run.told
    assert would_hear(rule.event_pattern, event)
    elsewhere = {"stateMachineArn": f"{event['detail']['stateMachineArn']}-of-another"}
    for other in (elsewhere, {"status": "SUCCEEDED"}):
        unlike = {**event, "detail": {**event["detail"], **other}}
        assert not would_hear(rule.event_pattern, unlike)

    deps = memory_dependencies(machine.slug)
    monkeypatch.setattr(app, "deps", lambda: deps)
    deps.jobs.create(NAME, owner="house", kind="house", input=machine.input)
    deps.jobs.started(NAME, event["detail"]["executionArn"])
    app.execution_stopped_handler(event, None)
    job = deps.jobs.get(NAME)
    assert job.error
    assert (job.state, job.error.code) == ("FAILED", "stopped")


def memory_dependencies(slug: str) -> Any:
    """A service's dependencies, with nothing in them."""
    package = slug.replace("-", "_")
    return importlib.import_module(f"chalicelib.{package}.adapters.memory").memory_dependencies()
