"""An API described once, as OpenAPI 3.1: from a table of routes and the models they speak."""

from shared.openapi.document import Problem, document, render
from shared.openapi.pages import pages
from shared.openapi.routes import Answer, Api, Query, Route, Variable

__all__ = [
    "Answer",
    "Api",
    "Problem",
    "Query",
    "Route",
    "Variable",
    "document",
    "pages",
    "render",
]
