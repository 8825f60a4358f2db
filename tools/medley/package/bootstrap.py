"""Stands in for the runtime: imports a handler, calls it once, answers through a file descriptor.

    python bootstrap.py DESCRIPTOR MODULE.HANDLER [call] < event.json

It runs in a sandbox with nothing but the standard library and the package under test.
"""

import importlib
import json
import os
import resource
import sys
import traceback
from typing import Any


class Context:
    """What a handler is told of its call."""

    aws_request_id = "00000000-0000-0000-0000-000000000001"
    log_group_name = "sandbox"
    log_stream_name = "sandbox"
    identity = None
    client_context = None

    def __init__(self) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        region = os.environ["AWS_REGION"]
        self.invoked_function_arn = (
            f"arn:aws:lambda:{region}:000000000000:function:{self.function_name}"
        )

    def get_remaining_time_in_millis(self) -> int:
        """As at the start of a call."""
        return 29_000


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(descriptor: int, handler: str, event: Any, *, call: bool) -> None:
    """Write the answer as JSON: what came, or what was raised, and what it took."""
    answer: dict[str, Any] = {"user": os.getuid(), "home": os.environ.get("HOME")}
    try:
        module, _, name = handler.rpartition(".")
        began = _cpu()
        function = getattr(importlib.import_module(module), name)
        answer["import_seconds"] = _cpu() - began
        answer["modules"] = sorted(sys.modules)
        if call:
            began = _cpu()
            answer["result"] = function(event, Context())
            answer["call_seconds"] = _cpu() - began
            answer["later_modules"] = sorted(set(sys.modules) - set(answer["modules"]))
    except BaseException as error:
        answer["error"] = {"type": type(error).__name__, "trace": traceback.format_exc()}
    temporary = os.environ["TMPDIR"]
    answer["left_behind"] = sorted(os.listdir(temporary))  # noqa: PTH208 -- pathlib costs imports
    with open(descriptor, "w") as out:
        json.dump(answer, out, default=str)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], json.load(sys.stdin), call="call" in sys.argv[3:])
