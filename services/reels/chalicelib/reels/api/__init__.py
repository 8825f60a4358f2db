"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.reels.api.events import get_event, list_events
from chalicelib.reels.api.materials import create_material, get_material, list_materials
from chalicelib.reels.api.openapi import API
from chalicelib.reels.api.page import PAGE, page
from chalicelib.reels.api.reels import get_reel, list_reels
from chalicelib.reels.api.requests import create_reels, get_request, list_requests
from chalicelib.reels.api.share import create_share, list_shares, revoke_shares
from chalicelib.reels.api.templates import (
    create_template,
    delete_template,
    get_template,
    list_templates,
    replace_template,
    validate_template,
)
from chalicelib.reels.api.watch import watch

__all__ = [
    "API",
    "PAGE",
    "create_material",
    "create_reels",
    "create_share",
    "create_template",
    "delete_template",
    "get_event",
    "get_material",
    "get_reel",
    "get_request",
    "get_template",
    "list_events",
    "list_materials",
    "list_reels",
    "list_requests",
    "list_shares",
    "list_templates",
    "page",
    "replace_template",
    "revoke_shares",
    "validate_template",
    "watch",
]
