"""The files of a page, its own and those that pages share, with a tag and a browser's guards."""

import hashlib
import re
from functools import cache
from pathlib import Path

from chalice.app import Request, Response

from shared.errors import NotFound

# What the pages of several services are made of.
PARTS = Path(__file__).parent.parent / "page"
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


def page_file(request: Request, folder: Path, name: str) -> Response:
    """A file of ``folder``, else of the shared parts; or an empty 304 to a browser that has it.

    ``name`` may come from the path of the request: only a plain name of a known type is a file.

    Raises:
        NotFound: ``asset_not_found``.
    """
    text, etag = _read(folder, name)
    headers: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": CACHE, **GUARDS}
    if etag in _known(request.headers.get("if-none-match", "")):
        return Response(body="", status_code=304, headers=headers)
    kind = CONTENT_TYPES[Path(name).suffix]
    return Response(body=text, status_code=200, headers={"Content-Type": kind, **headers})


def _known(header: str) -> set[str]:
    # A proxy that compresses makes the tag a weak one.
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


@cache
def _read(folder: Path, name: str) -> tuple[str, str]:
    if _NAME.fullmatch(name) and Path(name).suffix in CONTENT_TYPES:
        for path in (folder / name, PARTS / name):
            if path.is_file():
                return _text(path)
    raise NotFound("asset_not_found", "There is no such file.")


def _text(path: Path) -> tuple[str, str]:
    data = path.read_bytes()
    return data.decode(), f'"{hashlib.sha256(data).hexdigest()[:32]}"'
