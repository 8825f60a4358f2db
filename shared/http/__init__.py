"""HTTP on Chalice: problems, models in and out, pages, idempotency, CORS and API keys.

The only module of `shared` that imports Chalice.
"""

from shared.http.answers import answer, cors, problem_response
from shared.http.api_keys import (
    SCOPES,
    ApiKeys,
    IssuedKey,
    Principal,
    authorizer,
    issue,
    keys_document,
    require,
)
from shared.http.middleware import HttpDeps, HttpSettings, install
from shared.http.pages import page_file
from shared.http.requests import here, idempotency_key, page_params, parse, path_param
from shared.http.service import caller, serve_pages

__all__ = [
    "SCOPES",
    "ApiKeys",
    "HttpDeps",
    "HttpSettings",
    "IssuedKey",
    "Principal",
    "answer",
    "authorizer",
    "caller",
    "cors",
    "here",
    "idempotency_key",
    "install",
    "issue",
    "keys_document",
    "page_file",
    "page_params",
    "parse",
    "path_param",
    "problem_response",
    "require",
    "serve_pages",
]
