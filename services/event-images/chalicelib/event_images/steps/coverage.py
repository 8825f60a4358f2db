"""Which bibs have photos, counted from the tags and kept as a bit for each number."""

from chalicelib.event_images.domain.coverage import coverage_row
from chalicelib.event_images.domain.start_list import StartList
from chalicelib.event_images.models.chores import CountCoverage
from chalicelib.event_images.ports import Dependencies
from shared.contracts import event_partition, tag_prefix
from shared.tables import Put


def count_coverage(chore: CountCoverage, deps: Dependencies) -> None:
    """Read all tags of the event once, and keep which bibs they name."""
    pk = event_partition(chore.event_id)
    now = deps.clock()
    tagged = StartList(row["bib"] for row in deps.images.query_all(pk, begins=tag_prefix()))
    deps.images.write(Put(coverage_row(chore.event_id, tagged, now)))
