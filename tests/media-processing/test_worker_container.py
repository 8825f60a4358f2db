"""The worker's image and its stack, read by their rules: there is no Docker here to build them."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from medley.deploy.template import load_template
from medley.iam import render

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "services" / "media-processing"
DOCKERFILE = SERVICE / "Dockerfile.worker"
FARGATE = SERVICE / "fargate.yaml"


def pins(path: Path) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    return dict(line.split("==", 1) for line in lines if line)


REQUIREMENTS = pins(SERVICE / "requirements-worker.txt")

# Everything that the worker loads for an image, and which distribution each module is of.
LOADS = """
import json, sys
from importlib.metadata import packages_distributions
import chalicelib.media_processing.worker
from chalicelib.media_processing import bootstrap, steps
from chalicelib.media_processing.adapters.detectors import (
    opencv, rekognition, text_regions, yolo,
)
from PIL import Image
text_regions.TextRegionDetector().detect(Image.new("RGB", (64, 64)))
bootstrap.clients().sqs, bootstrap.clients().dynamodb
known = packages_distributions()
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted({one.lower() for top in tops for one in known.get(top, ())})))
"""


def test_the_requirements_are_those_of_the_functions_and_the_lock() -> None:
    locked = {
        one["name"]: one.get("version")
        for one in tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    }
    wanted = pins(SERVICE / "requirements.txt")
    assert wanted.items() <= REQUIREMENTS.items()
    others = REQUIREMENTS.items() - {("opencv-python-headless", _opencv())}
    assert {name: locked.get(name) for name, _ in others} == dict(others)
    # OpenCV 5 has dropped the detectors that are wanted of it.
    assert _opencv().startswith("4.")


def _opencv() -> str:
    return REQUIREMENTS["opencv-python-headless"]


def test_nothing_is_loaded_that_is_not_required() -> None:
    environment = {
        "SQS_QUEUE_URL": "q", "IMAGES_DEAD_LETTERS_URL": "d", "JOBS_TABLE_NAME": "j",
        "MEDIA_TABLE": "m", "S3_BUCKET": "i", "MEDIA_BUCKET": "o", "STATE_MACHINE_ARN": "s",
    }  # fmt: skip
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOADS],
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": os.pathsep.join([str(SERVICE), str(ROOT)]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    loaded = {name.replace("_", "-") for name in json.loads(found.stdout.splitlines()[-1])}
    # Medley's own tree, what Python loads at its start, and what botocore takes if it is there.
    others = {"medley", "setuptools", "certifi"}
    assert loaded - others <= set(REQUIREMENTS), loaded - set(REQUIREMENTS)


def test_the_image_runs_the_worker_as_nobody_and_lets_signals_through() -> None:
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    instructions = [line.split(None, 1) for line in lines if line.strip()]
    name, rest = instructions[-1]
    assert name == "ENTRYPOINT"
    assert json.loads(rest) == ["python", "-m", "chalicelib.media_processing.worker"]
    assert ["USER", "worker"] in instructions
    assert "never run" in DOCKERFILE.read_text()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE.read_text(), re.MULTILINE)
    assert copied
    assert all((ROOT / one).exists() for one in copied)
    assert "--no-deps" in DOCKERFILE.read_text()


def test_the_stack_passes_cfn_lint() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run(  # noqa: S603
        [lint, FARGATE], capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout


def test_the_task_is_told_every_setting_that_has_no_default() -> None:
    from chalicelib.media_processing.settings import Settings

    (container,) = _resource("Task")["ContainerDefinitions"]
    told = {entry["Name"] for entry in container["Environment"] if "Name" in entry}
    needed = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert needed <= told
    assert container["StopTimeout"] == 120


def test_the_task_may_do_what_the_function_may() -> None:
    policies = render.documents(render.load_policies("media-processing"))["process_image_handler"]
    # Lambda's own, and what it does for the function.
    others = {"logs:", "xray:", "sqs:GetQueueAttributes"}
    wanted = {
        action
        for statement in policies["Statement"]
        for action in statement["Action"]
        if not any(action.startswith(other) for other in others)
    }
    (policy,) = _resource("TaskRole")["Policies"]
    given = set[str]()
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"]
        given |= {actions} if isinstance(actions, str) else set(actions)
    assert given == wanted | {"sqs:ChangeMessageVisibility"}


def _resource(name: str) -> dict[str, Any]:
    template: Any = load_template(FARGATE)
    return dict(template["Resources"][name]["Properties"])
