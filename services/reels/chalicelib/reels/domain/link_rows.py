"""The rows of share links. A token is kept as its hash only, in two rows: one to find it by, and
one beside the runner's reel, to list and revoke it by."""

import hashlib
import re
from datetime import datetime

from chalicelib.reels.models import ShareLink
from shared.tables import Absent, Delete, Item, Key, Put

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def is_token(text: str) -> bool:
    """Whether ``text`` can be a token: 256 random bits in URL-safe base64."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """What is kept of a token. It is random enough for a plain hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_key(token_hash: str) -> Key:
    """Where a link is found by its token's hash."""
    return f"LINK#{token_hash}", "LINK"


def share_prefix(bib: str) -> str:
    """What the sort keys of a runner's links begin with."""
    return f"SHARE#{bib}#"


def new_rows(event_id: str, bib: str, token: str, now: datetime) -> list[Put]:
    """The two rows of a new link."""
    token_hash = hash_of(token)
    link_id = token_hash[:16]
    told: Item = {
        "eventId": event_id,
        "bib": bib,
        "linkId": link_id,
        "tokenHash": token_hash,
        "createdAt": now.isoformat(),
    }
    pk, sk = link_key(token_hash)
    share = {**told, "pk": f"EVENT#{event_id}", "sk": f"{share_prefix(bib)}{link_id}"}
    return [Put({**told, "pk": pk, "sk": sk}, when=Absent()), Put(share, when=Absent())]


def removal(share: Item) -> list[Delete]:
    """What makes a link end: both of its rows go."""
    return [Delete(link_key(share["tokenHash"])), Delete((share["pk"], share["sk"]))]


def link_of(share: Item, *, token: str | None = None, url: str | None = None) -> ShareLink:
    """A row as the API shows it."""
    same = {name: share[name] for name in ("linkId", "eventId", "bib", "createdAt")}
    return ShareLink.model_validate({**same, "token": token, "url": url})
