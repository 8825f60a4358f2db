"""What tests of photos nearby lay out: photos of one camera at given seconds, and the setting."""

import io
from typing import Any

from PIL import Image

from chalicelib.event_images.models import BibAlternative, BibReading
from chalicelib.event_images.models.chores import SupportNearby
from shared.tables import Item
from tests.event_images_people import queue_of, work
from tests.event_images_review import BOX, EVENT, RUN

NEARBY = {"nearbyEvidence": True}


def shoot(
    world: Any,
    name: str,
    second: int,
    *readings: tuple[Any, ...],
    camera: str | None = "R5",
    bucket: str = "races",
) -> str:
    """A photo with (bib, confidence, alternatives...) in it, taken at a second; its id."""
    world.serial += 1
    size = (60 + world.serial, 40)
    world.reader.readings[size] = [
        BibReading(
            bib=bib,
            confidence=sure,
            box=BOX,
            alternatives=tuple(BibAlternative(bib=other, confidence=0.3) for other in others),
        )
        for bib, sure, *others in readings
    ]
    exif = Image.Exif()
    if camera is not None:
        exif[0x0110] = camera
    exif.get_ifd(0x8769)[0x9003] = f"2026:05:01 09:{second // 60:02}:{second % 60:02}"
    data = io.BytesIO()
    Image.new("RGB", size, (90, 90, world.serial % 256)).save(data, "JPEG", exif=exif)
    image_id: str = world.put(name, data.getvalue(), bucket)
    return image_id


def switch(api: Any, world: Any, on: bool) -> None:
    answer = api("PATCH", RUN, {"nearbyEvidence": on})
    assert answer.status_code == 200, answer.json_body
    assert answer.json_body["nearbyEvidence"] is on
    work(world)
    world.check()


def again(world: Any) -> None:
    queue_of(world).send(world.deps.settings.chores_queue_url, SupportNearby(event_id=EVENT))
    work(world)
    world.check()


def plain(row: Item) -> Item:
    """A photo's row but for how often it was written."""
    return {name: value for name, value in row.items() if name != "version"}


def audit(api: Any, image_id: str) -> list[Item]:
    found: list[Item] = api("GET", f"{RUN}/photos/{image_id}/audit").json_body["items"]
    return found


def pair(world: Any, sure: float = 0.3) -> tuple[str, str]:
    """A doubtful 42 and, two seconds later, one that is certain; their ids, read."""
    doubtful = shoot(world, "doubtful.jpg", 10, ("42", sure), ("7", 0.9))
    certain = shoot(world, "certain.jpg", 12, ("42", 0.95))
    world.run()
    return doubtful, certain
