"""Letting the photos of an event support each other's doubtful readings, and taking that back.

Each message works out anew what the setting of now asks for, so messages that come twice or late do
no harm. Whoever changes the setting writes it first and sends a message then; whoever works here
looks at the setting once more at the end. So at least one of the two sees the other.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from sys import intern

from chalicelib.event_images.domain import events, nearby_changes
from chalicelib.event_images.domain.decisions import audit_row, stand
from chalicelib.event_images.domain.evidence import Evidence
from chalicelib.event_images.domain.nearby_evidence import DEFAULT, SeenPhoto, support
from chalicelib.event_images.domain.photo_rows import (
    changes,
    decisions_of,
    judged,
    nearby_of,
    photo_key,
    readings_of,
    seen_of,
)
from chalicelib.event_images.domain.photos import normal_bib, state_of, tags
from chalicelib.event_images.domain.tagging import Judge
from chalicelib.event_images.models import NearbyChange, PhotoState
from chalicelib.event_images.models.chores import SupportNearby
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.hide_pictures import hide_later
from chalicelib.event_images.steps.judging import judge_of
from shared.contracts import event_partition
from shared.errors import MedleyError, RetryableError
from shared.tables import ConditionFailed, Item, TransactWrite

TRIES = 6
PAGE = 500
# What is looked at together; and the most beside it, should a camera's clock stand still.
WINDOW, BESIDE = 1_000, 1_000
# What one message looks at and writes: about a minute of each.
PHOTOS_AT_ONCE, CHANGES_AT_ONCE = 20_000, 2_000
# So long an upload waits for others; the clocks of two functions may differ by so much.
UPLOADS_SECONDS, CLOCKS_APART = 300, 10
_PHOTOS = "PHOTO#"

# Camera, time and image id: all that is kept of all photos, some 200 bytes each.
type Place = tuple[str, str, str]


def support_later(event_id: str, deps: Dependencies) -> None:
    """Have photos support each other, if the event's setting says so. RetryableError."""
    if _is_on(event_id, deps):
        _send(SupportNearby(event_id=event_id), deps)


def support_after_upload(event_id: str, deps: Dependencies) -> None:
    """Have photos support each other a while after an upload, if the event's setting says so.

    Uploads come by thousands, and each look goes through the whole event: whoever is the first
    sends a message for the photos of the next minutes, and marks the event with their end.

    Raises:
        RetryableError: something did not answer.
    """
    # After the photo's row: what was written before the mark's end is seen by its message.
    row = deps.requests.get(events.event_key(event_id))
    now = deps.clock()
    if row is None or not events.wants_nearby(row) or events.nearby_waits(row, now):
        return
    before = row.get(events.NEARBY_UNTIL)
    until = now + timedelta(seconds=UPLOADS_SECONDS - CLOCKS_APART)
    try:
        deps.requests.write(events.mark_nearby(event_id, before, until.isoformat()))
    except ConditionFailed:
        return  # another upload was first, or the event is gone
    try:
        _send(SupportNearby(event_id=event_id), deps, UPLOADS_SECONDS)
    except MedleyError:
        with suppress(ConditionFailed):
            deps.requests.write(events.mark_nearby(event_id, until.isoformat(), before))
        raise


def support_nearby(chore: SupportNearby, deps: Dependencies) -> bool:
    """Do a part of it; whether another message goes on with it.

    Raises:
        RetryableError: others write the same photo all the time, or something did not answer.
    """
    event_id = chore.event_id
    on = _is_on(event_id, deps)
    if on is None:
        return False
    way = "on" if on else "off"
    begun, _, cursor = (chore.cursor or "").partition(":")
    after = (_support if on else _take_back)(event_id, cursor if begun == way else "", deps)
    if _is_on(event_id, deps) is not on:
        _send(SupportNearby(event_id=event_id), deps)
        return True
    if after is None:
        return False
    _send(SupportNearby(event_id=event_id, cursor=f"{way}:{after}"), deps)
    return True


def _is_on(event_id: str, deps: Dependencies) -> bool | None:
    row = deps.requests.get(events.event_key(event_id))
    return None if row is None else events.wants_nearby(row)


def _take_back(event_id: str, cursor: str, deps: Dependencies) -> str | None:
    """Take all changes off the next photos; where to go on, or None at the end."""
    pk, after = event_partition(event_id), cursor or None
    looked = changed = 0
    while looked < PHOTOS_AT_ONCE and changed < CHANGES_AT_ONCE:
        page = deps.images.query(pk, begins=_PHOTOS, limit=PAGE, cursor=after)
        changed += sum(_change(row, None, deps) for row in page.items)
        looked += len(page.items)
        after = page.cursor
        if after is None:
            return None
    return after


def _support(event_id: str, cursor: str, deps: Dependencies) -> str | None:
    """Let the next photos be supported; where to go on, or None at the end."""
    places = _places(event_id, deps)
    start = bisect_left(places, tuple(json.loads(cursor))) if cursor else 0
    looked = changed = 0
    while start < len(places) and looked < PHOTOS_AT_ONCE and changed < CHANGES_AT_ONCE:
        core = places[start : start + WINDOW]
        end = start + len(core)
        around = [*_before(places, start), *core, *_behind(places, end)]
        changed += _support_window(event_id, core, around, deps)
        looked += len(core)
        start = end
    return json.dumps(places[start]) if start < len(places) else None


def _places(event_id: str, deps: Dependencies) -> list[Place]:
    """The photos that have a camera and a time, in their order."""
    found: list[Place] = []
    for row in deps.images.query_all(event_partition(event_id), begins=_PHOTOS):
        camera, taken_at = row.get("camera"), row.get("takenAt")
        if state_of(row) is PhotoState.DONE and camera and taken_at:
            found.append((intern(camera), taken_at, row["imageId"]))
        else:
            _change(row, (), deps)  # it had both when it was read before
    found.sort()
    return found


def _before(places: Sequence[Place], start: int) -> Sequence[Place]:
    first = start
    while first > max(0, start - BESIDE) and _nearby(places[first - 1], places[start]):
        first -= 1
    return places[first:start]


def _behind(places: Sequence[Place], end: int) -> Sequence[Place]:
    last = end
    while last < min(len(places), end + BESIDE) and _nearby(places[end - 1], places[last]):
        last += 1
    return places[end:last]


def _nearby(one: Place, later: Place) -> bool:
    apart = datetime.fromisoformat(later[1]) - datetime.fromisoformat(one[1])
    return one[0] == later[0] and apart.total_seconds() <= DEFAULT.seconds


def _support_window(
    event_id: str, core: Sequence[Place], around: Sequence[Place], deps: Dependencies
) -> int:
    """How many photos of the core changed."""
    judge = judge_of(event_id, deps)
    rows = deps.images.get_many([photo_key(event_id, image_id) for _, _, image_id in around])
    by_id: dict[str, Item] = {row["imageId"]: row for row in rows}
    photos = [_seen(row, judge) for row in rows if state_of(row) is PhotoState.DONE]
    found: dict[str, list[NearbyChange]] = defaultdict(list)
    for one in support(photos, min_confidence=judge.min_confidence):
        found[one.image_id].append(nearby_changes.change_of(one))
    changed = 0
    for _, _, image_id in core:
        row, wanted = by_id.get(image_id), found[image_id]
        # Most photos have what they are to have, and cost no further look.
        if row is not None and _wanted(row, wanted, judge) != nearby_of(row):
            changed += _change(row, wanted, deps)
    return changed


def _seen(row: Item, judge: Judge) -> SeenPhoto:
    """A photo by what was seen in it, never by what photos nearby made of that.

    What a person said is not there supports nothing; what a person said is there supports others
    only where it was accepted anyway.
    """
    said = stand(judge.decisions(decisions_of(row)))

    def counts(one: Evidence) -> bool:
        what = said.get(normal_bib(one.bib))
        return what is None or (what.there and one.verdict == "accepted")

    taken_at = row.get("takenAt")
    return SeenPhoto(
        image_id=row["imageId"],
        camera=row.get("camera"),
        taken_at=datetime.fromisoformat(taken_at) if taken_at else None,
        evidence=tuple(one for one in judge.weighed(seen_of(row)) if counts(one)),
    )


def _change(row: Item, found: Sequence[NearbyChange] | None, deps: Dependencies) -> bool:
    """Give a photo these changes and no others (None: none at all), if it has not; whether it had
    not. Tags, counters, the review and the record follow in the same transaction.
    """
    for _ in range(TRIES):
        if not nearby_of(row) and not found:
            return False
        # After the row: whoever changes the start list or the opt-outs comes to the photo later,
        # or has written it meanwhile.
        judge = judge_of(row["eventId"], deps)
        new = _wanted(row, found, judge)
        if new == nearby_of(row):
            return False
        plain = [one.model_dump(by_alias=True, mode="json") for one in new]
        after = judged({**row, "nearby": plain}, judge)
        try:
            _write(row, after, judge, deps)
        except ConditionFailed:
            fresh = deps.images.get((row["pk"], row["sk"]))
            if fresh is None:
                return False
            row = fresh
        else:
            hide_later(after, deps)
            return True
    raise RetryableError("busy", "Others change the same photo.")


def _wanted(row: Item, found: Sequence[NearbyChange] | None, judge: Judge) -> list[NearbyChange]:
    if found is None or state_of(row) is not PhotoState.DONE:
        return []
    old = nearby_of(row)
    if not old and not found:
        return []
    said = stand(judge.decisions(decisions_of(row)))
    weighed = judge.weighed(seen_of(row))
    return judge.nearby(nearby_changes.wanted(old, found, weighed, said))


def _write(row: Item, after: Item, judge: Judge, deps: Dependencies) -> None:
    entries = nearby_changes.record(
        row["imageId"],
        row["version"],
        deps.clock(),
        # Nothing is recorded of those who opted out.
        old=judge.nearby(nearby_of(row)),
        new=nearby_of(after),
        before=_bibs(row, judge),
        after=_bibs(after, judge),
    )
    images, requests = changes(row, after, judge)
    record = [audit_row(row["eventId"], entry) for entry in entries]
    writes: list[tuple[str, TransactWrite]] = [(deps.images.name, w) for w in (*images, *record)]
    writes += [(deps.requests.name, write) for write in requests]
    deps.tables.transact(writes)


def _bibs(row: Item, judge: Judge) -> tuple[str, ...]:
    return tuple(bib for bib in tags(readings_of(row)) if bib not in judge.opted_out)


def _send(chore: SupportNearby, deps: Dependencies, seconds: int = 0) -> None:
    deps.queues.send(deps.settings.chores_queue_url, chore, delay_seconds=seconds)
