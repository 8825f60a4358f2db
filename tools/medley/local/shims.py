"""What MiniStack does otherwise than AWS, mended where it changes what a service does.

Each shim names what it mends. `tests/medley/test_local_shims.py` holds what the services rely on.
"""

import string
import threading
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc, stepfunctions
from ministack.services.cloudformation import provisioners

from medley.local import key_ranges

# How MiniStack's worker answers when the handler raises. The class is lost, and the pool takes
# the answer for a broken worker and ends it.
_RAISED = 'json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()})'
# The same, with the class, and as an answer of a healthy worker: on AWS, too, an environment
# outlives an exception of its handler.
_RAISED_WITH_CLASS = (
    'json.dumps({"status": "ok", "raised": {"status": "error", "error": str(e), '
    '"error_type": type(e).__name__, "trace": traceback.format_exc()}})'
)
_TRANSITION_SECONDS = 0.02

_answer = threading.local()
_has_place: ContextVar[bool] = ContextVar("medley_has_place", default=False)


def install(*, workers: int, logs: Path) -> None:
    """Put all shims in place, before MiniStack serves its first request.

    Args:
        workers: how many calls of one function run at once; the others wait.
        logs: the folder that gets a log file for each function.
    """
    keep_error_classes()
    cap_workers(workers)
    write_function_logs(logs)
    key_ranges.install()
    generate_secrets_without_punctuation()
    # Half a second twice a function otherwise, and Chalice then waits five.
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = _TRANSITION_SECONDS


def keep_error_classes() -> None:
    """Give a failed call the error type that AWS gives it, so that typed Retry and Catch match.

    A raised exception is named by its class, a process that died is ``Runtime.ExitError``, and a
    timeout stays ``Sandbox.Timedout``.

    Raises:
        RuntimeError: this MiniStack's worker reads otherwise than the one the shim was made for.
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if (count := script.count(_RAISED)) != 1:
        raise RuntimeError(
            f"MiniStack's worker script answers for a raised exception in {count} places, and "
            "medley.local.shims was made for one. See whether this version still loses the class."
        )
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_RAISED, _RAISED_WITH_CLASS)
    invoke = lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    def invoke_and_note(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response: dict[str, Any] = invoke(self, *args, **kwargs)
        if raised := response.pop("raised", None):
            response |= raised
        _answer.error_type = response.get("error_type", "Runtime.ExitError")
        return response

    def execute_and_name(*args: Any, **kwargs: Any) -> dict[str, Any]:
        _answer.error_type = None
        result: dict[str, Any] = execute(*args, **kwargs)
        body = result.get("body")
        if (
            result.get("error")
            and isinstance(body, dict)
            and body.get("errorType") == "Runtime.HandlerError"
            and _answer.error_type
        ):
            body["errorType"] = _answer.error_type
        return result

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_name


def cap_workers(workers: int) -> None:
    """Let calls of a function wait for a free worker instead of starting one more.

    A Map of a hundred would start a hundred processes. Reserved concurrency is no way out, since
    it refuses instead of waiting. The cap holds for what state machines and queues call. A call
    over HTTP goes past it, since it may come from a function, and would wait for its own caller.
    """
    places: dict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(workers))
    lock = threading.Lock()
    execute: Callable[..., dict[str, Any]] = lambda_svc._execute_function_warm
    invoke: Callable[..., Any] = stepfunctions._invoke_resource_with_timeout
    concurrency: Callable[..., int] = lambda_svc._sqs_esm_concurrency

    def place_of(function: str) -> threading.Semaphore:
        with lock:
            return places[function]

    def execute_when_free(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        # A call over HTTP has depth 1 and more, one from a state machine or a queue 0.
        if _has_place.get() or lambda_svc._invoke_depth.get() > 0:
            return execute(func, event, request_id)
        with place_of((func.get("config") or func).get("FunctionName", "")):
            return execute(func, event, request_id)

    def invoke_when_free(resource: str, input_data: Any, timeout: float) -> Any:
        # The clock of a task starts with its work: on AWS there is a worker at once.
        function = _function_of(resource, input_data)
        if function is None:
            return invoke(resource, input_data, timeout)
        with place_of(function):
            token = _has_place.set(True)
            try:
                return invoke(resource, input_data, timeout)
            finally:
                _has_place.reset(token)

    def concurrency_of_queue(*args: Any, **kwargs: Any) -> int:
        # Messages wait in the queue, where their visibility timeout does not run.
        return min(workers, concurrency(*args, **kwargs))

    lambda_svc._execute_function_warm = execute_when_free
    stepfunctions._invoke_resource_with_timeout = invoke_when_free
    lambda_svc._sqs_esm_concurrency = concurrency_of_queue


def _function_of(resource: str, input_data: Any) -> str | None:
    """The name of the function that a task calls; None for a task of another kind."""
    if resource.startswith("arn:aws:states:::lambda:invoke") and isinstance(input_data, dict):
        reference = str(input_data.get("FunctionName", ""))
    elif ":function:" in resource:
        reference = resource
    else:
        return None
    return reference.rpartition(":function:")[2].split(":")[0]


def write_function_logs(folder: Path) -> None:
    """Copy what goes to CloudWatch Logs into a file per function, which outlives the stack."""
    emit: Callable[..., None] = lambda_svc._emit_lambda_logs
    lock = threading.Lock()

    def emit_and_copy(
        func: dict[str, Any], request_id: str, text: str, error: bool, ms: int, **kwargs: Any
    ) -> None:
        emit(func, request_id, text, error, ms, **kwargs)
        name = (func.get("config") or func).get("FunctionName", "unknown")
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        outcome = "failed" if error else "ok"
        lines = [*text.splitlines(), f"REPORT RequestId: {request_id} {outcome} {ms} ms"]
        with lock, (folder / f"{name}.log").open("a", encoding="utf-8") as log:
            log.writelines(f"{time} {line}\n" for line in lines)

    lambda_svc._emit_lambda_logs = emit_and_copy


def generate_secrets_without_punctuation() -> None:
    """Heed ``ExcludePunctuation`` of a stack's secret, as Secrets Manager itself does."""
    generate: Callable[[dict[str, Any]], str] = provisioners._sm_secret_string

    def generate_as_asked(props: dict[str, Any]) -> str:
        wanted = props.get("GenerateSecretString")
        if wanted and str(wanted.get("ExcludePunctuation", "")).lower() == "true":
            excluded = wanted.get("ExcludeCharacters", "") + string.punctuation
            props = {**props, "GenerateSecretString": {**wanted, "ExcludeCharacters": excluded}}
        return generate(props)

    provisioners._sm_secret_string = generate_as_asked
