"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.event_images.api.decisions import decide_photo, list_audit
from chalicelib.event_images.api.events import create_event, get_event, list_events
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
from chalicelib.event_images.api.page import asset, gallery_page, health, page
from chalicelib.event_images.api.photos import get_photo, list_photos
from chalicelib.event_images.api.requests import get_request, list_requests, process_event
from chalicelib.event_images.api.review import list_review
from chalicelib.event_images.api.uploads import create_uploads

__all__ = [
    "asset",
    "create_event",
    "create_gallery_link",
    "create_report",
    "create_uploads",
    "decide_photo",
    "gallery_download",
    "gallery_event",
    "gallery_page",
    "gallery_photos",
    "get_event",
    "get_gallery_link",
    "get_photo",
    "get_request",
    "health",
    "list_audit",
    "list_events",
    "list_photos",
    "list_requests",
    "list_review",
    "page",
    "process_event",
    "revoke_gallery_link",
]
