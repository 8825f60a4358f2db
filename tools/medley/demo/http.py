"""Answers of the services, as the demo takes them."""

from typing import Any

import httpx


class DemoError(Exception):
    """The demo cannot go on; the message is for a person."""


def checked(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of a good answer; a problem's own words otherwise."""
    if answer.status_code >= 400:
        raise DemoError(f"{answer.request.method} {answer.request.url}: {answer.text[:500]}")
    body: dict[str, Any] = answer.json()
    return body
