"""What the routes of events, photos and requests take, give and refuse."""

from chalicelib.event_images import models
from chalicelib.event_images.models import people
from shared.openapi import Answer, Query, Route

EVENT = {404: ("event_not_found",), 410: ("event_removed",)}
LOCATION = {"Location": "Where it can be followed."}
BIB = Query("bib", "A bib number; leading zeros do not matter.", {"pattern": "^[0-9]{1,6}$"})

EVENTS = (
    Route(
        "createEvent",
        "POST",
        "/events",
        "Make an event",
        "Events",
        {201: Answer(models.Event, headers={"Location": "The event."})},
        body=models.CreateEvent,
        problems={409: ("event_exists", "idempotency_key_reused")},
        idempotent=True,
    ),
    Route(
        "listEvents",
        "GET",
        "/events",
        "List all events, newest first",
        "Events",
        {200: models.EventList},
        paged=True,
    ),
    Route(
        "getEvent",
        "GET",
        "/events/{eventId}",
        "Get an event, its photos counted by state",
        "Events",
        {200: models.Event},
        problems=EVENT,
    ),
    Route(
        "updateEvent",
        "PATCH",
        "/events/{eventId}",
        "Change an event",
        "Events",
        {200: models.Event},
        body=models.UpdateEvent,
        problems=EVENT,
    ),
    Route(
        "deleteEvent",
        "DELETE",
        "/events/{eventId}",
        "Remove an event and all that belongs to it",
        "Events",
        {202: people.Removal},
        problems={404: ("event_not_found",)},
        description="The event is gone at once; its rows and files follow. Photos in other "
        "buckets and in Drive stay. A repeat goes on with the removal.",
    ),
)

PHOTOS = (
    Route(
        "createUploads",
        "POST",
        "/events/{eventId}/uploads",
        "Get signed forms that upload photos",
        "Photos",
        {200: models.Uploads},
        body=models.CreateUploads,
        problems={**EVENT, 422: ("bad_upload",)},
        idempotent=True,
        description="POST each form as multipart: all of its `fields` first, then `file`. What "
        "is uploaded is read by itself.",
    ),
    Route(
        "listPhotos",
        "GET",
        "/events/{eventId}/photos",
        "List photos: all, of a bib, or in a state",
        "Photos",
        {200: models.PhotoList},
        query=(BIB, Query("state", "Only in this state.", {"enum": list(models.PhotoState)})),
        problems={**EVENT, 400: ("bad_bib", "bad_state")},
        paged=True,
        description="When a bib has no photo, the first page has numbers `near` it that have.",
    ),
    Route(
        "getPhoto",
        "GET",
        "/events/{eventId}/photos/{imageId}",
        "Get a photo, with what was read in it",
        "Photos",
        {200: models.Photo},
        problems={**EVENT, 404: ("event_not_found", "photo_not_found")},
    ),
    Route(
        "processEvent",
        "POST",
        "/events/{eventId}/process",
        "Start a run over a source of photos",
        "Requests",
        {202: Answer(models.Request, headers=LOCATION)},
        body=models.ProcessEvent,
        problems={**EVENT, 403: ("source_not_allowed",), 409: ("idempotency_key_reused",)},
        idempotent=True,
        description="It takes on what is new, what has changed and what failed; with `force`, all.",
    ),
    Route(
        "listRequests",
        "GET",
        "/events/{eventId}/requests",
        "List an event's requests, newest first",
        "Requests",
        {200: models.RequestList},
        problems=EVENT,
        paged=True,
    ),
    Route(
        "getRequest",
        "GET",
        "/events/{eventId}/requests/{requestId}",
        "Get a request: state, counts, and what failed",
        "Requests",
        {200: models.Request},
        problems={**EVENT, 404: ("event_not_found", "request_not_found")},
        paged=True,
        description="`limit` and `cursor` page through its `errors`.",
    ),
)

REVIEW = (
    Route(
        "listReview",
        "GET",
        "/events/{eventId}/review",
        "List photos with uncertain readings, most useful first",
        "Review",
        {200: models.ReviewList},
        problems=EVENT,
        paged=True,
    ),
    Route(
        "decidePhoto",
        "PATCH",
        "/events/{eventId}/photos/{imageId}",
        "Accept, correct, reject or add numbers, or undo that",
        "Review",
        {200: models.DecidedPhoto},
        body=models.DecidePhoto,
        problems={
            **EVENT,
            400: ("bad_box",),
            404: ("event_not_found", "photo_not_found", "decision_not_found"),
            409: (
                "version_conflict",
                "reading_not_found",
                "opted_out",
                "photo_not_done",
                "too_many_tags",
                "too_many_decisions",
                "idempotency_key_reused",
            ),
        },
        idempotent=True,
    ),
    Route(
        "listAudit",
        "GET",
        "/events/{eventId}/photos/{imageId}/audit",
        "List what people decided about a photo, oldest first",
        "Review",
        {200: models.AuditList},
        problems={**EVENT, 404: ("event_not_found", "photo_not_found")},
        paged=True,
    ),
)
