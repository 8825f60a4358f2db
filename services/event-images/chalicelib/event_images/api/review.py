"""``/events/{eventId}/review``: the uncertain readings, most useful first."""

from collections.abc import Iterable, Sequence

from chalice.app import Request, Response

from chalicelib.event_images.api.events import event_row
from chalicelib.event_images.api.photos import urls_of
from chalicelib.event_images.domain.photo_rows import asked_of, photo_key, readings_of
from chalicelib.event_images.domain.photos import normal_bib, tags
from chalicelib.event_images.domain.review import review_partition
from chalicelib.event_images.models import Choice, PhotoReading, Question, ReviewItem, ReviewList
from chalicelib.event_images.models.people import Runner
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import People, has_photo, load_people, runners_of
from shared.http import answer, page_params
from shared.tables import Item

# Whether a runner waits for a first photo is a query each: the likeliest numbers of a question are
# worth one, and a large page is not worth hundreds.
_LOOKED_UP = 2
_MOST_LOOKED_UP = 100


def list_review(request: Request, deps: Dependencies) -> Response:
    """``GET /events/{eventId}/review?limit&cursor`` -> ReviewList.

    Within a page, photos of runners who have none yet come first. The index lags a little behind,
    so a page may be shorter than its limit; a photo whose readings are settled is never in it.

    Raises:
        BadRequest: ``bad_limit``, ``bad_cursor``.
    """
    event = event_row(request, deps)
    event_id: str = event["eventId"]
    limit, cursor = page_params(request)
    found = deps.images.query(review_partition(event_id), index="gsi1", limit=limit, cursor=cursor)
    rows = deps.images.get_many([photo_key(event_id, row["imageId"]) for row in found.items])
    asked = [(row, open_) for row in rows if (open_ := asked_of(row))]
    candidates = _Candidates(event_id, [one for _, open_ in asked for one in open_], deps)
    items = [_item(row, open_, candidates, deps) for row, open_ in asked]
    items.sort(key=lambda item: not any(_leads_to_a_first_photo(one) for one in item.questions))
    # The counter is of the table, and may be ahead of the index.
    left = max(int(event.get("review", 0)), sum(len(item.questions) for item in items))
    return answer(ReviewList(items=items, cursor=found.cursor, left=left))


class _Candidates:
    """Names of the candidates of one page, and who of them has no photo yet."""

    def __init__(self, event_id: str, asked: Sequence[PhotoReading], deps: Dependencies) -> None:
        self.people: People = load_people(event_id, deps)
        self.names: dict[str, Runner] = runners_of(
            event_id, self.people, (bib for one in asked for bib in _candidates(one)), deps
        )
        likely = dict.fromkeys(
            normal_bib(bib) for one in asked for bib in _likely(one) if self._listed(bib)
        )
        looked_up = list(likely)[:_MOST_LOOKED_UP]
        self.waiting = {bib for bib in looked_up if not has_photo(event_id, bib, deps)}

    def _listed(self, bib: str) -> bool:
        listed = self.people.start_list
        return listed is not None and normal_bib(bib) in listed

    def name(self, bib: str) -> str | None:
        runner = self.names.get(normal_bib(bib))
        return runner.name if runner else None

    def waits(self, bib: str) -> bool:
        return normal_bib(bib) in self.waiting

    def opted_out(self, bib: str) -> bool:
        return normal_bib(bib) in self.people.opted_out


def _item(
    row: Item, asked: Sequence[PhotoReading], candidates: _Candidates, deps: Dependencies
) -> ReviewItem:
    urls = urls_of(row, deps)
    return ReviewItem(
        image_id=row["imageId"],
        filename=row["filename"],
        version=row["version"],
        width=row.get("width"),
        height=row.get("height"),
        taken_at=row.get("takenAt"),
        bibs=tuple(tags(readings_of(row))),
        web_url=urls.get("webUrl"),
        thumb_url=urls.get("thumbUrl"),
        questions=tuple(
            _question(one, candidates) for one in asked if not candidates.opted_out(one.bib)
        ),
    )


def _question(reading: PhotoReading, candidates: _Candidates) -> Question:
    return Question(
        bib=reading.bib,
        confidence=reading.confidence,
        box=reading.box,
        reasons=reading.reasons,
        name=candidates.name(reading.bib),
        waiting=candidates.waits(reading.bib),
        alternatives=tuple(
            Choice(
                bib=other.bib,
                confidence=other.confidence,
                name=candidates.name(other.bib),
                waiting=candidates.waits(other.bib),
            )
            for other in reading.alternatives
            if not candidates.opted_out(other.bib)
        ),
    )


def _leads_to_a_first_photo(question: Question) -> bool:
    return question.waiting or any(other.waiting for other in question.alternatives)


def _candidates(reading: PhotoReading) -> Iterable[str]:
    return [reading.bib, *(other.bib for other in reading.alternatives)]


def _likely(reading: PhotoReading) -> Sequence[str]:
    chances = {reading.bib: reading.confidence}
    chances.update({other.bib: other.confidence for other in reading.alternatives})
    return sorted(chances, key=lambda bib: (-chances[bib], bib))[:_LOOKED_UP]
