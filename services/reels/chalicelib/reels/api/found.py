"""What several routes look up."""

from datetime import datetime, timedelta

from chalicelib.reels.domain import names, reel_rows, template_rows
from chalicelib.reels.models import Reel, StoredTemplate, Video
from chalicelib.reels.ports import Dependencies
from shared.errors import NotFound
from shared.tables import Item


def template_of(template_id: str, deps: Dependencies) -> StoredTemplate:
    """The current version of a template. NotFound ``template_not_found``."""
    if stored := template_rows.built_in(template_id):
        return stored
    row = deps.reels.get(template_rows.current_key(template_id))
    if row is None:
        raise NotFound("template_not_found", f"There is no template {template_id[:60]}.")
    return template_rows.stored_of(row)


def reel_row(event_id: str, bib: str, deps: Dependencies, *, preview: bool = False) -> Item:
    """The row of a runner's reel; one who has opted out has none, and a removed event has none.

    Raises:
        NotFound: ``reel_not_found``.
        Unavailable: ``event_images_absent``.
    """
    row = deps.reels.get(reel_rows.reel_key(event_id, bib, preview=preview))
    if row is None or over(row, deps.clock()) or not to_be_shown(event_id, bib, deps):
        raise NotFound("reel_not_found", "There is no reel of this bib.")
    return row


def to_be_shown(event_id: str, bib: str, deps: Dependencies) -> bool:
    """Whether there is still such an event, and the runner has not opted out."""
    source = deps.event_images
    return source.event(event_id) is not None and not source.opted_out(event_id, [bib])


def over(row: Item, now: datetime) -> bool:
    """Whether a preview's time is over, though its row is still there."""
    return bool(row.get("expiresAt")) and row["expiresAt"] <= now.timestamp()


def shown(row: Item, deps: Dependencies) -> Reel:
    """A row as the API shows it, with signed URLs."""
    videos = tuple(
        Video(
            aspect=file.aspect,
            width=file.width,
            height=file.height,
            seconds=file.seconds,
            size=file.size,
            url=_sign(file.key, deps),
            download_url=_sign(
                file.key, deps, names.download_name(row["eventId"], row["bib"], file.aspect)
            ),
            poster_url=_sign(file.poster_key, deps),
        )
        for file in reel_rows.files_of(row)
    )
    expires = deps.clock() + timedelta(seconds=deps.settings.url_seconds)
    return reel_rows.reel_of(row, videos=videos, expires_at=expires if videos else None)


def _sign(key: str, deps: Dependencies, filename: str | None = None) -> str:
    settings = deps.settings
    return deps.storage.presign_get(
        settings.media_bucket, key, expires=settings.url_seconds, filename=filename
    )
