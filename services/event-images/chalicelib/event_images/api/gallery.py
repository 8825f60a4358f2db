"""``/g/{token}``: the runner's gallery. Public: the token in the path is the permission.

Every answer below it is private to its reader: not stored, not indexed, no referrer. Errors do
not repeat the path, since the token is in it.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import islice

from chalice.app import Request, Response

from chalicelib.event_images.api.links import opened
from chalicelib.event_images.domain import gallery, names
from chalicelib.event_images.domain.bursts import bursts
from chalicelib.event_images.domain.opt_outs import OptOuts
from chalicelib.event_images.domain.photo_rows import (
    has_pictures,
    photo_key,
    tag_key,
    tags_of_bib,
)
from chalicelib.event_images.domain.photos import normal_bib
from chalicelib.event_images.models import (
    CreateReport,
    GalleryBurst,
    GalleryEvent,
    GalleryPhoto,
    GalleryPhotos,
    ReportReceipt,
)
from chalicelib.event_images.ports import Dependencies
from chalicelib.event_images.steps.people import has_photo, load_opt_outs, load_people
from shared.contracts import event_partition
from shared.errors import BadRequest, MedleyError, NotFound, RetryableError, TooManyRequests
from shared.http import answer, parse, path_param, problem_response
from shared.tables import Absent, ConditionFailed, Equals, Item, Put

TRIES = 5
GUARDS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_BIB = re.compile(r"[0-9]{1,6}")
_IMAGE_ID = re.compile(r"[0-9a-f]{20}")

type Route = Callable[[Request, Dependencies], Response]


def guarded(route: Route) -> Route:
    """A route whose answers, refusals too, carry the guards and never the path."""

    @wraps(route)
    def run(request: Request, deps: Dependencies) -> Response:
        try:
            response = route(request, deps)
        except MedleyError as exc:
            if exc.status >= 500:
                raise
            response = problem_response(exc, None)
        response.headers = {**response.headers, **GUARDS}
        return response

    return run


@guarded
def gallery_event(request: Request, deps: Dependencies) -> Response:
    """``GET /g/{token}/event`` -> GalleryEvent. NotFound ``gallery_not_found``."""
    row = opened(request, deps)
    return answer(GalleryEvent(name=row["name"], date=row["date"]))


@guarded
def gallery_photos(request: Request, deps: Dependencies) -> Response:
    """``GET /g/{token}/photos?bib`` -> GalleryPhotos.

    A bib that opted out, one of another event and one that nobody has all give the same.

    Raises:
        NotFound: ``gallery_not_found``.
        BadRequest: ``bad_bib``.
    """
    event_id: str = opened(request, deps)["eventId"]
    bib = _bib(request)
    opted_out = load_opt_outs(event_id, deps)
    rows, more = ([], False) if bib in opted_out else _rows(event_id, bib, deps)
    groups = [
        GalleryBurst(photos=tuple(_photo(row, deps) for row in group)) for group in bursts(rows)
    ]
    near = () if rows else _near(event_id, bib, opted_out, deps)
    return answer(
        GalleryPhotos(bib=bib, count=len(rows), bursts=tuple(groups), near=near, more=more)
    )


@guarded
def gallery_download(request: Request, deps: Dependencies) -> Response:
    """``GET /g/{token}/photos/{imageId}/download?bib`` -> 302 to a signed download.

    Raises:
        NotFound: ``gallery_not_found``; ``photo_not_found``, also for a photo without this bib.
        BadRequest: ``bad_bib``.
    """
    event_id: str = opened(request, deps)["eventId"]
    bib, image_id = _bib(request), path_param(request, "imageId")
    row = _photo_of_bib(event_id, bib, image_id, deps)
    settings = deps.settings
    url = deps.storage.presign_get(
        settings.media_bucket,
        names.web_key(event_id, image_id),
        expires=settings.url_seconds,
        filename=gallery.download_name(event_id, bib, row),
    )
    return Response(body="", status_code=302, headers={"Location": url})


@guarded
def create_report(request: Request, deps: Dependencies) -> Response:
    """``POST /g/{token}/reports`` -> 201 ReportReceipt; 200 for a report that is there already.

    Raises:
        NotFound: ``gallery_not_found``; ``photo_not_found``, also for a photo without this bib.
        BadRequest: ``photo_needed``, a wrong tag is one of a photo.
        TooManyRequests: ``too_many_reports``, with the seconds until there may be more.
    """
    event_id: str = opened(request, deps)["eventId"]
    report = parse(request, CreateReport)
    if report.image_id is not None:
        _photo_of_bib(event_id, report.bib, report.image_id, deps)
    elif report.kind == "wrong_tag":
        raise BadRequest("photo_needed", "Say which photo does not show this bib: imageId.")
    elif report.bib in load_opt_outs(event_id, deps) or not has_photo(event_id, report.bib, deps):
        raise _no_photo()
    key = gallery.report_key(event_id, gallery.report_id(event_id, report))
    receipt = ReportReceipt(report_id=key[1].removeprefix(gallery.REPORTS), kind=report.kind)
    for _ in range(TRIES):
        there = deps.images.get(key)
        if there is not None and there["state"] == gallery.OPEN:
            return answer(receipt)
        try:
            deps.tables.transact(
                [(deps.images.name, put) for put in _reported(event_id, report, there, deps)]
            )
        except ConditionFailed:
            continue
        return answer(receipt, 201)
    raise RetryableError("busy", "Many others report at the same time.")


def _reported(
    event_id: str, report: CreateReport, there: Item | None, deps: Dependencies
) -> list[Put]:
    now = deps.clock()
    limits = gallery.limits(event_id, report, now, deps.settings.gallery_reports_per_hour)
    writes = []
    for key, most in limits.items():
        row = deps.images.get(key)
        if row is not None and row["count"] >= most:
            raise TooManyRequests(
                "too_many_reports",
                "Many reports have come in this hour. Try again later.",
                retry_after=gallery.seconds_left(now),
            )
        writes.append(gallery.counted(key, row, now))
    # Somebody may ask once more about what was dismissed.
    version = there["version"] + 1 if there else 1
    when = Equals({"version": there["version"]}) if there else Absent()
    row = gallery.report_row(event_id, report, now, version=version)
    return [Put(row, when=when), *writes]


def _rows(event_id: str, bib: str, deps: Dependencies) -> tuple[list[Item], bool]:
    """The rows of a bib's photos that have pictures, and whether there are more of them."""
    pk = event_partition(event_id)
    found = deps.images.query_all(pk, begins=tags_of_bib(bib))
    tags = list(islice(found, gallery.MOST_PHOTOS + 1))
    keys = [photo_key(event_id, tag["imageId"]) for tag in tags[: gallery.MOST_PHOTOS]]
    rows = [row for row in deps.images.get_many(keys) if has_pictures(row)]
    return rows, len(tags) > gallery.MOST_PHOTOS


def _near(event_id: str, bib: str, opted_out: OptOuts, deps: Dependencies) -> tuple[str, ...]:
    found = (
        near
        for near in gallery.near_numbers(bib, load_people(event_id, deps).start_list)
        if near not in opted_out and has_photo(event_id, near, deps)
    )
    return tuple(islice(found, gallery.MOST_NEAR))


def _photo_of_bib(event_id: str, bib: str, image_id: str, deps: Dependencies) -> Item:
    """The row of a photo that shows the bib, by its tag. NotFound ``photo_not_found``."""
    if not _IMAGE_ID.fullmatch(image_id) or bib in load_opt_outs(event_id, deps):
        raise _no_photo()
    keys = [tag_key(event_id, normal_bib(bib), image_id), photo_key(event_id, image_id)]
    rows = deps.images.get_many(keys)
    if len(rows) < len(keys) or not has_pictures(rows[-1]):
        raise _no_photo()
    return rows[-1]


def _photo(row: Item, deps: Dependencies) -> GalleryPhoto:
    settings = deps.settings
    event_id, image_id = row["eventId"], row["imageId"]

    def signed(key: str) -> str:
        return deps.storage.presign_get(settings.media_bucket, key, expires=settings.url_seconds)

    return GalleryPhoto(
        image_id=image_id,
        taken_at=row.get("takenAt"),
        width=row.get("width"),
        height=row.get("height"),
        thumb_url=signed(names.thumb_key(event_id, image_id)),
        web_url=signed(names.web_key(event_id, image_id)),
    )


def _bib(request: Request) -> str:
    query: Mapping[str, str] = request.query_params or {}
    text = query.get("bib") or ""
    if not _BIB.fullmatch(text):
        raise BadRequest("bad_bib", "A bib has 1 to 6 digits.")
    return normal_bib(text)


def _no_photo() -> NotFound:
    return NotFound("photo_not_found", "There is no such photo.")
