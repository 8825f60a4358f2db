"""The SDK's states, retriers and catchers, with the fields that it lacks.

Keywords are ASL's field names in snake_case (``result_path``, ``timeout_seconds``); one that a
state does not have is a ``TypeError``, as in the SDK.
"""

from typing import Any, Literal

from medley.asl import sdk
from medley.asl.fields import Field, with_templates

MAX_DELAY = 31_622_400
"""The longest ``max_delay_seconds`` that Step Functions takes: 366 days."""


class Retry(sdk.Retry):  # type: ignore[misc]
    """A retrier, with ``max_delay_seconds`` and ``jitter_strategy``.

    Raises:
        ValueError: a number is outside what Step Functions takes, which it would otherwise say
            only on deployment.
    """

    def __init__(
        self,
        error_equals: list[str],
        *,
        interval_seconds: int = 1,
        max_attempts: int = 3,
        backoff_rate: float = 2.0,
        max_delay_seconds: int | None = None,
        jitter_strategy: Literal["FULL", "NONE"] = "FULL",
    ) -> None:
        if not error_equals:
            raise ValueError("a retrier names at least one error")
        if "States.ALL" in error_equals and len(error_equals) > 1:
            raise ValueError("States.ALL stands alone in a retrier")
        if interval_seconds < 1 or max_attempts < 0 or backoff_rate < 1:
            raise ValueError("interval_seconds >= 1, max_attempts >= 0, backoff_rate >= 1")
        if max_delay_seconds is not None and not interval_seconds < max_delay_seconds <= MAX_DELAY:
            raise ValueError(f"max_delay_seconds is more than the interval, up to {MAX_DELAY}")
        fields: dict[str, Any] = {"error_equals": list(error_equals), "max_attempts": max_attempts}
        if max_attempts:  # without an attempt the delays mean nothing
            fields |= {
                "interval_seconds": interval_seconds,
                "backoff_rate": backoff_rate,
                "max_delay_seconds": max_delay_seconds,
                "jitter_strategy": jitter_strategy,
            }
        super().__init__(**fields)

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [*super().allowed_fields(), Field.JITTER_STRATEGY, Field.MAX_DELAY_SECONDS]


class Catch(sdk.Catch):  # type: ignore[misc]
    """A catcher: where the machine goes on these errors, and where ``{Error, Cause}`` lands."""

    def __init__(
        self, error_equals: list[str], next_step: sdk.State, *, result_path: str | None = "$.error"
    ) -> None:
        super().__init__(next_step, error_equals=list(error_equals), result_path=result_path)


class Task(sdk.Task):  # type: ignore[misc]
    """A Task, with ``result_selector``."""

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [*super().allowed_fields(), Field.RESULT_SELECTOR]

    def to_dict(self) -> dict[str, Any]:
        """The state as ASL."""
        return with_templates(super().to_dict())


class Parallel(sdk.Parallel):  # type: ignore[misc]
    """A Parallel, with ``result_selector``."""

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [*super().allowed_fields(), Field.RESULT_SELECTOR]

    def to_dict(self) -> dict[str, Any]:
        """The state as ASL."""
        return with_templates(super().to_dict())


class Fail(sdk.Fail):  # type: ignore[misc]
    """A Fail, with ``error_path`` and ``cause_path``: it ends with the error that came to it."""

    def allowed_fields(self) -> list[Any]:
        """The SDK's fields and ours."""
        return [*super().allowed_fields(), Field.ERROR_PATH, Field.CAUSE_PATH]


class StateMachine(sdk.Graph):  # type: ignore[misc]
    """A whole machine, from its first state on.

    Args:
        start: the first state; the others are found through it.
        comment: one sentence on what the machine does.
        timeout_seconds: how long one execution may run. Step Functions runs no state after it,
            not even a catch, so it is a last resort far above any real run.
    """

    def __init__(self, start: sdk.State, *, comment: str, timeout_seconds: int) -> None:
        super().__init__(start, comment=comment, timeout_seconds=timeout_seconds)


# What needs nothing added, so that a state machine has one place to import from.
Chain = sdk.Chain
Choice = sdk.Choice
ChoiceRule = sdk.ChoiceRule
Pass = sdk.Pass
State = sdk.State
Succeed = sdk.Succeed
Wait = sdk.Wait
