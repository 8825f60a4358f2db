"""What a route reads of a request."""

from typing import Any
from urllib.parse import unquote

from chalice.app import Request
from pydantic import BaseModel, ValidationError

from shared.errors import BadRequest, TooLarge, UnsupportedMedia

# What API Gateway passes to a Lambda; bigger things go by presigned upload.
MOST_BODY_BYTES = 6_000_000
_MOST_ERRORS = 20
_MOST_KEY = 255


def parse[M: BaseModel](request: Request, model: type[M]) -> M:
    """The JSON body as a model; an empty body is the empty object.

    Raises:
        BadRequest: `invalid_json`, or `invalid_body` with one entry in `errors` for each field.
        TooLarge: `body_too_large`, over 6 MB.
        UnsupportedMedia: `unsupported_media_type`, there is a body and it does not say JSON.
    """
    raw = request.raw_body
    body = raw.encode() if isinstance(raw, str) else raw
    if len(body) > MOST_BODY_BYTES:
        raise TooLarge("body_too_large", f"The body is over {MOST_BODY_BYTES} bytes.")
    if body and not _is_json(request.headers.get("content-type", "application/json")):
        raise UnsupportedMedia("unsupported_media_type", "The body must be application/json.")
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as exc:
        if any(error["type"] == "json_invalid" for error in exc.errors(include_url=False)):
            raise BadRequest("invalid_json", "The body is not valid JSON.") from exc
        raise BadRequest(
            "invalid_body", "The body is not what this route takes.", errors=field_errors(exc)
        ) from exc


def field_errors(exc: ValidationError) -> list[dict[str, str]]:
    """What is wrong, field by field, without the values: they may be long, or secret."""
    found = exc.errors(include_url=False, include_context=False, include_input=False)
    return [
        {
            "field": ".".join(str(part) for part in error["loc"])[:200],
            "code": error["type"],
            "message": error["msg"][:500],
        }
        for error in found[:_MOST_ERRORS]
    ]


def idempotency_key(request: Request) -> str | None:
    """The header Idempotency-Key: 1 to 255 printable ASCII characters. BadRequest."""
    key: str | None = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not (1 <= len(key) <= _MOST_KEY and key.isascii() and key.isprintable() and key.strip()):
        raise BadRequest(
            "bad_idempotency_key",
            f"Idempotency-Key takes 1 to {_MOST_KEY} printable ASCII characters.",
        )
    return key


def page_params(request: Request, default: int = 50, most: int = 200) -> tuple[int, str | None]:
    """`limit` (1 to `most`) and `cursor` of the query. BadRequest `bad_limit`.

    The cursor is checked by the query that it goes to.
    """
    query: Any = request.query_params or {}
    text = query.get("limit")
    limit = default
    if text is not None:
        # isdigit is true of other scripts' digits too, and int() of "+5", " 5" and "5_0".
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise _bad_limit(most)
        limit = int(text)
    if not 1 <= limit <= most:
        raise _bad_limit(most)
    return limit, query.get("cursor") or None


def path_param(request: Request, name: str) -> str:
    """A variable of the path, decoded.

    API Gateway decodes it before it calls the Lambda; the gateway of `chalice local` does not,
    and is known by the API's id that its requests lack. The text may be anything: check it.
    """
    value: str = (request.uri_params or {})[name]
    return value if "apiId" in request.context else unquote(value)


def here(request: Request) -> str:
    """The path of the request as the caller knows it, with the API's stage before it."""
    return str(request.context.get("path") or request.path).rstrip("/")


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _bad_limit(most: int) -> BadRequest:
    return BadRequest("bad_limit", f"limit is a number from 1 to {most}.")
