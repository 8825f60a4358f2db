"""Leaving nothing of a runner who has opted out, or of whom the event is gone: rows, files, links,
and what requests tell."""

from contextlib import suppress

from chalicelib.reels.domain import link_rows, names, reel_rows, request_rows
from chalicelib.reels.ports import Dependencies
from shared.tables import ConditionFailed, TransactWrite

JOBS_AT_ONCE = 100


def hidden_item(bib: str) -> str:
    """The id of the item of a runner who has opted out, in which the bib cannot be seen."""
    return request_rows.hidden_item(bib)


def is_removed(event_id: str, deps: Dependencies) -> bool:
    """Whether there is no such event any more."""
    return deps.event_images.event(event_id) is None


def remove_all(event_id: str, bib: str, deps: Dependencies) -> int:
    """Delete a runner's reels, previews and links; how many files there were.

    Rows go first, so that at no time something is listed whose files are gone.
    """
    for preview in (False, True):
        deps.reels.write(reel_rows.gone(event_id, bib, preview=preview))
    end_links(event_id, bib, deps)
    bucket = deps.settings.media_bucket
    files = 0
    for preview in (False, True):
        folder = names.folder(event_id, bib, preview=preview)
        for found in list(deps.storage.list(bucket, folder)):
            deps.storage.delete(bucket, found.key)
            files += 1
    return files


def remove_lists(request_id: str, deps: Dependencies) -> int:
    """Delete what the machine of a request wrote, which names bibs; how many files it was."""
    bucket, folder = deps.settings.media_bucket, names.request_folder(request_id)
    found = deps.storage.list(bucket, folder)
    return deps.storage.delete_many(bucket, (info.key for info in found))


def end_links(event_id: str, bib: str, deps: Dependencies) -> int:
    """End all share links of a runner; how many there were."""
    prefix = link_rows.share_prefix(bib)
    shares = list(deps.reels.query_all(reel_rows.partition(event_id), begins=prefix))
    for share in shares:
        for delete in link_rows.removal(share):
            deps.reels.write(delete)
    return len(shares)


def hide_in_requests(event_id: str, bib: str, deps: Dependencies) -> None:
    """Put an item that names nobody in the place of the runner's, in each request of the event.

    The requests' counts stay as they are.
    """
    cursor = None
    while True:
        jobs, cursor = deps.jobs.list(event_id, limit=JOBS_AT_ONCE, cursor=cursor)
        keys = [request_rows.item_key(job.job_id, bib) for job in jobs]
        for row in deps.reels.get_many(keys):
            writes: list[tuple[str, TransactWrite]] = [
                (deps.reels.name, write) for write in request_rows.hidden(row, bib)
            ]
            with suppress(ConditionFailed):  # another delivery of the same message was faster
                deps.tables.transact(writes)
        if cursor is None:
            return
