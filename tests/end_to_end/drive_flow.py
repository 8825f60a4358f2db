"""The ways through event-images that need Google Drive, or an execution that was stopped."""

import json
from pathlib import Path
from typing import Any

from medley.google_account import read_key, store
from tests.end_to_end.event_images_flow import ENDED, SERVICE, Flow, wait
from tests.end_to_end.stopped_executions import event_of
from tests.google_drive_server import GoogleDrive

PARAMETER = "google-service-account"


def upload_key(stack: Any, google: GoogleDrive, folder: Path) -> None:
    """What `medley upload-service-account` does, on a running stack."""
    path = folder / "key.json"
    path.write_text(google.key())
    assert store(stack.client("ssm"), PARAMETER, read_key(path), overwrite=True)


def through_drive(flow: Flow, google: GoogleDrive, photo: bytes, folder: Path) -> None:
    """A photo of Google Drive, from its folder to its outcome."""
    upload_key(flow.stack, google, folder)
    shared = google.drive()
    google.file("drive.jpg", shared, photo)
    body = {"source": {"kind": "drive", "folderId": shared}}
    started = flow.api.post(f"/events/{flow.event_id}/process", json=body).json()
    path = f"/events/{flow.event_id}/requests/{started['requestId']}"
    wait(lambda: flow.api.get(path).json()["state"] in ENDED)
    assert flow.api.get(path).json()["counts"]["done"] == 1


def through_a_stop(flow: Flow) -> None:
    """An execution that was stopped ends its request; telling it twice changes nothing."""
    name = str(flow.job("stopped", [])["requestId"])
    function = flow.stack.function_name(SERVICE, "execution_stopped_handler")
    for _ in range(2):
        answer = flow.stack.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event_of(name)).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
    path = f"/events/{flow.event_id}/requests/{name}"
    assert flow.api.get(path).json()["error"]["code"] == "stopped"
