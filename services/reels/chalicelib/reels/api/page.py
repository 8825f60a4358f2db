"""The page, its assets, and the sign of life. Public in every stage."""

import hashlib
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib.reels.models import Health
from chalicelib.reels.ports import Dependencies
from shared.errors import NotFound
from shared.http import answer, path_param

PAGE = Path(__file__).parent.parent / "page"
# Texts only: a route of Chalice that also gives binary types garbles one of the two.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Asked for each time and answered by an empty 304 while nothing changed: names carry no version,
# so a longer life would mix files of two deployments.
CACHE = "no-cache"
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}

_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9]+)+")


def page(request: Request, deps: Dependencies) -> Response:
    """``GET /`` -> the page, which may load from its own origin and from the two buckets'."""
    response = _file(request, "index.html")
    response.headers["Content-Security-Policy"] = _policy(deps)
    return response


def origin_of(url: str) -> str:
    """The origin of an address, for a content policy."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _policy(deps: Dependencies) -> str:
    settings = deps.settings
    # Signing asks nobody: only the host that the storage signs for is looked at.
    media = origin_of(deps.storage.presign_get(settings.media_bucket, "reels/x"))
    form = deps.storage.presign_post(
        settings.incoming_bucket, "materials/x/upload", content_type="text/plain", max_bytes=1
    )
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {media}; "
        f"media-src {media}; connect-src 'self' {origin_of(form.url)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def asset(request: Request, _: Dependencies) -> Response:
    """``GET /assets/{name}`` -> one of the page's files. NotFound ``asset_not_found``."""
    return _file(request, path_param(request, "name"))


def health(_: Request, deps: Dependencies) -> Response:
    """``GET /health`` -> Health."""
    settings = deps.settings
    return answer(
        Health(service=settings.service, stage=settings.stage),
        headers={"Cache-Control": "no-store"},
    )


def _file(request: Request, name: str) -> Response:
    text, etag = _read(name)
    headers: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": CACHE, **GUARDS}
    if etag in _known(request.headers.get("if-none-match", "")):
        return Response(body="", status_code=304, headers=headers)
    kind = CONTENT_TYPES[Path(name).suffix]
    return Response(body=text, status_code=200, headers={"Content-Type": kind, **headers})


def _known(header: str) -> set[str]:
    # A proxy that compresses makes the tag a weak one.
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


@cache
def _read(name: str) -> tuple[str, str]:
    path = PAGE / name
    if not _NAME.fullmatch(name) or path.suffix not in CONTENT_TYPES or not path.is_file():
        raise NotFound("asset_not_found", "There is no such file.")
    data = path.read_bytes()
    return data.decode(), f'"{hashlib.sha256(data).hexdigest()[:32]}"'
