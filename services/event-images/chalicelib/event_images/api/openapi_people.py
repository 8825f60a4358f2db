"""What the routes of runners, exports and the gallery take, give and refuse."""

from chalicelib.event_images import models
from chalicelib.event_images.api.openapi_events import BIB, EVENT, LOCATION
from chalicelib.event_images.models import exports, people
from shared.openapi import Answer, Query, Route

GALLERY = {404: ("gallery_not_found",)}
IN_GALLERY = {400: ("bad_bib",), 404: ("gallery_not_found", "photo_not_found")}
ONE_BIB = Query("bib", BIB.description, BIB.schema, required=True)

RUNNERS = (
    Route(
        "listParticipants",
        "GET",
        "/events/{eventId}/participants",
        "List the runners by bib, and how many have photos",
        "Runners",
        {200: people.ParticipantList},
        query=(Query("withoutPhotos", "Only runners without a photo.", {"type": "boolean"}),),
        problems={**EVENT, 400: ("bad_filter",)},
        paged=True,
    ),
    Route(
        "putParticipants",
        "PUT",
        "/events/{eventId}/participants",
        "Replace the start list",
        "Runners",
        {202: people.StartListAccepted},
        body=people.PutParticipants,
        body_media=("text/csv",),
        problems={
            **EVENT,
            413: ("start_list_too_large",),
            422: (
                "start_list_empty",
                "start_list_no_bib_column",
                "start_list_not_text",
                "start_list_too_many_rows",
            ),
        },
        idempotent=True,
        description="The list replaces the one before it, all at once, a moment later.",
    ),
    Route(
        "uploadParticipants",
        "POST",
        "/events/{eventId}/participants/upload",
        "Get a signed form that uploads a start list of any size",
        "Runners",
        {200: people.StartListUpload},
        problems=EVENT,
        idempotent=True,
    ),
    Route(
        "optOutRunner",
        "DELETE",
        "/events/{eventId}/participants/{bib}",
        "Opt a runner out of the event",
        "Runners",
        {202: Answer(people.OptOut, headers=LOCATION)},
        body=people.OptOutReason,
        body_required=False,
        problems={**EVENT, 400: ("bad_bib",)},
        description="From here on the bib is found and tagged nowhere; what is stored of the "
        "runner is removed in the following minutes.",
    ),
    Route(
        "listOptOuts",
        "GET",
        "/events/{eventId}/opt-outs",
        "List the opt-outs, without saying whose they are",
        "Runners",
        {200: people.OptOutList},
        problems=EVENT,
        paged=True,
    ),
    Route(
        "undoOptOut",
        "DELETE",
        "/events/{eventId}/opt-outs/{bib}",
        "Take an opt-out back",
        "Runners",
        {204: Answer(description="It is taken back. Later runs may tag the bib again.")},
        problems={**EVENT, 400: ("bad_bib",), 404: ("event_not_found", "opt_out_not_found")},
    ),
)

EXPORTS = (
    Route(
        "createExport",
        "POST",
        "/events/{eventId}/exports",
        "Have a file written: all tags as CSV, or a bib's photos as zip",
        "Exports",
        {202: Answer(exports.ExportFile, headers=LOCATION)},
        body=exports.CreateExport,
        problems=EVENT,
        idempotent=True,
    ),
    Route(
        "getExport",
        "GET",
        "/events/{eventId}/exports/{exportId}",
        "Get an export, with a signed address once it is there",
        "Exports",
        {200: exports.ExportFile},
        problems={**EVENT, 404: ("event_not_found", "export_not_found")},
    ),
    Route(
        "tagsCsv",
        "GET",
        "/events/{eventId}/exports/tags.csv",
        "Get the tags of a small event as CSV at once",
        "Exports",
        {200: Answer(description="The tags.", media="text/csv")},
        problems={**EVENT, 413: ("export_too_large",)},
    ),
)

LINKS = (
    Route(
        "getGalleryLink",
        "GET",
        "/events/{eventId}/gallery-link",
        "Tell whether there is a gallery link",
        "Gallery, for organisers",
        {200: models.GalleryLink},
        problems=EVENT,
    ),
    Route(
        "createGalleryLink",
        "POST",
        "/events/{eventId}/gallery-link",
        "Make a new gallery link",
        "Gallery, for organisers",
        {201: models.NewGalleryLink},
        problems={**EVENT, 409: ("link_busy",)},
        description="The link before it ends at the same moment. The token is shown here and "
        "never again.",
    ),
    Route(
        "revokeGalleryLink",
        "DELETE",
        "/events/{eventId}/gallery-link",
        "Revoke the gallery link",
        "Gallery, for organisers",
        {200: models.GalleryLink},
        problems={**EVENT, 409: ("link_busy",)},
    ),
    Route(
        "listReports",
        "GET",
        "/events/{eventId}/reports",
        "List what runners reported, oldest first",
        "Gallery, for organisers",
        {200: models.ReportList},
        query=(Query("state", "`all` gives those dealt with too.", {"enum": ["open", "all"]}),),
        problems={**EVENT, 400: ("bad_state",)},
        paged=True,
    ),
    Route(
        "resolveReport",
        "POST",
        "/events/{eventId}/reports/{reportId}/resolve",
        "Deal with a report",
        "Gallery, for organisers",
        {200: models.Report},
        body=models.ResolveReport,
        problems={
            **EVENT,
            400: ("photo_needed",),
            404: ("event_not_found", "report_not_found"),
            409: ("report_handled", "too_many_decisions"),
        },
        description="The same action again gives the same answer.",
    ),
)

RUNNERS_GALLERY = (
    Route(
        "galleryPage",
        "GET",
        "/g/{token}",
        "The gallery's page",
        "Gallery, for runners",
        {
            200: Answer(description="The page.", media="text/html"),
            404: Answer(description="The page, which says so.", media="text/html"),
        },
        auth=False,
    ),
    Route(
        "galleryEvent",
        "GET",
        "/g/{token}/event",
        "Get the event's name and date",
        "Gallery, for runners",
        {200: models.GalleryEvent},
        problems=GALLERY,
        auth=False,
    ),
    Route(
        "galleryPhotos",
        "GET",
        "/g/{token}/photos",
        "Get the photos of one bib",
        "Gallery, for runners",
        {200: models.GalleryPhotos},
        query=(ONE_BIB,),
        problems={400: ("bad_bib",), **GALLERY},
        auth=False,
        description="A bib that opted out is answered as one that nobody has.",
    ),
    Route(
        "galleryDownload",
        "GET",
        "/g/{token}/photos/{imageId}/download",
        "Download a photo of a bib",
        "Gallery, for runners",
        {302: Answer(description="To the file.", headers={"Location": "A signed address."})},
        query=(ONE_BIB,),
        problems=IN_GALLERY,
        auth=False,
    ),
    Route(
        "createReport",
        "POST",
        "/g/{token}/reports",
        "Report a wrong tag, or ask for removal",
        "Gallery, for runners",
        {
            200: Answer(models.ReportReceipt, "It was there already."),
            201: Answer(models.ReportReceipt, "It has arrived."),
        },
        body=models.CreateReport,
        problems={
            400: ("photo_needed",),
            404: ("gallery_not_found", "photo_not_found"),
            429: ("too_many_reports",),
        },
        auth=False,
    ),
)
