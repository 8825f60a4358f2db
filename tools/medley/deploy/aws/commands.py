"""The commands `medley deploy`, `medley destroy` and `medley package-template`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from medley.deploy.services import Service

ServiceName = Annotated[str, typer.Argument(help="A service's name.")]
StageName = Annotated[str, typer.Option(help="The stage, such as dev or prod.")]
Yes = Annotated[bool, typer.Option("--yes", help="Apply without asking.")]
console = Console()


def deploy(
    service: ServiceName,
    stage: StageName,
    yes: Yes = False,
    allow_replacement: Annotated[
        bool,
        typer.Option(
            "--allow-replacement",
            help="Also when tables, buckets or secrets are replaced or removed, content and all.",
        ),
    ] = False,
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A parameter of resources.yaml; kept afterwards."),
    ] = None,
) -> None:
    """Deploy a service to AWS: show what changes, apply it, check it. A second run changes nothing.

    Credentials and region come from the environment, as for the AWS CLI.
    """
    from medley.deploy.aws.deploy import Options, check_stage, report
    from medley.deploy.aws.deploy import deploy as run
    from medley.deploy.aws.target import find_target

    check_stage(stage)
    found = _service(service)
    options = Options(
        confirm=_confirm(yes),
        allow_replacement=allow_replacement,
        parameters=parse_parameters(parameter or []),
    )
    report(run(found, stage, find_target(), console, options), console)


def destroy(
    service: ServiceName,
    stage: StageName,
    yes: Yes = False,
    delete_content: Annotated[
        bool,
        typer.Option("--delete-content", help="Also when buckets hold something; it is deleted."),
    ] = False,
) -> None:
    """Remove a service's stage from AWS: functions, routes, tables, buckets, logs."""
    from medley.deploy.aws.deploy import check_stage
    from medley.deploy.aws.destroy import destroy as run
    from medley.deploy.aws.target import find_target

    check_stage(stage)
    found = _service(service)
    run(found, stage, find_target(), console, _confirm(yes), delete_content=delete_content)


def package_template(
    service: ServiceName,
    stage: StageName,
    out: Annotated[Path, typer.Option(help="The folder for the template and its zips.")],
) -> None:
    """Write one CloudFormation template of a service, for a pipeline without medley."""
    from medley.deploy.aws.deploy import check_stage
    from medley.deploy.aws.one_template import write_template
    from medley.package.function import LockedPackager
    from medley.paths import shown

    check_stage(stage)
    found = _service(service)
    with console.status("packages and layers"):
        path = write_template(found, stage, out, LockedPackager().package(found.folder))
    console.print(f"{shown(path)} written. To deploy it, with a bucket of yours:", highlight=False)
    packed = f"{shown(out)}/packaged.json"
    name = found.stack_name(stage)
    console.print(
        f"  aws cloudformation package --template-file {shown(path)} --s3-bucket BUCKET"
        f" --use-json --output-template-file {packed}\n"
        f"  aws cloudformation deploy --template-file {packed} --s3-bucket BUCKET"
        f" --stack-name {name} --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND",
        highlight=False,
        soft_wrap=True,
    )


def parse_parameters(given: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` by name.

    Raises:
        typer.BadParameter: one has no ``=``.
    """
    for one in given:
        if "=" not in one:
            raise typer.BadParameter(f"{one!r} is not NAME=VALUE")
    return dict(one.split("=", 1) for one in given)


def _service(name: str) -> "Service":
    from medley.deploy.services import find_services, select
    from medley.paths import SERVICES

    return select(find_services(SERVICES), [name])[0]


def _confirm(yes: bool) -> "Confirmation":
    return Confirmation(yes)


class Confirmation:
    """Asks the person at the terminal, or nobody with --yes."""

    def __init__(self, yes: bool) -> None:
        self._yes = yes

    def __call__(self, question: str) -> bool:
        return self._yes or typer.confirm(question)
