"""What event-images knows, read from its tables and its media bucket by the shared contract."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from chalicelib.reels.models import RaceEvent, Shot
from chalicelib.reels.ports import EventImages
from shared.aws_errors import error_code
from shared.contracts import (
    BibTag,
    PhotoEntry,
    RaceEntry,
    RunnerEntry,
    event_key,
    event_partition,
    opt_out_key,
    opt_out_secret_key,
    photo_key,
    runner_key,
    start_list_key,
    tag_prefix,
    web_picture_key,
)
from shared.errors import NotFound, PermanentError, Unavailable
from shared.storage import Storage
from shared.tables import Absent, Check, Exists, Tables, TransactWrite

_LIST = "EVENTS"
_DONE = "DONE"


class EventImagesTables(EventImages):
    """Reads another service's rows, and never writes one.

    Args:
        tables: The database.
        storage: The object store.
        requests: The name of its table of events.
        images: The name of its table of photos, tags, runners and opt-outs.
        media: The name of its bucket of pictures.
        most_bytes: The largest picture that is fetched.
    """

    def __init__(
        self,
        tables: Tables,
        storage: Storage,
        *,
        requests: str,
        images: str,
        media: str,
        most_bytes: int,
    ) -> None:
        self._requests = tables.table(requests)
        self._images = tables.table(images)
        self._storage = storage
        self._media = media
        self._most_bytes = most_bytes

    def events(self, limit: int, cursor: str | None) -> tuple[list[RaceEvent], str | None]:
        with _present():
            page = self._requests.query(
                _LIST, index="gsi1", limit=limit, cursor=cursor, forward=False
            )
        return [_race(row) for row in page.items], page.cursor

    def event(self, event_id: str) -> RaceEvent | None:
        with _present():
            row = self._requests.get(event_key(event_id))
        return _race(row) if row else None

    def tagged(self, event_id: str) -> list[str]:
        prefix = tag_prefix()
        with _present():
            rows = self._images.query_all(event_partition(event_id), begins=prefix)
            found = {str(row["sk"]).removeprefix(prefix).partition("#")[0] for row in rows}
        return list(found)

    def listed(self, event_id: str) -> list[str]:
        version = self._list_version(event_id)
        if version is None:
            return []
        pk, prefix = runner_key(event_id, version, "")
        with _present():
            rows = self._images.query_all(pk, begins=prefix)
            return [RunnerEntry.of_row(row).bib for row in rows]

    def opted_out(self, event_id: str, bibs: Collection[str]) -> frozenset[str]:
        if not bibs:
            return frozenset()
        secret = self._secret(event_id)
        if secret is None:
            return frozenset()
        keys = {opt_out_key(event_id, secret, bib): bib for bib in bibs}
        with _present():
            # There are few opt-outs, however many bibs are asked about.
            pk, _ = opt_out_key(event_id, secret, "")
            rows = list(self._images.query_all(pk, begins="OPTOUT#"))
        return frozenset(keys[key] for row in rows if (key := (row["pk"], row["sk"])) in keys)

    def unless_opted_out(self, event_id: str, bib: str) -> tuple[str, TransactWrite]:
        secret = self._secret(event_id)
        # The first opt-out of an event makes the secret.
        key = opt_out_secret_key(event_id) if secret is None else opt_out_key(event_id, secret, bib)
        return self._images.name, Check(key, when=Absent())

    def unless_removed(self, event_id: str) -> tuple[str, TransactWrite]:
        return self._requests.name, Check(event_key(event_id), when=Exists())

    def runner(self, event_id: str, bib: str) -> RunnerEntry | None:
        version = self._list_version(event_id)
        if version is None:
            return None
        with _present():
            row = self._images.get(runner_key(event_id, version, bib))
        return RunnerEntry.of_row(row) if row else None

    def shots(self, event_id: str, bib: str, most: int) -> list[Shot]:
        with _present():
            rows = self._images.query_all(event_partition(event_id), begins=tag_prefix(bib))
            tags = sorted((BibTag.of_row(row) for row in rows), key=lambda tag: -tag.confidence)
            keys = [photo_key(event_id, tag.image_id) for tag in tags[:most]]
            photos = {
                photo.image_id: photo
                for photo in map(PhotoEntry.of_row, self._images.get_many(keys))
                if photo.state == _DONE
            }
        return [
            _shot(tag, photo)
            for tag in tags[:most]
            if (photo := photos.get(tag.image_id)) is not None
        ]

    def picture(self, event_id: str, image_id: str) -> bytes:
        key = web_picture_key(event_id, image_id)
        try:
            return self._storage.get(self._media, key, max_bytes=self._most_bytes)
        except NotFound as exc:
            if exc.code == "bucket_not_found":
                raise _absent() from exc
            raise PermanentError(
                "photo_gone", f"The picture of photo {image_id} is not there any more."
            ) from exc

    def _list_version(self, event_id: str) -> str | None:
        with _present():
            row = self._images.get(start_list_key(event_id))
        return str(row["version"]) if row else None

    def _secret(self, event_id: str) -> str | None:
        with _present():
            row = self._images.get(opt_out_secret_key(event_id))
        return str(row["secret"]) if row else None


def _race(row: dict[str, object]) -> RaceEvent:
    entry = RaceEntry.of_row(row)
    return RaceEvent(event_id=entry.event_id, name=entry.name, date=entry.date)


def _shot(tag: BibTag, photo: PhotoEntry) -> Shot:
    # A row that lacks its size is of an early version; the box is then its own frame.
    width, height = photo.width or round(tag.box[2]) or 1, photo.height or round(tag.box[3]) or 1
    return Shot(
        image_id=tag.image_id,
        etag=photo.etag,
        box=tag.box,
        confidence=tag.confidence,
        width=width,
        height=height,
        taken_at=tag.taken_at or photo.taken_at,
        sharpness=photo.sharpness,
        hash64=photo.perceptual_hash,
    )


@contextmanager
def _present() -> Iterator[None]:
    """Says clearly when the tables of event-images are not there."""
    try:
        yield
    except ClientError as exc:
        if error_code(exc) == "ResourceNotFoundException":
            # Without its cause, which in stage local would be read as a stack that does not run.
            raise _absent() from None
        raise


def _absent() -> Unavailable:
    return Unavailable(
        "event_images_absent",
        "The service event-images is not deployed in this stage; reels are made of its photos.",
    )
