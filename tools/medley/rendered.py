"""Files that are rendered from Python, committed, and held to what renders them."""

from collections.abc import Iterable
from typing import Protocol

import typer


class Renderer(Protocol):
    """A module that renders one file of each service."""

    @property
    def RENDERED(self) -> str:  # noqa: N802 -- a constant of the module
        """The file, below the service's folder."""

    def write(self, slug: str, /) -> object:
        """Render the service's file."""

    def is_current(self, slug: str, /) -> bool:
        """Whether the committed file is what would be rendered."""


def render_or_check(renderer: Renderer, command: str, slugs: Iterable[str], check: bool) -> None:
    """Render each service's file; with ``check`` only look, and exit with 1 when one is stale."""
    stale = False
    for slug in slugs:
        place = f"services/{slug}/{renderer.RENDERED}"
        if not check:
            renderer.write(slug)
            typer.echo(f"{place} written")
        elif renderer.is_current(slug):
            typer.echo(f"{place} is current")
        else:
            stale = True
            typer.echo(f"{place} is stale: run `{command} {slug}`", err=True)
    if stale:
        raise typer.Exit(1)


def chosen(service: str | None, known: list[str], what: str) -> list[str]:
    """The service that was asked for, or all; exits with 2 when there is no such one."""
    if service is not None and service not in known:
        typer.echo(f"No {what} in {service!r}. Known: {', '.join(known)}.", err=True)
        raise typer.Exit(2)
    return [service] if service else known
