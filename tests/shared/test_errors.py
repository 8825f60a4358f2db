"""Errors: their codes, their answers, and what is stored of them."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import errors
from shared.errors import (
    BadRequest,
    Conflict,
    ItemError,
    MedleyError,
    NotFound,
    PermanentError,
    RetryableError,
    problem,
)

STATUSES = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "Conflict": 409,
    "Gone": 410,
    "TooLarge": 413,
    "UnsupportedMedia": 415,
    "UnprocessableInput": 422,
    "TooManyRequests": 429,
    "Unavailable": 503,
    "RetryableError": 503,
    "PermanentError": 422,
    "MedleyError": 500,
}


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_each_error_has_its_status_and_its_problem(name: str, status: int) -> None:
    exc = getattr(errors, name)("some_code", "What happened.", key="secret")
    document = problem(exc, "/events/1")
    assert document["status"] == status
    assert document["code"] == "some_code"
    assert document["detail"] == "What happened."
    assert document["instance"] == "/events/1"
    assert document["type"] == "about:blank"
    assert document["title"]
    assert "secret" not in json.dumps(document)


def test_a_problem_lists_the_fields_and_needs_no_instance() -> None:
    document = problem(BadRequest("invalid_body", "Wrong.", errors=[{"field": "a"}]), None)
    assert document["errors"] == [{"field": "a"}]
    assert "instance" not in document


def test_errors_cross_process_borders() -> None:
    exc = PermanentError("too_small", "Tiny.", width=3)
    copy = pickle.loads(pickle.dumps(exc))  # noqa: S301
    assert (type(copy), copy.code, copy.message, copy.detail) == (
        PermanentError,
        "too_small",
        "Tiny.",
        {"width": 3},
    )
    assert str(copy) == "too_small: Tiny."


def test_the_two_kinds_of_failure_are_not_each_other() -> None:
    assert not issubclass(RetryableError, PermanentError)
    assert not issubclass(PermanentError, RetryableError)
    assert issubclass(NotFound, MedleyError)


def test_what_is_stored_of_an_error() -> None:
    assert ItemError.of(Conflict("c", "m")) == ItemError(code="c", message="m")
    unexpected = ItemError.of(KeyError("password"))
    assert unexpected == ItemError(code="internal_error", message="Unexpected error: KeyError.")
    assert len(ItemError.of(Conflict("c", "x" * 10_000)).message) == 500


@pytest.mark.parametrize(
    ("error", "cause", "code", "message"),
    [
        (
            "PermanentError",
            json.dumps({"errorMessage": "too_small: The image is 1 x 1: tiny."}),
            "too_small",
            "The image is 1 x 1: tiny.",
        ),
        ("KeyError", json.dumps({"errorMessage": "'name'"}), "internal_error", "'name'"),
        ("KeyError", json.dumps({"errorMessage": "Oh No: x"}), "internal_error", "Oh No: x"),
        ("States.Timeout", "", "timeout", "States.Timeout"),
        (
            "Sandbox.Timedout",
            json.dumps({"errorMessage": "RequestId: x"}),
            "timeout",
            "RequestId: x",
        ),
        ("Runtime.ExitError", "Worker process died", "worker_died", "Worker process died"),
        ("Unknown", "[1, 2", "internal_error", "[1, 2"),
        ("Unknown", "[1, 2]", "internal_error", "[1, 2]"),
        ("Unknown", '{"errorMessage": null}', "internal_error", '{"errorMessage": null}'),
    ],
)
def test_what_is_stored_of_what_a_machine_caught(
    error: str, cause: str, code: str, message: str
) -> None:
    assert ItemError.of_cause(error, cause) == ItemError(code=code, message=message)


@given(st.text(), st.text())
def test_any_cause_can_be_stored(error: str, cause: str) -> None:
    stored = ItemError.of_cause(error, cause)
    assert stored.code
    assert len(stored.message) <= 500


def test_what_a_lambda_raises_is_read_back_from_its_cause() -> None:
    exc = PermanentError("truncated_image", "Cut off.")
    cause = json.dumps({"errorMessage": str(exc), "errorType": type(exc).__name__})
    assert ItemError.of_cause("PermanentError", cause) == ItemError.of(exc)
