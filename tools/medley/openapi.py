"""``medley openapi``: each service's routes, from the table in its ``api`` to ``openapi.json``."""

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medley.paths import SERVICES
from medley.rendered import chosen, render_or_check

if TYPE_CHECKING:
    from shared.openapi import Api

SOURCE = "api/openapi.py"
RENDERED = "openapi.json"

openapi_app = typer.Typer(no_args_is_help=True, help="Descriptions of the services' routes.")


@openapi_app.callback()
def openapi() -> None:
    """Descriptions of the services' routes."""
    # A callback makes `render` a subcommand even while it is the only one.


@openapi_app.command("render")
def render_command(
    service: Annotated[
        str | None, typer.Argument(help="A service's folder name; all of them without it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a committed file is stale.")
    ] = False,
) -> None:
    """Render the table of routes into openapi.json, which is committed."""
    slugs = chosen(service, services_with_descriptions(), "description of routes")
    render_or_check(sys.modules[__name__], "medley openapi render", slugs, check)


def services_with_descriptions() -> list[str]:
    """The slugs of the services that describe their routes, sorted."""
    found = SERVICES.glob(f"*/chalicelib/*/{SOURCE}")
    return sorted({path.relative_to(SERVICES).parts[0] for path in found})


def load_api(slug: str) -> "Api":
    """The table of a service's routes; nothing of its environment is read.

    Raises:
        FileNotFoundError: the service has none.
    """
    folder = SERVICES / slug
    package = slug.replace("-", "_")
    if not (folder / "chalicelib" / package / SOURCE).is_file():
        raise FileNotFoundError(f"{slug} has no {SOURCE}")
    # `chalicelib` has no __init__.py, so all services' packages can be below it in one process.
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
        importlib.invalidate_caches()
    module = importlib.import_module(f"chalicelib.{package}.api.openapi")
    api: Api = module.API
    return api


def is_current(slug: str) -> bool:
    """Whether the committed file is what the table renders."""
    from shared.openapi import render

    committed = SERVICES / slug / RENDERED
    return committed.is_file() and committed.read_text("utf-8") == render(load_api(slug))


def write(slug: str) -> Path:
    """Render a service's description into its folder, and return the file."""
    from shared.openapi import render

    target = SERVICES / slug / RENDERED
    target.write_text(render(load_api(slug)), "utf-8")
    return target
