"""What the routes of events, reels, requests and share links take, give and refuse."""

from chalicelib.reels import models
from shared.openapi import Answer, Query, Route

ABSENT = {503: ("event_images_absent",)}
EVENT = {404: ("event_not_found",), **ABSENT}
REEL = {404: ("event_not_found", "reel_not_found"), **ABSENT}
PREVIEW = Query("preview", "Whether the previews are meant.", {"type": "boolean"})

REELS = (
    Route(
        "listEvents",
        "GET",
        "/events",
        "List the events that reels can be made for, newest first",
        "Reels",
        {200: models.RaceList},
        problems=ABSENT,
        paged=True,
    ),
    Route(
        "getEvent",
        "GET",
        "/events/{eventId}",
        "Get an event",
        "Reels",
        {200: models.RaceSummary},
        problems=EVENT,
    ),
    Route(
        "createReels",
        "POST",
        "/events/{eventId}/reels",
        "Make the reels of all runners, or of some",
        "Reels",
        {202: Answer(models.ReelRequest, headers={"Location": "Where it can be followed."})},
        body=models.CreateReels,
        body_required=False,
        problems={
            404: ("event_not_found", "template_not_found"),
            409: ("idempotency_key_reused",),
            **ABSENT,
        },
        idempotent=True,
        description="Only what has changed is rendered again, unless `force` says so.",
    ),
    Route(
        "listReels",
        "GET",
        "/events/{eventId}/reels",
        "List the reels of an event, by bib",
        "Reels",
        {200: models.ReelList},
        query=(PREVIEW,),
        problems={400: ("bad_preview",), **EVENT},
        paged=True,
    ),
    Route(
        "getReel",
        "GET",
        "/events/{eventId}/reels/{bib}",
        "Get a runner's reel, with signed URLs",
        "Reels",
        {200: models.Reel},
        query=(PREVIEW,),
        problems={400: ("bad_preview",), **REEL},
    ),
    Route(
        "listRequests",
        "GET",
        "/events/{eventId}/reel-requests",
        "List the requests of an event, newest first",
        "Reels",
        {200: models.ReelRequestList},
        problems=EVENT,
        paged=True,
    ),
    Route(
        "getRequest",
        "GET",
        "/events/{eventId}/reel-requests/{requestId}",
        "Get a request: counts, and the runners whose reel failed",
        "Reels",
        {200: models.ReelRequest},
        problems={404: ("event_not_found", "request_not_found"), **ABSENT},
        paged=True,
        description="`limit` and `cursor` page through its `errors`.",
    ),
)

SHARING = (
    Route(
        "createShare",
        "POST",
        "/events/{eventId}/reels/{bib}/share",
        "Make a link that shows a reel to whoever has it",
        "Share links",
        {201: models.ShareLink},
        problems={**REEL, 409: ("too_many_links", "runner_opted_out")},
        description="The token is told once. Each call makes a link of its own.",
    ),
    Route(
        "listShares",
        "GET",
        "/events/{eventId}/reels/{bib}/share",
        "List a reel's links, without their tokens",
        "Share links",
        {200: models.ShareLinkList},
        problems={404: ("event_not_found", "reel_not_found")},
    ),
    Route(
        "revokeShares",
        "DELETE",
        "/events/{eventId}/reels/{bib}/share",
        "Revoke all links to a reel",
        "Share links",
        {200: models.Revoked},
        problems={404: ("event_not_found", "reel_not_found")},
    ),
    Route(
        "watch",
        "GET",
        "/w/{token}",
        "The page behind a link",
        "Share links",
        {200: Answer(description="A page with one video.", media="text/html")},
        auth=False,
        description="A link that does not work answers 404, as a page too.",
    ),
)
