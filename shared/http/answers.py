"""What a route answers."""

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import CORSConfig, Response
from pydantic import BaseModel
from pydantic_core import to_json

from shared.errors import MedleyError, RetryableError, problem

_EXPOSED = ["Location", "Retry-After", "X-Request-Id"]


def answer(
    body: BaseModel | dict[str, Any] | list[Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer; models in it, at any depth, are written with their camelCase names."""
    named: dict[str, Any] = {"Content-Type": "application/json", **(headers or {})}
    return Response(body=to_json(body, by_alias=True).decode(), status_code=status, headers=named)


def problem_response(exc: MedleyError, instance: str | None) -> Response:
    """The answer for an error, as application/problem+json."""
    headers: dict[str, Any] = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
    }
    if isinstance(exc, RetryableError) or "retry_after" in exc.detail:
        headers["Retry-After"] = str(exc.detail.get("retry_after", 1))
    return Response(
        body=json.dumps(problem(exc, instance)), status_code=exc.status, headers=headers
    )


def origin_list(origins: str) -> list[str]:
    """The origins of the setting; `*` for any."""
    return [origin.strip().rstrip("/") for origin in origins.split(",") if origin.strip()]


def cors(origins: str) -> CORSConfig:
    """The CORS configuration of routes.

    API Gateway answers preflights by a fixed text, which can name one origin or all: with
    several origins the preflight lets all through, and the answers, which `install` writes,
    name the one that asked. No cookie is ever read, so a preflight gives nothing away.
    """
    known = origin_list(origins)
    return CORSConfig(
        allow_origin=known[0] if len(known) == 1 else "*",
        allow_headers=["Idempotency-Key", "X-Request-Id"],
        expose_headers=_EXPOSED,
        max_age=600,
    )


def cors_headers(origins: str, origin: str | None) -> dict[str, str]:
    """The CORS headers of an answer to a page of `origin`; none for one that is not known."""
    known = origin_list(origins)
    exposed = {"Access-Control-Expose-Headers": ",".join(_EXPOSED)}
    if "*" in known:
        return {"Access-Control-Allow-Origin": "*", **exposed}
    if len(known) == 1:
        return {"Access-Control-Allow-Origin": known[0], **exposed}
    if origin in known:
        return {"Access-Control-Allow-Origin": str(origin), "Vary": "Origin", **exposed}
    return {"Vary": "Origin"}
