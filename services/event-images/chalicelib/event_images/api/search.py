"""A search that forgives: bibs much like one that has no photo."""

from concurrent.futures import ThreadPoolExecutor
from itertools import batched, islice

from chalicelib.event_images.domain import lookalikes
from chalicelib.event_images.domain.photo_rows import tags_of_bib
from chalicelib.event_images.models.people import NearBib
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import People
from shared.contracts import event_partition

MOST = 10
# Bibs that are looked up at most, and how many at once: each is one small query.
MOST_LOOKED_UP = 160
AT_ONCE = 16
MOST_COUNTED = 100


def near_bibs(event_id: str, bib: str, people: People, deps: Dependencies) -> tuple[NearBib, ...]:
    """At most ten bibs near ``bib`` that have photos, the likeliest first.

    A start list says which numbers are worth a look; others are only tried one edit away.
    """
    if bib in people.opted_out:
        return ()
    costs = lookalikes.near(bib, lookalikes.reach(bib))
    listed = people.start_list
    if listed is None:
        likely = list(costs)
    else:
        likely = [other for other in costs if other in listed]
        likely += [other for other, cost in costs.items() if cost <= 1 and other not in listed]
    candidates = (other for other in likely if other not in people.opted_out)
    found: list[NearBib] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for batch in batched(islice(candidates, MOST_LOOKED_UP), AT_ONCE, strict=False):
            counts = pool.map(lambda other: _photos(event_id, other, deps), batch)
            found += [
                NearBib(bib=other, score=lookalikes.score(costs[other]), photos=count)
                for other, count in zip(batch, counts, strict=True)
                if count
            ]
            if len(found) >= MOST:
                break
    found.sort(key=lambda one: (-one.score, -one.photos, int(one.bib)))
    return tuple(found[:MOST])


def _photos(event_id: str, bib: str, deps: Dependencies) -> int:
    pk = event_partition(event_id)
    return len(deps.images.query(pk, begins=tags_of_bib(bib), limit=MOST_COUNTED).items)
