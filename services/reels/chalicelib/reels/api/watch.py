"""``GET /w/{token}``: one runner's reel for whoever has the link. It works without any script."""

from html import escape

from chalice.app import Request, Response

from chalicelib.reels.api.found import shown, to_be_shown
from chalicelib.reels.api.page import origin_of
from chalicelib.reels.domain import link_rows, reel_rows
from chalicelib.reels.domain.variables import day
from chalicelib.reels.models import Reel, Video
from chalicelib.reels.ports import Dependencies
from shared.errors import MedleyError
from shared.http import path_param
from shared.http.pages import GUARDS

# Links are secrets: neither a search engine nor a cache on the way may keep the page.
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    **GUARDS,
}


def watch(request: Request, deps: Dependencies) -> Response:
    """A page with the video, its poster and a download; 404 for a link that does not work.

    It shows this runner's reel, the event's name, and nothing of anybody else.
    """
    reel = _reel(path_param(request, "token"), deps)
    if reel is None:
        return _page(404, "This link does not work", _missing(), "default-src 'none'")
    event = _event_words(reel.event_id, deps)
    title = f"{reel.name or f'Bib {reel.bib}'} · {event[0]}" if event[0] else f"Bib {reel.bib}"
    return _page(200, title, _player(reel, event), _policy(reel.videos))


def _reel(token: str, deps: Dependencies) -> Reel | None:
    if not link_rows.is_token(token):
        return None
    link = deps.reels.get(link_rows.link_key(link_rows.hash_of(token)))
    if link is None:
        return None
    row = deps.reels.get(reel_rows.reel_key(link["eventId"], link["bib"], preview=False))
    if row is None or not row.get("videos"):
        return None
    if not to_be_shown(link["eventId"], link["bib"], deps):
        return None
    return shown(row, deps)


def _event_words(event_id: str, deps: Dependencies) -> tuple[str, str]:
    try:
        event = deps.event_images.event(event_id)
    except MedleyError:
        event = None
    return (event.name, day(event.date) if event.date else "") if event else ("", "")


def _policy(videos: tuple[Video, ...]) -> str:
    """What the page may load: the video and the poster from the storage's host, our style."""
    urls = [url for video in videos for url in (video.url, video.poster_url)]
    origins = " ".join(sorted({origin_of(url) for url in urls}))
    return (
        f"default-src 'none'; style-src 'self'; img-src {origins}; media-src {origins}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _page(status: int, title: str, body: str, policy: str) -> Response:
    if status != 200:
        policy = f"{policy}; style-src 'self'; base-uri 'none'; form-action 'none'"
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex, nofollow, noarchive">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0b0d0e">
<title>{escape(title)}</title>
<link rel="stylesheet" href="../assets/watch.css">
</head>
<body>
{body}
</body>
</html>
"""
    headers: dict[str, str | list[str]] = {**_HEADERS, "Content-Security-Policy": policy}
    return Response(body=text, status_code=status, headers=headers)


def _missing() -> str:
    return """<main class="gone">
<h1>This link does not work</h1>
<p>It was revoked, or the reel is no longer there. Ask whoever sent it for a new one.</p>
</main>"""


def _player(reel: Reel, event: tuple[str, str]) -> str:
    video = max(reel.videos, key=lambda one: one.height / one.width)
    wide = "wide" if video.width > video.height else "tall"
    square = " square" if video.width == video.height else ""
    who = escape(reel.name or f"Bib {reel.bib}")
    race = " · ".join(escape(part) for part in event if part)
    others = "".join(
        f'<li><a href="{escape(one.download_url)}" download>'
        f"Download {one.aspect.value}<span>{_megabytes(one.size)}</span></a></li>"
        for one in reel.videos
    )
    return f"""<main>
<div class="stage {wide}{square}">
<video controls playsinline preload="metadata" width="{video.width}" height="{video.height}"
  poster="{escape(video.poster_url)}" aria-label="Reel of {who}">
<source src="{escape(video.url)}" type="video/mp4">
</video>
</div>
<div class="about">
<p class="bib" aria-label="Bib {escape(reel.bib)}">{escape(reel.bib)}</p>
<div><h1>{who}</h1><p class="race">{race}</p></div>
<ul class="downloads">{others}</ul>
</div>
</main>"""


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
