"""What the demo of media-processing is made of: drawn rooms, and a receiver of callbacks."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import httpx
from PIL import Image

from medley.demo.media_processing import describe
from medley.demo.receiver import Receiver, standard_webhook
from medley.demo_listings import SIZE, draw_listing

SECRET = base64.b64encode(b"a key for the tests only").decode()
BODY = json.dumps({"status": "SUCCEEDED"}).encode()


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    message = b"msg_1.1700000000." + body
    digest = hmac.new(base64.b64decode(secret), message, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return dict(zip(names, ("msg_1", "1700000000", signature), strict=True))


def test_the_same_seed_draws_the_same_home(tmp_path: Path) -> None:
    once = draw_listing(tmp_path / "a", count=1)
    again = draw_listing(tmp_path / "b", count=1)
    other = draw_listing(tmp_path / "c", count=1, seed=8)
    assert [one.name for one in once] == ["Front.jpg"]
    assert [one.read_bytes() for one in once] == [one.read_bytes() for one in again]
    assert [one.read_bytes() for one in once] != [one.read_bytes() for one in other]
    for path in once:
        with Image.open(path) as image:
            assert image.size == SIZE
            # Neither flat nor noise.
            assert 20 < len(set(image.resize((32, 32)).quantize(64).tobytes())) <= 64


def test_a_file_is_described_by_what_it_is(tmp_path: Path) -> None:
    kinds = {}
    for name in ("Front.jpg", "Floor plan.png", "Tour.mp4"):
        (tmp_path / name).write_bytes(b"12345")
        told = describe(tmp_path / name)
        kinds[name] = (told["mediaType"], told["contentType"], told["size"])
    assert kinds == {
        "Front.jpg": ("photo", "image/jpeg", 5),
        "Floor plan.png": ("floorplan", "image/png", 5),
        "Tour.mp4": ("video", "video/mp4", 5),
    }


def test_the_receiver_takes_only_what_is_signed_as_it_must_be() -> None:
    with Receiver(standard_webhook(f"whsec_{SECRET}"), [(503, {"Retry-After": "1"})]) as receiver:
        busy = httpx.post(receiver.url, content=BODY, headers=signed())
        good = httpx.post(receiver.url, content=BODY, headers=signed())
        forged = httpx.post(receiver.url, content=BODY + b" ", headers=signed())
        bare = httpx.post(receiver.url, content=BODY)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
    assert [answer.status_code for answer in (good, forged, bare)] == [204, 401, 401]
    assert [bool(one.refused) for one in receiver.received] == [False, False, True, True]
