"""Writes down the calls to AWS that a stack's functions and routes make, without their knowing.

``with recording(path):`` changes the environment, so that processes that start inside write each
call as a line of JSON. It works through botocore's own events, in the caller's process, since the
embedded AWS sees the same credentials from everyone.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medley.iam.calls import Call

FILE = "RECORD_AWS_CALLS"
FOLDER = Path(__file__).with_name("recording")
ROUTES = "medley.local.routes"
# `chalice local` runs routes and authorizer in one process; on AWS they are two functions.
API, AUTHORIZER = "api_handler", "authorize"
_AUTHORIZER_CODE = "authorizer.<locals>.authorize"
_NOTED = "medley_parameters"


@contextmanager
def recording(file: Path) -> Iterator[None]:
    """Let every process that starts inside write its calls to ``file``."""
    paths = [str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    changed = {FILE: str(file), "PYTHONPATH": os.pathsep.join(paths)}
    before = {name: os.environ.get(name) for name in changed}
    file.touch()
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def recorded(file: Path, prefix: str) -> list[Call]:
    """The calls in ``file``, where callers lose the ``prefix`` of their functions' names."""
    calls = [Call(**json.loads(line)) for line in file.read_text().splitlines()]
    return [
        Call(call.caller.removeprefix(prefix), call.service, call.operation, call.parameters,
             call.status)
        for call in calls
    ]  # fmt: skip


def install_from_environment() -> None:
    """Record this process if it is to be recorded, and is a function or a service's routes."""
    file = os.environ.get(FILE)
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
    if file and (function or ROUTES in sys.orig_argv):
        _install(Recorder(Path(file), function))


def _install(recorder: "Recorder") -> None:
    from botocore import handlers

    # Every session takes these, be it made by the app or by boto3.
    handlers.BUILTIN_HANDLERS += [
        ("before-parameter-build", recorder.note_parameters),
        ("after-call", recorder.write_call),
        ("before-sign.s3.PutObject", recorder.write_form),
    ]


class Recorder:
    """Handlers of botocore's events."""

    def __init__(self, file: Path, function: str | None) -> None:
        self._file = file
        self._function = function

    def note_parameters(
        self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        """A call begins, or a URL is signed."""
        # Now: botocore changes them on the way. The body is not of interest, and may be large.
        noted = {name: value for name, value in params.items() if name != "Body"}
        context[_NOTED] = noted
        # For a form, botocore makes the address of the bucket by a call that is never made.
        if context.get("is_presign_request") and model.name != "CreateBucket":
            self._write(model.service_model.service_name, model.name, noted, None)

    def write_call(
        self, http_response: Any, model: Any, context: Mapping[str, Any], **_: Any
    ) -> None:
        """A call was answered, with success or with an error."""
        service = model.service_model.service_name
        self._write(service, model.name, context.get(_NOTED, {}), http_response.status_code)

    def write_form(self, request: Any, **_: Any) -> None:
        """A request is signed; if it is a form for an upload, nothing else tells of it."""
        policy = request.context.get("s3-presign-post-policy")
        if policy is not None:
            exact = [one for one in policy["conditions"] if isinstance(one, dict)]
            fields = {name: value for one in exact for name, value in one.items()}
            named = {"Bucket": fields["bucket"], "Key": fields["key"]}
            self._write("s3", "PutObject", named, None)

    def _write(
        self, service: str, operation: str, parameters: Mapping[str, Any], status: int | None
    ) -> None:
        call = {
            "caller": self._function or _routes_caller(),
            "service": service,
            "operation": operation,
            "parameters": parameters,
            "status": status,
        }
        # One write of a file opened to append, so that lines of several processes stay whole.
        line = json.dumps(call, default=repr) + "\n"
        opened = os.open(self._file, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(opened, line.encode())
        finally:
            os.close(opened)


def _routes_caller() -> str:
    frame = sys._getframe()
    while frame.f_back is not None:
        if frame.f_code.co_qualname == _AUTHORIZER_CODE:
            return AUTHORIZER
        frame = frame.f_back
    return API
