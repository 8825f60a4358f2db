"""The functions and routes of one service: deployed in a process of their own, or removed."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from medley.deploy.aws.target import Target
from medley.deploy.errors import StackError
from medley.deploy.services import Service

LAST_LINES = 15


@dataclass(frozen=True)
class Deployed:
    """What Chalice has deployed. ``functions``: ARN by the handler's name."""

    changes: list[str]
    functions: dict[str, str]
    url: str | None


def record_path(service: Service, stage: str) -> Path:
    """Where Chalice keeps what it has deployed."""
    return service.folder / ".chalice" / "deployed" / f"{stage}.json"


def deploy_functions(service: Service, stage: str, target: Target) -> Deployed:
    """Deploy what ``.chalice/config.json`` configures for the stage.

    Raises:
        StackError: Chalice could not; with its last lines.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "medley.deploy.aws.chalice_step"),
                *(str(service.folder), stage, str(report)),
                "embedded" if target.embedded else "aws",
            ],
            env=target.child_environment(),
            cwd=service.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode or not report.exists():
            lines = done.stdout.strip().splitlines()[-LAST_LINES:]
            raise StackError(
                f"Chalice could not deploy {service.slug}. What it has made stays, and the next "
                "deployment goes on from there. Its last lines:\n" + "\n".join(lines)
            )
        document = json.loads(report.read_text())
    return described(document["resources"], document["changes"], embedded=target.embedded)


def described(
    resources: list[dict[str, Any]], changes: list[str], *, embedded: bool = False
) -> Deployed:
    """A record of Chalice's as functions and URL."""
    functions = {
        item["name"]: item["lambda_arn"]
        for item in resources
        if item["resource_type"] == "lambda_function"
    }
    urls = [item["rest_api_url"] for item in resources if item["resource_type"] == "rest_api"]
    return Deployed(changes, functions, urls[0] if urls and not embedded else None)


def remove_functions(service: Service, stage: str, target: Target) -> list[str]:
    """Remove what Chalice's record of the stage names, then the record; what was removed."""
    from chalice.config import Config
    from chalice.deploy.executor import Executor
    from chalice.deploy.models import Plan
    from chalice.deploy.sweeper import ResourceSweeper

    from medley.deploy.aws.chalice_step import make_client, quiet

    path = record_path(service, stage)
    if not path.exists():
        return []
    config = Config(
        chalice_stage=stage,
        user_provided_params={},
        config_from_disk={},
        default_params={"project_dir": str(service.folder)},
    )
    # Chalice's own way to remove: a plan that wants nothing, from which all that is there is swept.
    plan = Plan([], {})
    ResourceSweeper().execute(plan, config)
    client = make_client(embedded=target.embedded)
    Executor(client, quiet()).execute(plan)
    path.unlink()
    return client.changes
