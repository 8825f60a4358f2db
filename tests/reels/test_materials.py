"""Music and logos: taken on, checked when they arrive, used by reels."""

import io
import math
import struct
import wave
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from chalicelib.reels.domain.default_template import BUILT_IN
from shared.errors import PermanentError
from shared.storage import PresignedPost

GOOD = BUILT_IN["default"].model_dump(mode="json", by_alias=True)
MUSIC = {
    "kind": "music",
    "filename": "Böse Musik.mp3",
    "size": 100,
    "contentType": "audio/mpeg",
    "licence": "CC0, made for the test",
}


@pytest.fixture
def upload(world: Any, api: Any) -> Callable[..., str]:
    """Takes on a material, uploads it by its form, and lets the queue tell; the material's id."""

    def run(data: bytes, **changes: Any) -> str:
        made = api("POST", "/materials", MUSIC | changes)
        assert made.status_code == 201, made.body
        body = made.json_body
        form = PresignedPost(url=body["url"], fields=body["fields"], expires_at=body["expiresAt"])
        key = world.deps.storage.post(form, data).key
        world.uploaded(key)
        world.uploaded(key)
        found: str = body["material"]["materialId"]
        return found

    return run


def test_music_is_checked_when_it_arrives(api: Any, upload: Any) -> None:
    material = upload(b"30 0.5 1.0 1.5")

    found = api("GET", f"/materials/{material}").json_body

    assert (found["state"], found["seconds"], found["beats"]) == ("DONE", 30, 3)
    assert found["licence"] == MUSIC["licence"]
    assert [one["materialId"] for one in api("GET", "/materials").json_body["items"]] == [material]


def test_what_is_no_music_is_told_and_cannot_be_used(world: Any, api: Any, upload: Any) -> None:
    material = upload(b"this is no audio")
    template = GOOD | {"music": {"materialId": material}}

    assert api("GET", f"/materials/{material}").json_body["error"]["code"] == "not_audio"
    answer = api("POST", "/templates", {"templateId": "loud", "template": template})
    body = api.problem(answer, 422, "invalid_template")
    assert (body["errors"][0]["field"], body["errors"][0]["code"]) == (
        "music.materialId",
        "not_audio",
    )


def test_a_reel_of_a_template_whose_music_is_bad_has_a_clear_error(
    world: Any, api: Any, upload: Any
) -> None:
    material = api("POST", "/materials", MUSIC).json_body["material"]["materialId"]
    template = GOOD | {"music": {"materialId": material}}
    assert (
        api("POST", "/templates", {"templateId": "loud", "template": template}).status_code == 201
    )
    world.photo("7")

    world.run("r1", templateId="loud")
    assert world.rows()["7"]["error"]["code"] == "material_not_ready"

    world.deps.storage.put(
        "reels-incoming", f"materials/{material}/upload.mp3", b"noise", content_type="audio/mpeg"
    )
    world.uploaded(f"materials/{material}/upload.mp3")
    world.run("r2", templateId="loud")
    assert world.rows()["7"]["error"]["code"] == "not_audio"


def test_a_reel_has_the_music_and_the_logo_and_follows_their_changes(
    world: Any, api: Any, upload: Any
) -> None:
    music = upload(b"30 1.9 3.8 5.7")
    logo = upload(b"300x100 logo", kind="logo", contentType="image/png", licence=None)
    template = GOOD | {"music": {"materialId": music}, "logo": {"materialId": logo}}
    api("POST", "/templates", {"templateId": "loud", "template": template})
    world.photo("7", taken=60)
    world.photo("7", taken=900)

    world.run("r1", templateId="loud")
    world.run("r2", templateId="loud")

    (plan,) = world.renderer.plans
    assert world.renderer.files[0]["music"] == b"30 1.9 3.8 5.7"
    assert world.renderer.files[0]["logo"].startswith(b"png ")
    assert plan.audio
    assert plan.overlays
    key = f"materials/{music}/upload.mp3"
    world.deps.storage.put("reels-incoming", key, b"20 1.0", content_type="audio/mpeg")
    world.uploaded(key)
    world.run("r3", templateId="loud")
    assert len(world.renderer.plans) == 2


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"licence": None}, 400, "licence_missing"),
        ({"contentType": "image/png"}, 400, "bad_content_type"),
        ({"kind": "logo"}, 400, "bad_content_type"),
        ({"kind": "film"}, 400, "invalid_body"),
        ({"size": 0}, 400, "invalid_body"),
        ({"size": 10**9}, 413, "material_too_large"),
    ],
)
def test_what_cannot_be_taken_on_is_refused(api: Any, changes: Any, status: int, code: str) -> None:
    api.problem(api("POST", "/materials", MUSIC | changes), status, code)


def test_the_same_request_gives_the_same_material(api: Any) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (api("POST", "/materials", MUSIC, key).json_body for _ in range(2))

    assert first["material"]["materialId"] == again["material"]["materialId"]
    other = api("POST", "/materials", MUSIC | {"filename": "b.mp3"}, key)
    api.problem(other, 409, "idempotency_key_reused")
    api.problem(api("GET", "/materials/gone"), 404, "material_not_found")


def test_messages_about_anything_else_are_left_alone(world: Any) -> None:
    for key in ("x.mp3", f"materials/{'ab' * 10}/upload.mp3", f"materials/{'ab' * 10}/other"):
        assert world.uploaded(key).materials == []
    assert world.uploaded("x.mp3", bucket="elsewhere").materials == []


def test_a_file_that_kills_its_workers_is_recorded_at_last(world: Any, api: Any) -> None:
    material = api("POST", "/materials", MUSIC).json_body["material"]["materialId"]
    key = f"materials/{material}/upload.mp3"
    world.deps.storage.put("reels-incoming", key, b"30", content_type="audio/mpeg")

    world.uploaded(key, attempt=6)

    found = api("GET", f"/materials/{material}").json_body
    assert (found["state"], found["error"]["code"]) == ("FAILED", "attempts_exhausted")


# --- the real tools ------------------------------------------------------------------------------


def tone(seconds: float) -> bytes:
    """A WAV of clicks, two a second."""
    rate = 8000
    frames = bytearray()
    for n in range(int(seconds * rate)):
        loud = (n % (rate // 2)) < 200
        frames += struct.pack("<h", int(20000 * math.sin(n / 3)) if loud else 0)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(frames))
    return out.getvalue()


@pytest.mark.end_to_end
def test_real_music_has_a_length_and_beats() -> None:
    from chalicelib.reels.adapters.sounds import FfmpegSounds

    found = FfmpegSounds(shortest=1, longest=60).examine(tone(8))

    assert found.seconds == pytest.approx(8, abs=0.1)
    assert 10 <= len(found.beats) <= 20


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "audio_empty"),
        (b"this is no audio at all", "not_audio"),
        (tone(0), None),
        (tone(0.3), "audio_too_short"),
        (tone(12), "audio_too_long"),
    ],
    ids=["empty", "text", "no samples", "short", "long"],
)
def test_a_file_that_cannot_be_music_is_told(data: bytes, code: str | None) -> None:
    from chalicelib.reels.adapters.sounds import FfmpegSounds

    with pytest.raises(PermanentError) as raised:
        FfmpegSounds(shortest=1, longest=10).examine(data)
    assert raised.value.code == code or (code is None and raised.value.code)


def test_a_logo_keeps_what_is_transparent_and_loses_its_metadata() -> None:
    from chalicelib.reels.adapters.pictures import PillowPictures

    data = io.BytesIO()
    Image.new("RGBA", (3000, 1000), (255, 0, 0, 40)).save(data, "PNG", comment="secret")
    pictures = PillowPictures(max_bytes=10**7, max_pixels=10**8, max_side=10**5)

    made, size = pictures.logo(data.getvalue())

    assert (size.width, size.height) == (1200, 400)
    with Image.open(io.BytesIO(made)) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((5, 5)) == (255, 0, 0, 40)
    assert b"secret" not in made
    with pytest.raises(PermanentError, match="not_an_image"):
        pictures.logo(b"x" * 100)
    sliver = io.BytesIO()
    Image.new("RGB", (2000, 100)).save(sliver, "PNG")
    with pytest.raises(PermanentError, match="bad_shape"):
        pictures.measure(sliver.getvalue())
