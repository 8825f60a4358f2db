"""What the house asks of a state machine, and MiniStack does not check."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

Machine = dict[str, Any]

EXPRESS_SECONDS = 300
"""How long an EXPRESS execution may run; then it ends, whatever it is doing."""

RETRIED = frozenset(
    {
        "RetryableError",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Runtime.ExitError",
        "Sandbox.Timedout",
        "States.Timeout",
    }
)


class Found(NamedTuple):
    """A state, and the chain of Maps and Parallels that it is in, outermost first."""

    name: str
    state: dict[str, Any]
    within: tuple[dict[str, Any], ...]


def scopes(machine: Machine) -> Iterator[tuple[Machine, tuple[dict[str, Any], ...]]]:
    """The machine, and each processor and branch in it: states can only go to their own scope's."""
    yield machine, ()
    for state in machine["States"].values():
        inner = [state["ItemProcessor"]] if "ItemProcessor" in state else state.get("Branches", [])
        for scope in inner:
            for found, within in scopes(scope):
                yield found, (state, *within)


def every_state(machine: Machine, kind: str | None = None) -> Iterator[Found]:
    """All states at any depth, or those of one Type."""
    for scope, within in scopes(machine):
        for name, state in scope["States"].items():
            if kind in {None, state["Type"]}:
                yield Found(name, state, within)


def targets(state: dict[str, Any]) -> list[str]:
    """Where a state may go."""
    found = [state.get("Next"), state.get("Default")]
    found += [rule.get("Next") for rule in state.get("Choices", [])]
    found += [catcher["Next"] for catcher in state.get("Catch", [])]
    return [name for name in found if name is not None]


def graph(machine: Machine) -> list[str]:
    """Each target exists in its scope, each state is reached, and no name is used twice."""
    wrong = []
    for scope, _ in scopes(machine):
        states, start = scope["States"], scope["StartAt"]
        wrong += [f"StartAt {start} does not exist"] if start not in states else []
        wrong += [
            f"{name} goes to {target}, which does not exist there"
            for name, state in states.items()
            for target in targets(state)
            if target not in states
        ]
        reached, waiting = set[str](), [start]
        while waiting:
            name = waiting.pop()
            if name in states and name not in reached:
                reached.add(name)
                waiting += targets(states[name])
        wrong += [f"{name} is never reached" for name in states if name not in reached]
    names = Counter(name for name, _, _ in every_state(machine))
    return wrong + [f"{name} is used twice" for name, times in names.items() if times > 1]


def ends(machine: Machine) -> list[str]:
    """One success end and one failure end, and inside a Map none of its own."""
    wrong = []
    for kind in ("Succeed", "Fail"):
        found = [name for name, state in machine["States"].items() if state["Type"] == kind]
        if len(found) != 1:
            wrong.append(f"{len(found)} {kind} states, not 1: {found}")
        wrong += [
            f"{name} ends a child by {kind}"
            for name, _, within in every_state(machine, kind)
            if within
        ]
    return wrong + [
        f"{name} ends the machine beside its ends"
        for name, state in machine["States"].items()
        if state.get("End")
    ]


def _catches_all(state: dict[str, Any]) -> dict[str, Any] | None:
    return next((c for c in state.get("Catch", []) if c["ErrorEquals"] == ["States.ALL"]), None)


def caught(machine: Machine) -> list[str]:
    """Any error ends in the failure end, by way of a Task that writes it on the job.

    A child has no such end: its Map's Catch takes what the child lets go.
    """
    wrong = []
    for name, state, within in every_state(machine):
        if state["Type"] not in {"Task", "Map", "Parallel"}:
            continue
        catcher = _catches_all(state)
        if catcher is None:
            if not any(_catches_all(outer) for outer in within):
                wrong.append(f"{name}: no Catch of States.ALL here or around it")
            continue
        if catcher.get("ResultPath", "$") == "$":
            wrong.append(f"{name}: its Catch replaces the input, and the job's id with it")
        if within:
            continue
        path = _way(machine, catcher["Next"])
        kinds = [machine["States"][step]["Type"] for step in path]
        # The step that writes the failure down has nobody behind it but the end.
        behind = [machine["States"][step]["Type"] for step in _way(machine, state.get("Next"))]
        writes = "Task" in kinds or (behind[-1:] == ["Fail"] and "Task" not in behind)
        if kinds[-1:] != ["Fail"] or not writes:
            wrong.append(f"{name}: its Catch does not lead over a Task to the failure end: {path}")
    return wrong


def _way(machine: Machine, at: str | None) -> list[str]:
    """The states from ``at`` on; of a Choice the default, which is what nothing else explains."""
    path: list[str] = []
    while at is not None and at in machine["States"] and at not in path:
        path.append(at)
        state = machine["States"][at]
        at = state.get("Next") or state.get("Default")
    return path


def retries(machine: Machine) -> list[str]:
    """Every Task retries what may pass, with full jitter, and never a PermanentError."""
    wrong = []
    for name, state, _ in every_state(machine):
        retriers = state.get("Retry", [])
        if state["Type"] == "Task":
            named = {error for retrier in retriers for error in retrier["ErrorEquals"]}
            wrong += [f"{name} does not retry {error}" for error in sorted(RETRIED - named)]
        for retrier in retriers:
            if retrier.get("MaxAttempts", 3) == 0:
                continue
            if retrier.get("JitterStrategy") != "FULL" or "MaxDelaySeconds" not in retrier:
                wrong.append(f"{name}: {retrier['ErrorEquals'][0]} without jitter or longest delay")
        first = next((r for r in retriers if _matches(r, "PermanentError")), None)
        if first and first.get("MaxAttempts", 3) != 0:
            wrong.append(f"{name} retries a PermanentError")
    return wrong


def _matches(retrier: dict[str, Any], error: str) -> bool:
    names = set(retrier["ErrorEquals"])
    if error != "States.Timeout" and "States.TaskFailed" in names:
        return True
    return not names.isdisjoint({error, "States.ALL"})


def maps(machine: Machine) -> list[str]:
    """Every Map is distributed, reads and writes S3, tolerates failures; its output stays there."""
    wrong = []
    for name, state, _ in every_state(machine, "Map"):
        mode = state["ItemProcessor"].get("ProcessorConfig", {}).get("Mode")
        wrong += [f"{name} is {mode}, not DISTRIBUTED"] if mode != "DISTRIBUTED" else []
        wrong += [
            f"{name} has no {field}"
            for field in ("ItemReader", "ResultWriter", "MaxConcurrency", "Label")
            if not state.get(field)
        ]
        if not {"ToleratedFailurePercentage", "ToleratedFailureCount"}.intersection(state):
            wrong.append(f"{name} tolerates no failure: one bad item ends the job")
        if state.get("ResultPath", "$") is not None and "ResultSelector" not in state:
            wrong.append(f"{name}: its result travels on; ResultPath null or a ResultSelector")
    return wrong


def functions(machine: Machine) -> list[str]:
    """A Task that invokes a function invokes the one of its own name."""
    return [
        f"{name} invokes {function}, not its own"
        for name, state, _ in every_state(machine, "Task")
        if ":::lambda:invoke" in state["Resource"]
        and (function := state["Parameters"].get("FunctionName")) != f"${{{name}FunctionArn}}"
    ]


def paths(machine: Machine) -> list[str]:
    """In a template, ``name.$`` has a path or an intrinsic, and nothing else looks like one."""

    def look(place: str, value: Any) -> Iterator[str]:
        if isinstance(value, list):
            for element in value:
                yield from look(place, element)
        elif isinstance(value, dict):
            for name, part in value.items():
                yield from look(f"{place}.{name}", part)
                is_path = isinstance(part, str) and bool(re.match(r"\$(?!\{)|States\.", part))
                if name.endswith(".$") != is_path:
                    yield f"{place}.{name}: {part!r}"

    templates = ("Parameters", "ItemSelector", "ResultSelector")
    return [
        wrong
        for name, state, _ in every_state(machine)
        for holder in (state, state.get("ItemReader", {}), state.get("ResultWriter", {}))
        for field in templates
        for wrong in look(f"{name}.{field}", holder.get(field, {}))
    ]


def express_children_have_time(machine: Machine) -> list[str]:
    """An EXPRESS child can use all its retries: on its longest path, they fit its five minutes.

    Counted are a whole timeout for each attempt after a lost worker, one for the first attempt,
    and the mean of every delay, which under full jitter is half of it. Transient errors come
    back at once.
    """
    wrong = []
    for name, state, _ in every_state(machine, "Map"):
        processor = state["ItemProcessor"]
        if processor.get("ProcessorConfig", {}).get("ExecutionType") != "EXPRESS":
            continue
        needed = _longest(processor["States"], processor["StartAt"], ())
        if needed > EXPRESS_SECONDS:
            wrong.append(f"{name}: a child may need {needed:.0f} s of its {EXPRESS_SECONDS}")
    return wrong


def _longest(states: dict[str, Any], name: str | None, before: tuple[str, ...]) -> float:
    if name not in states or name in before:
        return 0
    state = states[name]
    after = [_longest(states, target, (*before, name)) for target in targets(state)]
    return _worst(state) + max(after, default=0)


def _worst(state: dict[str, Any]) -> float:
    """Seconds that a state takes when it uses all its retries."""
    retriers = state.get("Retry", [])
    lost = next((r for r in retriers if _matches(r, "States.Timeout")), {"MaxAttempts": 0})
    delays = sum(
        min(
            retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempt,
            retrier.get("MaxDelaySeconds", float("inf")),
        )
        for retrier in retriers
        for attempt in range(retrier.get("MaxAttempts", 3))
    )
    timeout = state.get("TimeoutSeconds", 0)
    return float((1 + lost.get("MaxAttempts", 3)) * timeout + delays / 2)
