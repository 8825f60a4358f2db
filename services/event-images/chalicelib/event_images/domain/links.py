"""The gallery's link: an unguessable token by which runners find their photos of one event.

The token itself is stored nowhere, only its SHA-256: a plain hash is enough, since a token is
192 random bits and not a password that somebody chose.
"""

import hashlib
import re
from datetime import datetime, timedelta

from chalicelib.event_images.domain.events import event_key
from shared.tables import Absent, Equals, Exists, Item, Key, Put, Update

TOKEN_BYTES = 24
# How long the row of a revoked link is kept, for whoever wonders why a printed code is dead.
KEPT = timedelta(days=90)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def is_token(text: str) -> bool:
    """Whether ``text`` has the form of a token; anything else is not looked for."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_id(digest: str) -> str:
    """The start of the hash, by which a link can be named without giving it away."""
    return digest[:12]


def link_key(digest: str) -> Key:
    """Where a link's row is in the requests table."""
    return (f"LINK#{digest}", "LINK")


def made(event: Item, digest: str, now: datetime) -> list[Put | Update]:
    """What makes ``digest`` the event's link and ends the one before it; one transaction.

    It fails when the event's link is no longer the one in ``event``.
    """
    pk, sk = link_key(digest)
    row: Item = {"pk": pk, "sk": sk, "eventId": event["eventId"], "createdAt": now.isoformat()}
    change = Update(
        event_key(event["eventId"]),
        set={"galleryLink": digest, "galleryLinkAt": row["createdAt"]},
        when=Equals({"galleryLink": event.get("galleryLink")}),
    )
    return [Put(row, when=Absent()), change, *_ended(event, now)]


def revoked(event: Item, now: datetime) -> list[Put | Update]:
    """What ends the event's link; one transaction. Nothing when there is none."""
    if not event.get("galleryLink"):
        return []
    change = Update(
        event_key(event["eventId"]),
        remove=("galleryLink", "galleryLinkAt"),
        when=Equals({"galleryLink": event["galleryLink"]}),
    )
    return [change, *_ended(event, now)]


def live(row: Item | None) -> bool:
    """Whether a link's row opens a gallery."""
    return row is not None and not row.get("revokedAt")


def _ended(event: Item, now: datetime) -> list[Put | Update]:
    digest = event.get("galleryLink")
    if not digest:
        return []
    gone = {"revokedAt": now.isoformat(), "expiresAt": int((now + KEPT).timestamp())}
    return [Update(link_key(digest), set=gone, when=Exists())]
