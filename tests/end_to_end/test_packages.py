"""The package and the layers as Lambda runs them: each handler is called, and reads a bib."""

import io
import json
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from PIL import Image, ImageDraw, ImageFont

from medley.deploy.services import Service
from medley.layers.archive import Archive
from medley.layers.build import build
from medley.layers.catalogue import find
from medley.layers.errors import OtherMachineError
from medley.local.environment import credentials
from medley.local.stack import LocalStack
from medley.package.budgets import broken_by_content, broken_by_size, layers_of
from medley.package.function import LockedPackager
from medley.package.sandbox import USER, Answer, Sandbox
from shared.jobs import Jobs, JobState
from shared.tables import DynamoTables
from tests.end_to_end.gateway_event import gateway_event
from tests.google_drive_server import google_drive

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        (platform.system(), platform.machine()) != ("Linux", "x86_64"),
        reason="the layers hold programs for Linux on x86_64",
    ),
]

SERVICE = Path(__file__).resolve().parents[2] / "services" / "event-images"
CONFIG = json.loads((SERVICE / ".chalice" / "config.json.in").read_text())
READERS = ("ocr", "ocr-models", "tesseract", "google")
HEAVY = {"numpy", "PIL", "onnxruntime", "pytesseract", "boto3"}
COLD_IMPORT_SECONDS = 1.5
INCOMING = "photos-for-the-package"
BIB = "4071"
GOOGLE_KEY = "google-key-for-the-package"
# Any other stage than `local`, where each route asks for a key.
DEPLOYED = {"STAGE": "dev", "API_KEYS_SECRET": "keys"}


@dataclass(frozen=True)
class Package:
    """The function's zip and the layers of the functions that read photos."""

    function: Archive
    layers: dict[str, Archive]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    out = tmp_path_factory.mktemp("packages")
    try:
        layers = {layer.name: build(layer, out).archive for layer in find(READERS)}
    except OtherMachineError as error:
        pytest.skip(str(error))
    return Package(LockedPackager(out).package(SERVICE), layers)


@pytest.fixture(scope="module")
def sandbox(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    root = tmp_path_factory.mktemp("sandbox") / "root"
    return Sandbox(root, package.function, list(package.layers.values()))


class Account:
    """The stack's tables and machine, buckets of the test's own, and the functions over them."""

    def __init__(self, stack: LocalStack, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.s3 = stack.client("s3")
        self.ssm = stack.client("ssm")
        self.tables = DynamoTables(stack.client("dynamodb"))
        models = "/opt" if sandbox.isolated else f"{sandbox.root}/opt"
        self.environment = {
            **stack.environment(SERVICE.name),
            **credentials(stack.settings),
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            # Not the stack's bucket, whose uploads the stack's own functions read.
            "INCOMING_BUCKET": INCOMING,
            "BIB_MODELS_DIR": f"{models}/models/ppocr",
        }
        self.requests_table = self.environment["EVENT_REQUESTS_TABLE"]
        self.media = self.environment["MEDIA_BUCKET"]
        self.s3.create_bucket(Bucket=INCOMING)

    def call(self, handler: str, event: Any, **environment: str) -> Answer:
        answer = self.sandbox.start(f"app.{handler}", event, self.environment | environment)
        assert answer.result is not None or handler == "process_upload_handler"
        assert answer.document["left_behind"] == []
        return answer

    def request(self, method: str, path: str, body: Any = None, **parameters: str) -> Any:
        """What a route answers through API Gateway; ``path`` is the route's, with its names."""
        event = gateway_event(method, path, body, **parameters)
        answer = self.call("app", event)
        assert answer.result["statusCode"] < 300, answer.log
        return json.loads(answer.result["body"])

    def new_event(self) -> str:
        return str(self.request("POST", "/events", {"name": "Package Run"})["eventId"])

    def upload(self, event_id: str, data: bytes) -> str:
        key = f"{event_id}/uploads/u1/Ziel + Lauf.jpg"
        self.s3.put_object(Bucket=INCOMING, Key=key, Body=data)
        return key

    def photos(self, event_id: str) -> Any:
        return self.request("GET", "/events/{eventId}/photos", eventId=event_id)["items"]


@pytest.fixture(scope="module")
def account(stack: LocalStack, sandbox: Sandbox) -> Account:
    return Account(stack, sandbox)


def photo_of(bib: str) -> bytes:
    """A bib on a shirt, plain enough for any engine."""
    image = Image.new("RGB", (1200, 900), (52, 96, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((380, 200, 820, 900), fill=(170, 30, 40))
    draw.rectangle((420, 380, 780, 620), fill="white", outline="black", width=6)
    font = ImageFont.load_default(140)
    draw.text((600, 500), bib, fill="black", font=font, anchor="mm", stroke_width=3)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=90)
    return data.getvalue()


def test_zips_and_what_they_unpack_to_keep_the_limits(package: Package) -> None:
    layers = list(package.layers.values())
    functions = {
        name: [package.layers[layer.name] for layer in used]
        for name, used in layers_of(Service(SERVICE)).items()
    }
    assert broken_by_size(package.function, functions | {"all layers": layers}) == []
    for archive in (package.function, *layers):
        assert broken_by_content(archive.path) == []


def test_a_package_is_the_same_bytes_each_time(package: Package, tmp_path: Path) -> None:
    again = LockedPackager(tmp_path).package(SERVICE)
    assert again.path.name == package.function.path.name
    assert again.path.read_bytes() == package.function.path.read_bytes()


@pytest.mark.parametrize("name", sorted(CONFIG["lambda_functions"]))
def test_a_cold_import_is_quick_and_brings_nothing_heavy(sandbox: Sandbox, name: str) -> None:
    handler = {"api_handler": "app.app"}.get(name, f"app.{name}")
    answers = [sandbox.start(handler, environment=DEPLOYED, call=False)]
    if answers[0].import_seconds > COLD_IMPORT_SECONDS:  # another process was in the way
        answers.append(sandbox.start(handler, environment=DEPLOYED, call=False))
    assert min(answer.import_seconds for answer in answers) <= COLD_IMPORT_SECONDS
    imported = {module.split(".")[0] for module in answers[0].document["modules"]}
    assert not HEAVY & imported


def test_the_place_is_like_lambdas(sandbox: Sandbox) -> None:
    answer = sandbox.start("os.getcwd", call=False)
    assert answer.document["home"] is None
    if sandbox.isolated:
        assert answer.document["user"] == USER
    beside = sandbox.start("rapidocr.RapidOCR", call=False).document
    assert beside["error"]["type"] == "ModuleNotFoundError"


def test_photos_of_google_drive_are_read_by_the_package_and_its_layers(account: Account) -> None:
    event_id = account.new_event()
    jobs = Jobs(account.tables, account.requests_table, lambda: datetime.now(UTC))
    with google_drive() as google:
        folder = google.drive()
        google.file("Ziel.jpg", folder, photo_of(BIB))
        account.ssm.put_parameter(
            Name=GOOGLE_KEY, Value=google.key(), Type="SecureString", Overwrite=True
        )
        asked = {"source": {"kind": "drive", "folderId": folder}, "force": False}
        jobs.create("by-drive", owner=event_id, kind="process-event-images", input=asked)
        ids = {"requestId": "by-drive", "eventId": event_id}
        drive = {"GDRIVE_API_ENDPOINT": google.endpoint, "GDRIVE_SA_SSM_PARAM": GOOGLE_KEY}
        items = account.call("list_images_handler", ids | asked, **drive).result["items"]
        document = account.s3.get_object(Bucket=items["bucket"], Key=items["key"])["Body"].read()
        (photo,) = json.loads(document)
        step = {**ids, "photo": photo}
        output = account.call("extract_bib_number_handler", step, **drive).result
    assert output == {"imageId": photo["imageId"], "state": "DONE", "bibs": [BIB]}


@pytest.mark.parametrize("engine", ["ppocr", "tesseract"])
def test_the_machines_steps_read_a_bib_and_store_it(account: Account, engine: str) -> None:
    event_id = account.new_event()
    account.upload(event_id, photo_of(BIB))
    jobs = Jobs(account.tables, account.requests_table, lambda: datetime.now(UTC))
    asked: dict[str, Any] = {"source": {"kind": "uploads"}, "force": False}
    request_id = f"by-{engine}"
    jobs.create(request_id, owner=event_id, kind="process-event-images", input=asked)
    ids = {"requestId": request_id, "eventId": event_id}

    listing = account.call("list_images_handler", ids | asked)
    items = listing.result["items"]
    document = account.s3.get_object(Bucket=items["bucket"], Key=items["key"])["Body"].read()
    (photo,) = json.loads(document)
    assert not (HEAVY - {"boto3"}) & set(listing.document["later_modules"])

    step = {**ids, "photo": photo}
    output = account.call("extract_bib_number_handler", step, BIB_ENGINE=engine).result
    assert output == {"imageId": photo["imageId"], "state": "DONE", "bibs": [BIB]}
    account.call("image_processing_completion_handler", ids)

    assert jobs.get(request_id).state is JobState.SUCCEEDED
    (stored,) = account.photos(event_id)
    assert stored["bibs"] == [BIB]
    assert stored["engine"] == engine
    assert (
        account.s3.list_objects_v2(Bucket=account.media, Prefix=f"{event_id}/photos/")["KeyCount"]
        == 2
    )


def test_an_upload_is_read_by_itself(account: Account) -> None:
    event_id = account.new_event()
    key = account.upload(event_id, photo_of(BIB))
    stored_as = {"key": quote_plus(key, safe="/"), "size": 1, "eTag": "e", "sequencer": "01"}
    record = {
        "eventName": "ObjectCreated:Post",
        "s3": {"bucket": {"name": INCOMING}, "object": stored_as},
    }
    message = {
        "messageId": "m1",
        "receiptHandle": "h",
        "body": json.dumps({"Records": [record]}),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    account.call("process_upload_handler", {"Records": [message]})
    assert [photo["bibs"] for photo in account.photos(event_id)] == [[BIB]]


def test_failures_are_recorded_without_any_layer(account: Account) -> None:
    event_id = account.new_event()
    account.upload(event_id, b"not a photo")
    jobs = Jobs(account.tables, account.requests_table, lambda: datetime.now(UTC))
    asked: dict[str, Any] = {"source": {"kind": "uploads"}, "force": False}
    jobs.create("r2", owner=event_id, kind="process-event-images", input=asked)
    ids = {"requestId": "r2", "eventId": event_id}
    items = account.call("list_images_handler", ids | asked).result["items"]
    document = account.s3.get_object(Bucket=items["bucket"], Key=items["key"])["Body"].read()
    (photo,) = json.loads(document)
    error = {"Error": "Runtime.ExitError", "Cause": "signal: killed"}
    for handler, step in (
        ("record_image_failure_handler", {**ids, "photo": photo, "error": error}),
        ("image_processing_failure_handler", {**ids, "error": error}),
    ):
        answer = account.call(handler, step)
        assert not (HEAVY - {"boto3"}) & set(answer.document["later_modules"])
    assert jobs.get("r2").state is JobState.FAILED
    assert [one["state"] for one in account.photos(event_id)] == ["FAILED"]
