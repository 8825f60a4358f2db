"""Logs, metrics and traces by Powertools, and the frame in which every step runs."""

import logging
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from shared.aws_errors import translate
from shared.environment import in_lambda, log_level, on_aws_lambda
from shared.errors import MedleyError, PermanentError, RetryableError

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

NAMESPACE = "Medley"
_MOST_ERRORS = 20


class _Stdout(logging.StreamHandler[Any]):
    """Writes to whatever stdout is at the time, which tests and local workers replace."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    @property
    def stream(self) -> Any:
        return sys.stdout

    @stream.setter
    def stream(self, value: Any) -> None:
        """Stays stdout, whatever the base class sets."""


class _Logger(Logger):
    """Powertools names its logger as the service, which is the name of Chalice's own already.

    Sharing it would write each line twice, once as plain text.
    """

    def _get_logger(self) -> logging.Logger:
        found = logging.getLogger(f"powertools.{self.service}")
        found.propagate = False  # Lambda's root handler would write each line once more
        return found


@cache
def logger(service: str) -> Logger:
    """The JSON logger of a service; off Lambda it only speaks up from WARNING on."""
    made = _Logger(service=service, level=log_level(), logger_handler=_handler(service))
    made.setLevel(log_level())  # Powertools does not, when it knows the name already
    return made


@cache
def _handler(service: str) -> _Stdout:  # noqa: ARG001
    """One for each service: Powertools formats only the first that it is given."""
    return _Stdout()


class Metrics(EphemeralMetrics):
    """Metrics in CloudWatch's embedded format, one JSON line on stdout; off Lambda, none."""

    def flush_metrics(self, raise_on_empty_metrics: bool = False) -> None:
        if in_lambda():
            super().flush_metrics(raise_on_empty_metrics)
        else:
            self.clear_metrics()


@cache
def metrics(namespace: str, service: str) -> Metrics:
    """The metrics of a service: add some, then call `flush_metrics`."""
    return Metrics(namespace=namespace, service=service)


@cache
def tracer(service: str) -> "Tracer":
    """The X-Ray tracer of a service.

    It does nothing off AWS's own Lambda, and where the X-Ray SDK is not packed: that would bring
    a second botocore. A service that wants segments of its own adds `aws-xray-sdk` to its group.
    """
    from aws_lambda_powertools import Tracer

    enabled = on_aws_lambda() and find_spec("aws_xray_sdk") is not None
    return Tracer(service=service, disabled=not enabled, auto_patch=enabled)


def run_step[In: BaseModel, Out: BaseModel, Deps](
    step: Callable[[In, Deps], Out], input_model: type[In], event: Any, context: Any, deps: Deps
) -> dict[str, Any]:
    """Runs a step of a state machine for its Lambda's handler.

    The input's `requestId` (or `jobId`) is the correlation id of all that is logged meanwhile.
    How it went and how long it took is logged and counted, by the step's name.

    Args:
        step: The step; takes its input and `deps`, gives its output.
        input_model: The input's model.
        event: What the Lambda was called with.
        context: The Lambda's context.
        deps: The service's dependencies; `deps.settings.service` names the service in the logs.

    Returns:
        The output as JSON, with camelCase names.

    Raises:
        PermanentError: `invalid_step_input`, or the step's own.
        RetryableError: The step's own, or AWS was busy or away.
    """
    name = step.__name__
    service = str(getattr(getattr(deps, "settings", None), "service", "medley"))
    log = logger(service)
    began = time.perf_counter()
    outcome = "error"
    with log.append_context_keys(step=name, **_ids(event, context)):
        try:
            output = step(_validated(input_model, event), deps)
            outcome = "ok"
            return output.model_dump(mode="json", by_alias=True)
        except (ClientError, BotoCoreError) as exc:
            mapped = translate(exc, "do what the step needs")
            outcome = "retry" if isinstance(mapped, RetryableError) else "error"
            if mapped is None:
                raise
            raise mapped from exc
        except MedleyError as exc:
            outcome = _outcome(exc)
            raise
        finally:
            took = (time.perf_counter() - began) * 1000
            _report(log, name, outcome, took)
            _count(service, name, outcome, took)


def run_messages[In: BaseModel, Out: BaseModel, Deps](
    step: Callable[[In, Deps], Out], input_model: type[In], event: Any, deps: Deps
) -> None:
    """Runs a step for each message of an SQS event, as `run_step` does.

    It raises at the first one that fails, so that the queue gives it again: with `batch_size=1`
    that is no other message's business.

    Args:
        step: The step; takes a message and `deps`.
        input_model: The model of a message, as SQS gives it to a Lambda.
        event: Chalice's event.
        deps: The service's dependencies.
    """
    for message in event.to_dict()["Records"]:
        run_step(step, input_model, message, event.context, deps)


def _validated[In: BaseModel](model: type[In], event: Any) -> In:
    try:
        return model.model_validate(event)
    except ValidationError as exc:
        found = exc.errors(include_url=False, include_context=False, include_input=False)
        errors = [
            {"field": ".".join(map(str, error["loc"])), "message": error["msg"]}
            for error in found[:_MOST_ERRORS]
        ]
        fields = ", ".join(sorted({error["field"] or "the input" for error in errors}))
        raise PermanentError(
            "invalid_step_input", f"The step's input is wrong in: {fields}.", errors=errors
        ) from exc


def _ids(event: Any, context: Any) -> dict[str, Any]:
    ids: dict[str, Any] = {
        "function_name": getattr(context, "function_name", None),
        "function_request_id": getattr(context, "aws_request_id", None),
    }
    if isinstance(event, dict):
        ids["correlation_id"] = event.get("requestId") or event.get("jobId")
    return {key: value for key, value in ids.items() if value is not None} | {"cold_start": _cold()}


_warm: list[bool] = []


def _cold() -> bool:
    """True once in a process."""
    first = not _warm
    _warm.append(True) if first else None
    return first


def _outcome(exc: MedleyError) -> str:
    if isinstance(exc, RetryableError):
        return "retry"
    return "permanent" if exc.status < 500 else "error"


def _report(log: Logger, name: str, outcome: str, took: float) -> None:
    say = {"ok": log.info, "retry": log.warning, "permanent": log.warning}.get(outcome, log.error)
    say(
        f"{name}: {outcome}",
        extra={"outcome": outcome, "duration_ms": round(took, 1)},
        exc_info=outcome != "ok" and sys.exc_info()[0] is not None,
    )


def _count(service: str, name: str, outcome: str, took: float) -> None:
    counted = metrics(NAMESPACE, service)
    counted.add_dimension("step", name)
    counted.add_metric(f"Step{outcome.title()}", MetricUnit.Count, 1)
    counted.add_metric("StepDuration", MetricUnit.Milliseconds, took)
    counted.flush_metrics()
