"""The package and the layers of media-processing as Lambda runs them: each handler starts, sizes
are made of what listings bring, and words are found in an image."""

import io
import json
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pillow_heif
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
from medley.package.sandbox import Answer, Sandbox
from tests.end_to_end.gateway_event import gateway_event
from tests.end_to_end.media_flow import LISTING, SERVICE, Json, Listings, picture

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.skipif(
        (platform.system(), platform.machine()) != ("Linux", "x86_64"),
        reason="the layers hold programs for Linux on x86_64",
    ),
]

FOLDER = Path(__file__).resolve().parents[2] / "services" / SERVICE
CONFIG = json.loads((FOLDER / ".chalice" / "config.json.in").read_text())
HEAVY = {"numpy", "PIL", "onnxruntime", "pyvips", "pillow_heif", "simplejpeg", "boto3", "cv2"}
COLD_IMPORT_SECONDS = 1.5
# Any other stage than `local`, where each route asks for a key.
DEPLOYED = {"STAGE": "dev", "API_KEYS_SECRET": "keys"}


class Package(NamedTuple):
    """The function's zip, and the layers that each function has."""

    function: Archive
    layers: dict[str, list[Archive]]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    out = tmp_path_factory.mktemp("packages")
    used = {name: [one.name for one in has] for name, has in layers_of(Service(FOLDER)).items()}
    try:
        names = sorted({name for has in used.values() for name in has})
        built = {layer.name: build(layer, out).archive for layer in find(names)}
    except OtherMachineError as error:
        pytest.skip(str(error))
    layers = {name: [built[one] for one in has] for name, has in used.items()}
    return Package(LockedPackager(out).package(FOLDER), layers)


class Functions:
    """The functions over the stack, each in a place with its own layers and no others."""

    def __init__(self, package: Package, root: Path, stack: LocalStack) -> None:
        self.package = package
        self.root = root
        self.stack = stack
        self.places: dict[str, Sandbox] = {}

    def place(self, name: str) -> Sandbox:
        layers = self.package.layers.get(name, [])
        key = "-".join(layer.path.stem for layer in layers) or "none"
        if key not in self.places:
            self.places[key] = Sandbox(self.root / key, self.package.function, layers)
        return self.places[key]

    def call(self, name: str, event: Any, **more: str) -> Answer:
        environment = {
            **self.stack.environment(SERVICE),
            **credentials(self.stack.settings),
            "AWS_ENDPOINT_URL": self.stack.endpoint_url,
            **more,
        }
        answer = self.place(name).start(handler_of(name), event, environment)
        assert answer.result is not None or name == "process_image_handler"
        assert answer.document["left_behind"] == []
        return answer


def handler_of(name: str) -> str:
    return "app.app" if name == "api_handler" else f"app.{name}"


@pytest.fixture(scope="module")
def functions(
    package: Package, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory
) -> Functions:
    return Functions(package, tmp_path_factory.mktemp("sandboxes"), stack)


@pytest.fixture
def api(stack: LocalStack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.urls[SERVICE].rstrip("/"), timeout=60) as client:
        yield client


def test_zips_and_what_they_unpack_to_keep_the_limits(package: Package) -> None:
    assert broken_by_size(package.function, package.layers) == []
    archives = {one.path: one for has in package.layers.values() for one in has}
    for path in (package.function.path, *archives):
        assert broken_by_content(path) == []


@pytest.mark.parametrize("name", sorted(CONFIG["lambda_functions"]))
def test_a_cold_import_is_quick_and_brings_nothing_heavy(functions: Functions, name: str) -> None:
    place, handler = functions.place(name), handler_of(name)
    answers = [place.start(handler, environment=DEPLOYED, call=False)]
    if answers[0].import_seconds > COLD_IMPORT_SECONDS:  # another process was in the way
        answers.append(place.start(handler, environment=DEPLOYED, call=False))
    assert min(answer.import_seconds for answer in answers) <= COLD_IMPORT_SECONDS
    imported = {module.split(".")[0] for module in answers[0].document["modules"]}
    assert not HEAVY & imported


def heic() -> bytes:
    data = io.BytesIO()
    pillow_heif.from_pillow(Image.open(io.BytesIO(picture()))).save(data)
    return data.getvalue()


def test_sizes_are_made_of_photos_and_films(
    functions: Functions, api: httpx.Client, tmp_path: Path
) -> None:
    listings = Listings(functions.stack, api, tmp_path)
    files = {"jpg": picture(), "avif": picture("AVIF"), "heic": heic(), "mp4": listings.film}
    items: list[Json] = []
    for ending, data in files.items():
        listings.put("IncomingBucket", f"{LISTING}/raw/photo/of-{ending}.{ending}", data)
        items.append({"mediaType": "photo", "uuid": f"of-{ending}", "ext": ending})
    listings.start("packaged", items)
    # The machine's functions have this machine's packages; now again, with the layers'.
    known = listings.ended("packaged")["items"]
    assert [one["state"] for one in known] == ["DONE"] * 4, known
    run = listings.new_run("packaged-again", "packaged")
    for ending, item in zip(files, known, strict=True):
        for output in item["outputs"]:
            listings.remove("MediaBucket", output["key"])
        listings.make_valid("packaged", item["itemId"])
        step = {**run, "item": {"itemId": item["itemId"], "version": 1}}
        answer = functions.call("make_thumbnails_handler", step)
        assert answer.result["state"] == "DONE", ending
        if ending == "jpg":  # it is decoded by the quick way
            assert "simplejpeg" in answer.document["later_modules"]
    for item in listings.json("GET", f"{listings.base}/batches/packaged")["items"]:
        for output, side in zip(item["outputs"], (80, 160), strict=True):
            made = Image.open(io.BytesIO(httpx.get(output["url"]).content))
            assert (made.format, max(made.size)) == ("JPEG", side)


def test_words_are_found_in_an_image_without_rekognition(functions: Functions) -> None:
    queue = functions.stack.client("sqs").create_queue(QueueName="images-for-the-package")
    # Not the stack's queue, whose images the stack's own functions look at.
    environment = {"SQS_QUEUE_URL": queue["QueueUrl"], "DETECTOR": "text"}
    bucket, key = functions.stack.outputs(SERVICE)["IncomingBucket"], "uploads/2026/05/01/sale.jpg"
    functions.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=sign("FOR SALE"))
    body = {"imageUrls": [f"s3://{bucket}/{key}"]}
    accepted = request(functions, "POST", "/process", body, environment)
    (message,) = functions.stack.client("sqs").receive_message(QueueUrl=queue["QueueUrl"])[
        "Messages"
    ]
    place = functions.place("process_image_handler")
    models = "/opt" if place.isolated else f"{place.root}/opt"
    received = {"ApproximateReceiveCount": "1", "SentTimestamp": "0"}
    record = {"messageId": "m1", "body": message["Body"], "attributes": received}
    functions.call(
        "process_image_handler",
        {"Records": [record]},
        **environment,
        DETECTOR_MODELS_DIR=f"{models}/models/ppocr",
    )
    job = request(functions, "GET", "/jobs/{jobId}", None, environment, jobId=accepted["jobId"])
    assert job["status"] == "COMPLETED", job
    assert {one["label"] for one in job["detections"][0]["detections"]} == {"text"}


def sign(words: str) -> bytes:
    image = Image.new("RGB", (640, 240), (240, 240, 235))
    ImageDraw.Draw(image).text((60, 60), words, (20, 20, 60), ImageFont.load_default(96))
    data = io.BytesIO()
    image.save(data, "JPEG")
    return data.getvalue()


def request(
    functions: Functions,
    method: str,
    path: str,
    body: Any,
    environment: dict[str, str],
    **parameters: str,
) -> Any:
    """What a route answers through API Gateway; ``path`` is the route's, with its names."""
    event = gateway_event(method, path, body, **parameters)
    answer = functions.call("api_handler", event, **environment)
    assert answer.result["statusCode"] < 300, answer.log
    return json.loads(answer.result["body"])
