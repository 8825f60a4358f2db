"""An API's description, served: as a document, and as a page for people."""

import hashlib
import json
from functools import cache
from pathlib import Path

from chalice.app import Request, Response

import shared.openapi
from shared.http.pages import CACHE, GUARDS, page_file
from shared.openapi import Api, document

DOCS = Path(shared.openapi.__file__).parent / "page"


def openapi_json(request: Request, api: Api) -> Response:
    """`GET /openapi.json` -> the document, whose server is where this request came to."""
    path = str(request.context.get("path") or request.path)
    text, etag = _rendered(api, path.rpartition("/")[0] or "/")
    headers: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": CACHE, **GUARDS}
    if etag in request.headers.get("if-none-match", ""):
        return Response(body="", status_code=304, headers=headers)
    return Response(body=text, headers={"Content-Type": "application/json", **headers})


def docs_file(request: Request, name: str = "docs.html") -> Response:
    """`GET /docs` and `GET /docs/{name}` -> the page and its files. NotFound `asset_not_found`."""
    return page_file(request, DOCS, name)


@cache
def _rendered(api: Api, server: str) -> tuple[str, str]:
    text = json.dumps(document(api, server), ensure_ascii=False)
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
