"""Every error that Medley raises on purpose, by who can mend it.

MedleyError
  RetryableError          nobody: try again; the state machine retries it by this class name
  PermanentError          the item is bad: recorded on the item, and the rest goes on
  BadRequest ...          the caller: answered as HTTP 4xx
  Unavailable             the operator: answered as HTTP 503
"""

# ruff: noqa: N818 -- they are named as HTTP names them

import json
from http import HTTPStatus
from typing import Any, ClassVar, Self

from shared.models import Model

_MOST_MESSAGE = 500


class MedleyError(Exception):
    """An error with a stable `code`, a message for people, and `detail` for logs.

    `detail["errors"]`, a list of dictionaries, is shown to the caller; other detail is not.
    """

    status: ClassVar[int] = 500

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class RetryableError(MedleyError):
    """Nobody's fault; the same call may well work later."""

    status = 503


class PermanentError(MedleyError):
    """This item can never work, however often it is tried."""

    status = 422


class BadRequest(MedleyError):
    """The request is malformed."""

    status = 400


class Unauthorized(MedleyError):
    """No key, or one that is not known."""

    status = 401


class Forbidden(MedleyError):
    """The key or the role may not do this."""

    status = 403


class NotFound(MedleyError):
    """There is no such thing."""

    status = 404


class Conflict(MedleyError):
    """The state of things does not allow it."""

    status = 409


class Gone(MedleyError):
    """It was there, and will not come back."""

    status = 410


class TooLarge(MedleyError):
    """The body is over a limit."""

    status = 413


class UnsupportedMedia(MedleyError):
    """The body's content type is not one that the route takes."""

    status = 415


class UnprocessableInput(MedleyError):
    """Well-formed, and still not something that can be done."""

    status = 422


class TooManyRequests(MedleyError):
    """The caller goes too fast, or over a quota."""

    status = 429


class Unavailable(MedleyError):
    """Something that the service needs is absent; the operator can mend it."""

    status = 503


class ItemError(Model):
    """What is stored on a job or an item that failed."""

    code: str
    message: str

    @classmethod
    def of(cls, exc: BaseException) -> Self:
        """The stored form of an exception; an unexpected one keeps its class name only."""
        if isinstance(exc, MedleyError):
            return cls(code=exc.code, message=exc.message[:_MOST_MESSAGE])
        return cls(code="internal_error", message=f"Unexpected error: {type(exc).__name__}.")

    @classmethod
    def of_cause(cls, error: str, cause: str) -> Self:
        """The stored form of what a state machine's Catch gives as `Error` and `Cause`.

        A Lambda's cause is JSON with an `errorMessage`; a MedleyError's begins with its code.
        Timeouts and dead workers have plain texts.
        """
        message = cause
        try:
            document = json.loads(cause)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            message = str(document.get("errorMessage") or cause)
        code, separator, rest = message.partition(": ")
        if separator and code.isidentifier() and code.islower():
            return cls(code=code, message=rest[:_MOST_MESSAGE])
        return cls(
            code=_STATES.get(error, "internal_error"), message=(message or error)[:_MOST_MESSAGE]
        )


_STATES = {
    "States.Timeout": "timeout",
    "States.HeartbeatTimeout": "timeout",
    "Sandbox.Timedout": "timeout",
    "Runtime.ExitError": "worker_died",
    "Lambda.Unknown": "worker_died",
    "States.DataLimitExceeded": "too_much_data",
    "States.ExceedToleratedFailureThreshold": "too_many_failures",
}


def problem(exc: MedleyError, instance: str | None) -> dict[str, Any]:
    """The RFC 9457 document of an error.

    Returns:
        type, title, status, detail, code, instance (the request's path, if given), and
        `errors` when the error lists fields.
    """
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(exc.status).phrase,
        "status": exc.status,
        "detail": exc.message,
        "code": exc.code,
    }
    if instance is not None:
        document["instance"] = instance
    if exc.detail.get("errors"):
        document["errors"] = exc.detail["errors"]
    return document
