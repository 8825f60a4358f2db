"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.event_images.api.events import create_event, get_event, list_events
from chalicelib.event_images.api.page import asset, health, page
from chalicelib.event_images.api.photos import get_photo, list_photos
from chalicelib.event_images.api.requests import get_request, list_requests, process_event
from chalicelib.event_images.api.uploads import create_uploads

__all__ = [
    "asset",
    "create_event",
    "create_uploads",
    "get_event",
    "get_photo",
    "get_request",
    "health",
    "list_events",
    "list_photos",
    "list_requests",
    "page",
    "process_event",
]
