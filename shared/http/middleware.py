"""One place where every error becomes an answer."""

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import ClientError
from chalice.app import Chalice, ChaliceUnhandledError, ChaliceViewError, Request, Response
from pydantic import ValidationError

from shared.aws_errors import UNREACHABLE, error_code
from shared.errors import BadRequest, MedleyError, Unavailable
from shared.http.answers import cors_headers, problem_response
from shared.http.requests import field_errors
from shared.observability import logger

_CORS = "Access-Control-Allow-Origin"
_SANE_ID = re.compile(r"[A-Za-z0-9._:=/-]{1,128}")


class HttpSettings(Protocol):
    """What the middleware is told; `shared.settings.AwsSettings` has it."""

    @property
    def service(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def cors_origins(self) -> str: ...


class HttpDeps(Protocol):
    """A service's dependencies, as far as the middleware needs them."""

    @property
    def settings(self) -> HttpSettings: ...


class _EscapedError(ChaliceUnhandledError):
    """Carries a view's exception, as its cause, out of Chalice, which else answers it itself."""


class _Guarded:
    """A view whose exceptions reach the middleware."""

    def __init__(self, view: Callable[..., Any]) -> None:
        self._view = view

    def __call__(self, **arguments: Any) -> Any:
        try:
            return self._view(**arguments)
        except (ChaliceViewError, ChaliceUnhandledError):
            # The second is another guard's, when two threads put one around the view at once.
            raise
        except Exception as exc:
            raise _EscapedError from exc


def install(app: Chalice, *, deps: HttpDeps | Callable[[], HttpDeps]) -> None:
    """Makes every error of every route an application/problem+json.

    MedleyErrors answer with their own status and code, invalid models with 400, and anything
    else with a 500 that says nothing of the inside; those are logged with the request's id,
    which each answer carries as X-Request-Id. In a Lambda each answer is a line in the log.
    Without its local AWS, stage `local` answers 503 `stack_not_running`.

    Args:
        app: The app; its routes may be added before or after.
        deps: The dependencies, or what makes them; only called when a request comes, so that
            the app can be imported without its environment.
    """

    def answer_errors(request: Request | None, get_response: Callable[..., Response]) -> Response:
        if request is None:  # an event that is not a request; Chalice answers it
            return get_response(request)
        request_id = _request_id(request)
        began = time.perf_counter()
        settings = None
        try:
            settings = (deps() if callable(deps) else deps).settings
            logger(settings.service).set_correlation_id(request_id)
            _guard(app, request)
            response = _reshaped(get_response(request), request)
        except Exception as raised:
            exc = raised.__cause__ if isinstance(raised, _EscapedError) else raised
            response = _answered(exc or raised, request, request_id, settings)
        origins = "*" if settings is None else settings.cors_origins
        if _has_cors(app, request):
            response.headers.pop(_CORS, None)
            response.headers.update(cors_headers(origins, request.headers.get("origin")))
        response.headers["X-Request-Id"] = request_id
        if settings is not None:
            _report(request, response, settings, time.perf_counter() - began)
        return response

    app.register_middleware(answer_errors, "http")


def _report(request: Request, response: Response, settings: HttpSettings, seconds: float) -> None:
    logger(settings.service).info(
        "Answered",
        extra={
            "method": request.method,
            "route": request.path,
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
        },
    )


def _guard(app: Chalice, request: Request) -> None:
    entry = app.routes.get(request.path, {}).get(request.method)
    if entry is not None and not isinstance(entry.view_function, _Guarded):
        entry.view_function = _Guarded(entry.view_function)


def _has_cors(app: Chalice, request: Request) -> bool:
    entries = app.routes.get(request.path, {})
    entry = entries.get(request.method) or next(iter(entries.values()), None)
    return entry is not None and entry.cors is not None


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    if _SANE_ID.fullmatch(given):
        return str(given)
    return str(
        request.context.get("requestId")
        or getattr(request.lambda_context, "aws_request_id", None)
        or "unknown"
    )


def _answered(
    exc: BaseException, request: Request, request_id: str, settings: HttpSettings | None
) -> Response:
    known = _known(exc, settings)
    if known.status >= 500:
        logger(settings.service if settings else "medley").error(
            "The request failed",
            exc_info=exc,
            extra={
                "correlation_id": request_id,
                "method": request.method,
                "route": request.path,
                "code": known.code,
                "detail": {k: repr(v)[:500] for k, v in known.detail.items()},
            },
        )
    return problem_response(known, _instance(request))


def _known(exc: BaseException, settings: HttpSettings | None) -> MedleyError:
    if settings is not None and settings.stage == "local" and _is_stack_absent(exc):
        return Unavailable(
            "stack_not_running",
            "The local AWS does not answer, or lacks this service. `medley up` starts it.",
        )
    if isinstance(exc, MedleyError):
        return exc
    if isinstance(exc, ValidationError):
        return BadRequest("invalid_request", "The request is not valid.", errors=field_errors(exc))
    return MedleyError(
        "internal_error", "Something went wrong. The request id finds it in the log."
    )


def _is_stack_absent(exc: BaseException) -> bool:
    found: BaseException | None = exc
    while found is not None:
        if isinstance(found, UNREACHABLE):
            return True
        if isinstance(found, ClientError) and error_code(found) == "ResourceNotFoundException":
            return True
        found = found.__cause__
    return False


def _reshaped(response: Response, request: Request) -> Response:
    """Chalice's own errors (405, 415, its view errors) as problems too."""
    body = response.body
    if response.status_code < 400 or not isinstance(body, dict) or set(body) != {"Code", "Message"}:
        return response
    name = str(body["Code"]).removesuffix("Error")
    code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    problem = problem_response(
        _AnsweredError(code, str(body["Message"]), response.status_code), _instance(request)
    )
    problem.headers = {**response.headers, **problem.headers}
    return problem


class _AnsweredError(MedleyError):
    """An error whose status somebody else chose."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.status = status  # type: ignore[misc]


def _instance(request: Request) -> str:
    """The request's path, without the token of a link: problems are copied into tickets."""
    path = str(request.context.get("path") or request.path)
    token = (request.uri_params or {}).get("token")
    return path.replace(token, "{token}") if token else path
