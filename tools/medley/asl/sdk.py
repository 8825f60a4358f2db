"""The Step Functions Data Science SDK, imported without its side effects.

Importing it sets the root logger to ERROR, prints two lines, warns on stderr, and, through
``sagemaker``, makes an AWS session that asks the EC2 metadata address for credentials. None of
that is the business of a program that renders a file, so it is undone here, and only here: no
other module imports ``stepfunctions``.
"""

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator

_NO_METADATA = "AWS_EC2_METADATA_DISABLED"


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Run the body without output, and put the root logger and the environment back after it."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    metadata = os.environ.get(_NO_METADATA)
    os.environ[_NO_METADATA] = "true"
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
        if metadata is None:
            del os.environ[_NO_METADATA]
        else:
            os.environ[_NO_METADATA] = metadata


with _quietly():
    from stepfunctions.inputs import Placeholder
    from stepfunctions.steps import (
        Catch,
        Chain,
        Choice,
        ChoiceRule,
        Fail,
        Graph,
        Map,
        Parallel,
        Pass,
        Retry,
        Succeed,
        Task,
        Wait,
    )
    from stepfunctions.steps.states import Block, State

__all__ = [
    "Block",
    "Catch",
    "Chain",
    "Choice",
    "ChoiceRule",
    "Fail",
    "Graph",
    "Map",
    "Parallel",
    "Pass",
    "Placeholder",
    "Retry",
    "State",
    "Succeed",
    "Task",
    "Wait",
]
