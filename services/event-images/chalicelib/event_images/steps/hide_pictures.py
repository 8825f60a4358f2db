"""Deleting the pictures of a photo that shows nobody but runners who opted out."""

from chalicelib.event_images.domain.events import event_key
from chalicelib.event_images.domain.names import thumb_key, uploads_prefix, web_key
from chalicelib.event_images.domain.photo_rows import photo_key
from chalicelib.event_images.models.chores import HidePictures
from chalicelib.event_images.ports import Dependencies
from shared.errors import RetryableError
from shared.tables import ConditionFailed, Equals, Item, Update

TRIES = 6
# So long a decision by which a photo became withheld can be taken back without a loss.
SECOND_THOUGHTS_SECONDS = 300


def hide_pictures(chore: HidePictures, deps: Dependencies) -> None:
    """Delete a photo's pictures, if it is withheld. RetryableError ``busy``."""
    row = deps.images.get(photo_key(chore.event_id, chore.image_id))
    if row is not None:
        hide(row, deps)


def hide(row: Item, deps: Dependencies) -> None:
    """Delete the pictures of a photo that is withheld, and note on its row that they are gone.

    Raises:
        RetryableError: ``busy``, others write the same photo all the time.
    """
    for _ in range(TRIES):
        if not row.get("withheld"):
            return
        if row.get("picturesGone") or _noted(row, deps):
            # After the note, so that a photo which is shown again is known to lack them.
            delete_pictures(row, deps)
            return
        row = deps.images.get((row["pk"], row["sk"])) or {}
    raise RetryableError("busy", "Other runs write the same photo.")


def hide_later(row: Item, deps: Dependencies) -> None:
    """Have the pictures of a photo that became withheld deleted, unless that is taken back."""
    if row.get("withheld") and not row.get("picturesGone"):
        chore = HidePictures(event_id=row["eventId"], image_id=row["imageId"])
        url = deps.settings.chores_queue_url
        deps.queues.send(url, chore, delay_seconds=SECOND_THOUGHTS_SECONDS)


def delete_pictures(row: Item, deps: Dependencies) -> None:
    """Delete a photo's pictures, and an uploaded original too where the event says so."""
    event_id, image_id = row["eventId"], row["imageId"]
    keys = [web_key(event_id, image_id), thumb_key(event_id, image_id)]
    deps.storage.delete_many(deps.settings.media_bucket, keys)
    event = deps.requests.get(event_key(event_id))
    uploaded = row["bucket"] == deps.settings.incoming_bucket and row["key"].startswith(
        f"{uploads_prefix(event_id)}uploads/"
    )
    # Elsewhere photos are the organiser's own files, which are only ever read.
    if uploaded and event is not None and event.get("deleteOriginals"):
        deps.storage.delete(row["bucket"], row["key"])


def _noted(row: Item, deps: Dependencies) -> bool:
    change = Update(
        (row["pk"], row["sk"]),
        set={"picturesGone": True, "version": row["version"] + 1},
        when=Equals({"version": row["version"]}),
    )
    try:
        deps.images.write(change)
    except ConditionFailed:
        return False
    return True
