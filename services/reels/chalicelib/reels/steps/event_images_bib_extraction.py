"""EventImagesBibExtraction: the runners that a request makes reels of, from the tagged photos."""

import json

from chalicelib.reels.domain import names
from chalicelib.reels.models import (
    EventImagesBibExtractionInput,
    EventImagesBibExtractionOutput,
    ItemList,
    WantedReel,
)
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.removal import is_removed
from chalicelib.reels.steps.templates import current_template
from shared.errors import NotFound, PermanentError


def event_images_bib_extraction(
    step: EventImagesBibExtractionInput, deps: Dependencies
) -> EventImagesBibExtractionOutput:
    """List the runners, and write the list that the Map reads.

    A runner who is on the start list, or was asked for, and is on no photo is counted and left
    out; one who has opted out is counted apart. The list is written before the request's counts,
    so a repeat that finds the counts answers with that list. Of an event that is removed there is
    nobody to list.

    Raises:
        PermanentError: ``template_not_found``.
        Unavailable: ``event_images_absent``.
    """
    items = ItemList(bucket=deps.settings.media_bucket, key=names.items_key(step.request_id))
    try:
        total = _total(step, items, deps)
    except NotFound:
        # The request goes with its event; the completion deletes the list.
        if not is_removed(step.event_id, deps):
            raise
        total = 0
    return EventImagesBibExtractionOutput(
        request_id=step.request_id, event_id=step.event_id, items=items, total=total
    )


def _total(step: EventImagesBibExtractionInput, items: ItemList, deps: Dependencies) -> int:
    counts = deps.jobs.get(step.request_id).counts
    if counts.listed:
        return counts.total
    return 0 if is_removed(step.event_id, deps) else _list(step, items, deps)


def _list(step: EventImagesBibExtractionInput, items: ItemList, deps: Dependencies) -> int:
    # The version is chosen here, once, so that all reels of a request are of one template.
    template = current_template(step.template_id, deps)
    if template is None:
        raise PermanentError("template_not_found", f"There is no template {step.template_id}.")
    source = deps.event_images
    tagged = set(source.tagged(step.event_id))
    if step.bibs is None:
        wanted = tagged | set(source.listed(step.event_id))
    else:
        wanted = {names.normal_bib(bib) for bib in step.bibs}
    hidden = source.opted_out(step.event_id, wanted)
    shown = wanted - hidden
    todo = sorted(shown & tagged, key=lambda bib: (len(bib), bib))
    document = [
        WantedReel(
            bib=bib,
            aspects=step.aspects,
            template_id=step.template_id,
            template_version=template.version,
            preview=step.preview,
            force=step.force,
        ).model_dump(mode="json", by_alias=True)
        for bib in todo
    ]
    data = json.dumps(document, separators=(",", ":")).encode()
    deps.storage.put(items.bucket, items.key, data, content_type="application/json")
    deps.jobs.listed(
        step.request_id,
        listed=len(shown),
        ignored=len(hidden),
        skipped=len(shown) - len(todo),
        total=len(todo),
    )
    return len(todo)
