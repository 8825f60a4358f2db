"""One service's routes: what ``chalice local`` does, configured from a workspace.

python -m medley.local.routes PROJECT WORKSPACE STAGE PORT
"""

import logging
import sys
from pathlib import Path

from chalice.cli import run_local_server

from medley.deploy.chalice_project import WorkspaceFactory
from medley.deploy.workspace import Workspace
from medley.local import lifeline
from medley.local.access_log import mask_tokens
from medley.local.ports import HOST


def main(project: str, workspace: str, stage: str, port: str) -> None:
    """Serve until the process is ended."""
    lifeline.hold_on()
    # As `chalice local` sets it up: the app's own loggers go where its prints go.
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    mask_tokens()
    factory = WorkspaceFactory(Path(project), Workspace(Path(workspace)))
    run_local_server(factory, HOST, int(port), stage)


if __name__ == "__main__":
    main(*sys.argv[1:5])
