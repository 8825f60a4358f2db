"""MiniStack as a child of ours: ``python -m medley.local.ministack WORKERS LOG_FOLDER``."""

import sys
from pathlib import Path

from ministack import app
from ministack.core import lambda_runtime

from medley.local import lifeline, shims


def main(workers: str, logs: str) -> None:
    """Serve until SIGTERM, or until the parent is gone."""
    lifeline.hold_on()
    shims.install(workers=int(workers), logs=Path(logs))
    try:
        app.main()
    finally:
        # Its workers would only notice between two calls.
        lambda_runtime.kill_workers(
            worker for pool in lambda_runtime._workers.values() for worker in pool
        )


if __name__ == "__main__":
    # MiniStack reads its own arguments from here.
    arguments, sys.argv = sys.argv[1:3], sys.argv[:1]
    main(*arguments)
