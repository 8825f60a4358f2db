"""What botocore raises, told apart by who can mend it."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from shared.errors import Forbidden, MedleyError, RetryableError

_RETRYABLE = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
# Refused, closed, broken off, timed out.
UNREACHABLE = (HTTPClientError, BotoConnectionError, IncompleteReadError)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AllAccessDisabled"})


def error_code(exc: BaseException) -> str:
    """AWS's own code of an error, such as `NoSuchKey`; empty if there is none."""
    return str(exc.response["Error"].get("Code", "")) if isinstance(exc, ClientError) else ""


def http_status(exc: ClientError) -> int:
    """The HTTP status that AWS answered, 0 if unknown."""
    return int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def translate(exc: ClientError | BotoCoreError, doing: str) -> MedleyError | None:
    """The Medley error for one of botocore's; None for one that is a bug or a wrong setting.

    Args:
        exc: What botocore raised.
        doing: What was tried, for the message, such as "read photos/a.jpg".
    """
    if isinstance(exc, ClientError):
        code = error_code(exc)
        if code in _RETRYABLE or http_status(exc) >= 500 or http_status(exc) == 429:
            return RetryableError("aws_busy", f"AWS could not {doing} just now ({code}).")
        if code in _DENIED or (http_status(exc) == 403 and code in {"403", "Forbidden"}):
            return Forbidden("access_denied", f"The service may not {doing}.")
        return None
    if isinstance(exc, UNREACHABLE):
        return RetryableError("aws_unreachable", f"AWS did not answer when asked to {doing}.")
    return None


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Runs a call to AWS, and raises what `translate` makes of its failure."""
    try:
        yield
    except (ClientError, BotoCoreError) as exc:
        mapped = translate(exc, doing)
        if mapped is None:
            raise
        raise mapped from exc
