"""``medley iam``: policies from Python to JSON, and their lint."""

from typing import Annotated

import typer

from medley.rendered import chosen, render_or_check

iam_app = typer.Typer(no_args_is_help=True, help="Policies of the functions, and their lint.")


@iam_app.command("render")
def render_command(
    service: Annotated[
        str | None, typer.Argument(help="A service's folder name; all of them without it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a committed file is stale.")
    ] = False,
) -> None:
    """Render policies.py into .chalice/policy.json.in, which is committed."""
    from medley.iam import render

    render_or_check(render, "medley iam render", _chosen(service), check)


@iam_app.command("lint")
def lint_command(
    service: Annotated[
        str | None, typer.Argument(help="A service's folder name; all of them without it.")
    ] = None,
) -> None:
    """Lint the functions' policies, and the roles in resources.yaml."""
    from medley.iam.lint import lint_service

    problems = [
        f"services/{slug}: {problem}" for slug in _chosen(service) for problem in lint_service(slug)
    ]
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _chosen(service: str | None) -> list[str]:
    from medley.iam.render import services_with_policies

    return chosen(service, services_with_policies(), "policies")
