"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.event_images.api.decisions import decide_photo, list_audit
from chalicelib.event_images.api.events import (
    create_event,
    delete_event,
    get_event,
    list_events,
    update_event,
)
from chalicelib.event_images.api.exports import create_export, get_export, tags_csv
from chalicelib.event_images.api.gallery import (
    create_report,
    gallery_download,
    gallery_event,
    gallery_photos,
)
from chalicelib.event_images.api.links import (
    create_gallery_link,
    get_gallery_link,
    revoke_gallery_link,
)
from chalicelib.event_images.api.openapi import API
from chalicelib.event_images.api.opt_outs import list_opt_outs, opt_out_runner, undo_opt_out
from chalicelib.event_images.api.page import PAGE, gallery_page, page
from chalicelib.event_images.api.participants import (
    list_participants,
    put_participants,
    upload_participants,
)
from chalicelib.event_images.api.photos import get_photo, list_photos
from chalicelib.event_images.api.reports import list_reports, resolve_report
from chalicelib.event_images.api.requests import get_request, list_requests, process_event
from chalicelib.event_images.api.review import list_review
from chalicelib.event_images.api.uploads import create_uploads

__all__ = [
    "API",
    "PAGE",
    "create_event",
    "create_export",
    "create_gallery_link",
    "create_report",
    "create_uploads",
    "decide_photo",
    "delete_event",
    "gallery_download",
    "gallery_event",
    "gallery_page",
    "gallery_photos",
    "get_event",
    "get_export",
    "get_gallery_link",
    "get_photo",
    "get_request",
    "list_audit",
    "list_events",
    "list_opt_outs",
    "list_participants",
    "list_photos",
    "list_reports",
    "list_requests",
    "list_review",
    "opt_out_runner",
    "page",
    "process_event",
    "put_participants",
    "resolve_report",
    "revoke_gallery_link",
    "tags_csv",
    "undo_opt_out",
    "update_event",
    "upload_participants",
]
