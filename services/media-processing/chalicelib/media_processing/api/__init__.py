"""The routes: one function each, from a request and the dependencies to an answer."""

from chalicelib.media_processing.api.batches import (
    create_batch,
    get_batch,
    list_batches,
    rerun_batch,
)
from chalicelib.media_processing.api.deliveries import (
    enable_endpoint,
    list_deliveries,
    replay_delivery,
)
from chalicelib.media_processing.api.page import asset, health, page
from chalicelib.media_processing.api.uploads import create_uploads

__all__ = [
    "asset",
    "create_batch",
    "create_uploads",
    "enable_endpoint",
    "get_batch",
    "health",
    "list_batches",
    "list_deliveries",
    "page",
    "replay_delivery",
    "rerun_batch",
]
