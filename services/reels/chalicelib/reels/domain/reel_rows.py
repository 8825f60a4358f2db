"""The rows of reels. A row is the runner's current reel, and what came of the last attempt.

Each write raises ``version`` and checks the one that was read, so that two runs which meet on one
runner cannot overwrite each other unseen.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.reels.domain import names
from chalicelib.reels.models import (
    Reel,
    ReelState,
    ReelWarning,
    Shot,
    Video,
    VideoFile,
    WantedReel,
)
from shared.errors import ItemError
from shared.tables import Absent, Condition, Delete, Equals, Item, Key, Put, Update

# Files of previews go a little later, by the rule of their bucket.
PREVIEW_LIFE = timedelta(days=1)


def partition(event_id: str) -> str:
    """Where all of an event's reels are."""
    return f"EVENT#{event_id}"


def prefix(*, preview: bool) -> str:
    """What the sort keys of reels, or of previews, begin with."""
    return "PREVIEW#" if preview else "REEL#"


def reel_key(event_id: str, bib: str, *, preview: bool) -> Key:
    """Where a runner's reel is."""
    return partition(event_id), f"{prefix(preview=preview)}{bib}"


def unchanged(row: Item | None, fingerprint: str) -> bool:
    """Whether the row holds a reel of just these contents."""
    return bool(row and row.get("videos") and row.get("fingerprint") == fingerprint)


def made(
    row: Item | None,
    event_id: str,
    wanted: WantedReel,
    *,
    name: str | None,
    fingerprint: str,
    engine: str,
    videos: Sequence[VideoFile],
    shots: Sequence[Shot],
    warnings: Sequence[ReelWarning],
    now: datetime,
) -> Put:
    """The row with a new reel in place of what was there."""
    item: Item = {
        **_base(row, event_id, wanted, now),
        "state": ReelState.DONE.value,
        "name": name,
        "fingerprint": fingerprint,
        "engine": engine,
        "templateId": wanted.template_id,
        "templateVersion": wanted.template_version,
        "videos": [video.model_dump(mode="json", by_alias=True) for video in videos],
        "seconds": max(video.seconds for video in videos),
        "sources": [{"imageId": shot.image_id, "etag": shot.etag} for shot in shots],
        "warnings": [one.model_dump(by_alias=True) for one in warnings],
        "error": None,
        "renderedAt": now.isoformat(),
        "superseded": _superseded(row, videos),
    }
    return Put(item, when=_still(row))


def failed(
    row: Item | None, event_id: str, wanted: WantedReel, error: ItemError, now: datetime
) -> Put:
    """The row with an error; a reel that was there stays, and is still shown."""
    kept = row or {"videos": [], "sources": [], "warnings": [], "name": None}
    item: Item = {
        **kept,
        **_base(row, event_id, wanted, now),
        "state": (ReelState.DONE if kept.get("videos") else ReelState.FAILED).value,
        "error": error.model_dump(by_alias=True),
    }
    return Put(item, when=_still(row))


def mended(row: Item) -> Update:
    """The row without the error of an earlier attempt, when the reel is current after all."""
    return Update((row["pk"], row["sk"]), set={"error": None}, when=_still(row))


def swept(row: Item) -> Update:
    """The row when the files that it took the place of are gone."""
    return Update((row["pk"], row["sk"]), set={"superseded": []}, when=_still(row))


def gone(event_id: str, bib: str, *, preview: bool) -> Delete:
    """No reel of this runner."""
    return Delete(reel_key(event_id, bib, preview=preview))


def files_of(row: Item | None) -> list[VideoFile]:
    """The files of a row's reel."""
    return [VideoFile.model_validate(video) for video in (row or {}).get("videos", [])]


def keys_of(files: Sequence[VideoFile]) -> set[str]:
    """The keys of videos and posters."""
    return {key for file in files for key in (file.key, file.poster_key)}


def state_of(row: Item) -> ReelState:
    """The state that a row is in."""
    return ReelState(row["state"])


def reel_of(
    row: Item, *, videos: tuple[Video, ...] = (), expires_at: datetime | None = None
) -> Reel:
    """A row as the API shows it."""
    shown = {
        name: row.get(name)
        for name in ("templateId", "templateVersion", "error", "renderedAt", "seconds", "name")
    }
    return Reel.model_validate(
        {
            **shown,
            "eventId": row["eventId"],
            "bib": row["bib"],
            "state": row["state"],
            "preview": row["preview"],
            "version": row["version"],
            "videos": videos,
            "sources": [source["imageId"] for source in row.get("sources", [])],
            "warnings": row.get("warnings", []),
            "expiresAt": expires_at,
        }
    )


def _base(row: Item | None, event_id: str, wanted: WantedReel, now: datetime) -> Item:
    pk, sk = reel_key(event_id, wanted.bib, preview=wanted.preview)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "eventId": event_id,
        "bib": names.normal_bib(wanted.bib),
        "preview": wanted.preview,
        "version": (row["version"] if row else 0) + 1,
        "triedAt": now.isoformat(),
    }
    if wanted.preview:
        item["expiresAt"] = int((now + PREVIEW_LIFE).timestamp())
    return item


def _superseded(row: Item | None, videos: Sequence[VideoFile]) -> list[str]:
    """The files that nobody is shown any more, and that are still to be deleted."""
    if row is None:
        return []
    before = keys_of(files_of(row)) | set(row.get("superseded", []))
    return sorted(before - keys_of(videos))


def _still(row: Item | None) -> Condition:
    return Equals({"version": row["version"]}) if row else Absent()
