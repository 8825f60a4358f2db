"""The retry and catch policies of the house, by name.

Step Functions matches an error by its exact name, and for a Lambda function that is the class of
the exception: a subclass of ``RetryableError`` would not be retried. It takes the first retrier
of a list that matches, and counts the attempts of each retrier apart.

Jitter is FULL everywhere: a hundred children that were throttled together must not come back
together.
"""

from typing import Literal

from medley.asl import sdk
from medley.asl.states import Catch, Retry

NEVER_RETRY_PERMANENT = Retry(["PermanentError"], max_attempts=0)
"""The item is bad, and would be bad again. Stands before any retrier of ``States.ALL``."""

RETRY_TRANSIENT = Retry(
    [
        "RetryableError",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.TooManyRequestsException",
    ],
    interval_seconds=1,
    max_attempts=6,
    max_delay_seconds=15,
)
"""What passes by itself: a busy table, a throttled call, a failure inside Lambda. The delays
are at most 1, 2, 4, 8, 15 and 15 s, so this is patient for 45 s."""

RETRY_WORKER_LOST = Retry(
    ["Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout", "States.Timeout"],
    interval_seconds=1,
    max_attempts=2,
    max_delay_seconds=10,
)
"""The function died or ran out of time. That may have been the machine's fault, so it is tried
again; the third time it is the item's, and each time costs a whole timeout."""

RETRY_UNEXPECTED = Retry(["States.ALL"], interval_seconds=2, max_attempts=3, max_delay_seconds=10)
"""Anything else, for a step that records an outcome: if it gives up, nobody else records it."""

RETRY_ITEM_READER = Retry(
    ["States.ItemReaderFailed"], interval_seconds=2, max_attempts=3, max_delay_seconds=20
)
"""A Map that could not read its list. No child has started then, so starting over is free."""

RETRY_WORK: list[Retry] = [RETRY_TRANSIENT, RETRY_WORKER_LOST]
"""For a step that does work: an unexpected error is a bug, and is recorded at once."""

RETRY_RECORD: list[Retry] = [
    NEVER_RETRY_PERMANENT,
    RETRY_TRANSIENT,
    RETRY_WORKER_LOST,
    RETRY_UNEXPECTED,
]
"""For a step that records an outcome: it does not give up easily."""


def catch_all(next_step: sdk.State, *, result_path: Literal["$.error"] | None = "$.error") -> Catch:
    """Any error goes to ``next_step``, with the input kept and ``{Error, Cause}`` at ``$.error``.

    With ``result_path=None`` the error is dropped, and the input goes on as it was.
    """
    return Catch(["States.ALL"], next_step, result_path=result_path)
