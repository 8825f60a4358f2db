"""The page. Public in every stage; its files are served by `shared.http`."""

from pathlib import Path
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib.reels.ports import Dependencies
from shared.http import page_file

PAGE = Path(__file__).parent.parent / "page"


def page(request: Request, deps: Dependencies) -> Response:
    """``GET /`` -> the page, which may load from its own origin and from the two buckets'."""
    response = page_file(request, PAGE, "index.html")
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
