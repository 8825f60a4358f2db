"""What is kept of a request beside the job itself."""

import hashlib
from collections.abc import Sequence

from shared.tables import Absent, Delete, Exists, Item, Key, Put, Update


def tally_key(request_id: str) -> Key:
    """Where the count of unchanged reels is: beside the job's items, and none of them."""
    return f"JOB#{request_id}", "TALLY"


def count_unchanged(request_id: str) -> Update:
    """One more reel that did not have to be rendered."""
    return Update(tally_key(request_id), add={"unchanged": 1})


def item_key(request_id: str, item_id: str) -> Key:
    """Where a request's item is; `shared.jobs` writes it."""
    return f"JOB#{request_id}", f"ITEM#{item_id}"


def hidden_item(bib: str) -> str:
    """The id of the item of a runner who has opted out, in which the bib cannot be seen."""
    return f"opted-out-{hashlib.sha256(f'opted out {bib}'.encode()).hexdigest()[:20]}"


def hidden(row: Item, bib: str) -> list[Put | Delete]:
    """What puts an item that names nobody in the place of a runner's."""
    pk, sk = item_key(row["pk"].removeprefix("JOB#"), hidden_item(bib))
    kept: Item = {name: row[name] for name in ("state", "expiresAt") if name in row}
    item: Item = {**kept, "pk": pk, "sk": sk, "itemId": hidden_item(bib), "name": "", "error": None}
    return [Delete((row["pk"], row["sk"]), when=Exists()), Put(item, when=Absent())]


def bibs_digest(bibs: Sequence[str] | None) -> str | None:
    """What a request's row keeps of the bibs that were asked for: enough to know a repeat."""
    if bibs is None:
        return None
    return hashlib.sha256(",".join(sorted(set(bibs))).encode()).hexdigest()
