"""The table of routes: what each takes, gives and refuses, in the words of its own models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

type Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Variable:
    """A variable of paths: what it is, and the schema of its values."""

    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True)
class Query:
    """A parameter of the query."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer that is a success. Without a model it is a text of `media`, or has no body."""

    model: type[BaseModel] | None = None
    description: str = ""
    media: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One route.

    Args:
        operation: Its name for generated clients, which is the view's in `app.py`, in camelCase.
        method: The HTTP method.
        path: As in `app.py`.
        summary: What it does, in a line.
        tag: The group that it is shown in.
        answers: By status; a model alone is the JSON of that model.
        body: The model of the JSON body.
        body_media: Other types that the body may have, as a text.
        body_required: Whether there must be one.
        query: Parameters of its own; those of `paged` come by themselves.
        problems: By status, the codes that its `application/problem+json` may have. What follows
            from `body`, `paged` and `idempotent` comes by itself.
        auth: Whether it asks for an API key.
        paged: It takes `limit` and `cursor`.
        idempotent: It takes an `Idempotency-Key`.
        description: More than the summary, in Markdown.
    """

    operation: str
    method: Method
    path: str
    summary: str
    tag: str
    answers: Mapping[int, Answer | type[BaseModel]]
    body: type[BaseModel] | None = None
    body_media: tuple[str, ...] = ()
    body_required: bool = True
    query: tuple[Query, ...] = ()
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    auth: bool = True
    paged: bool = False
    idempotent: bool = False
    description: str = ""

    @property
    def variables(self) -> list[str]:
        """The variables of the path, in order."""
        return VARIABLE.findall(self.path)

    def all_problems(self) -> dict[int, list[str]]:
        """By status, every code that a caller may meet and act upon."""
        found: dict[int, list[str]] = {}
        implied: list[tuple[bool, int, tuple[str, ...]]] = [
            (self.body is not None, 400, ("invalid_json", "invalid_body")),
            (self.paged, 400, ("bad_limit", "bad_cursor")),
            (self.idempotent, 400, ("bad_idempotency_key",)),
            (self.body is not None, 413, ("body_too_large",)),
            (self.body is not None, 415, ("unsupported_media_type",)),
        ]
        own = [(True, status, codes) for status, codes in self.problems.items()]
        for holds, status, codes in [*own, *implied]:
            if holds:
                known = found.setdefault(status, [])
                known += [code for code in codes if code not in known]
        return dict(sorted(found.items()))


@dataclass(frozen=True, eq=False)
class Api:
    """A service's API: its routes, in the order they are shown, and what its variables are.

    It equals only itself, so that what is made of it can be kept.
    """

    title: str
    description: str
    routes: tuple[Route, ...]
    variables: Mapping[str, Variable]
    version: str = "1"
