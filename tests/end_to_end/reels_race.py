"""A race as event-images would leave it, written by its contract, without reading one photo."""

import io
from datetime import datetime, timedelta

from PIL import Image, ImageDraw

from medley.local.stack import LocalStack
from shared.contracts import (
    BibTag,
    event_key,
    opt_out_key,
    opt_out_secret_key,
    photo_key,
    runner_key,
    start_list_key,
    web_picture_key,
)
from shared.tables import Delete, DynamoTables, Put

EVENT_IMAGES = "event-images"
SIZE = (800, 1200)
GUN = datetime(2026, 5, 17, 9, 0)  # noqa: DTZ001 -- a camera's clock has no zone


class Race:
    """An event with photos, tags and runners, in the tables of event-images.

    Args:
        stack: Where event-images is.
        event_id: The event.
    """

    def __init__(self, stack: LocalStack, event_id: str) -> None:
        self.event_id = event_id
        self.outputs = stack.outputs(EVENT_IMAGES)
        tables = DynamoTables(stack.client("dynamodb"))
        self.images = tables.table(self.outputs["ImagesTable"])
        self.s3 = stack.client("s3")
        self.serial = 0
        pk, sk = event_key(event_id)
        row = {"eventId": event_id, "name": "Sixty Run", "date": "2026-05-17", "origin": "test"}
        at = {"gsi1pk": "EVENTS", "gsi1sk": f"2026-05-17T00:00:00+00:00#{event_id}"}
        counts = {"pending": 0, "done": 0, "failed": 0, "createdAt": "2026-05-17T00:00:00+00:00"}
        self.requests = tables.table(self.outputs["RequestsTable"])
        self.requests.write(Put({"pk": pk, "sk": sk, **row, **at, **counts}))

    def photo(self, bib: str, *, data: bytes | None = None) -> str:
        """A photo that shows a bib; its image id."""
        self.serial += 1
        image_id = f"{self.serial:020x}"
        width, height = SIZE
        taken = GUN + timedelta(minutes=self.serial)
        pk, sk = photo_key(self.event_id, image_id)
        row = {
            "pk": pk,
            "sk": sk,
            "gsi1pk": f"EVENT#{self.event_id}#DONE",
            "gsi1sk": image_id,
            "eventId": self.event_id,
            "imageId": image_id,
            "state": "DONE",
            "version": 2,
            "bucket": "races",
            "key": f"{image_id}.jpg",
            "filename": f"{image_id}.jpg",
            "size": 1,
            "etag": f"etag-{image_id}",
            "lastModified": "2026-05-17T12:00:00+00:00",
            "createdAt": "2026-05-17T12:00:00+00:00",
            "width": width,
            "height": height,
            "takenAt": taken.isoformat(),
            "readings": [],
        }
        self.images.write(Put(row))
        box = (width * 0.4, height * 0.45, width * 0.6, height * 0.55)
        tag = BibTag(
            event_id=self.event_id,
            bib=bib,
            image_id=image_id,
            confidence=0.95,
            box=box,
            taken_at=taken,
        )
        self.images.write(Put(tag.row()))
        self.picture(image_id, picture(bib) if data is None else data)
        return image_id

    def picture(self, image_id: str, data: bytes) -> None:
        """The picture of a photo."""
        key = web_picture_key(self.event_id, image_id)
        self.s3.put_object(
            Bucket=self.outputs["MediaBucket"], Key=key, Body=data, ContentType="image/jpeg"
        )

    def runner(self, bib: str, name: str) -> None:
        """A runner on the start list."""
        version = "00000001-ab"
        pk, sk = start_list_key(self.event_id)
        self.images.write(Put({"pk": pk, "sk": sk, "version": version}))
        pk, sk = runner_key(self.event_id, version, bib)
        told = {"bib": bib, "name": name, "finishTime": "1:42:07", "category": "W30"}
        self.images.write(Put({"pk": pk, "sk": sk, "eventId": self.event_id, **told}))

    def opt_out(self, bib: str) -> None:
        """What event-images writes when a runner opts out."""
        secret = "cd" * 32
        pk, sk = opt_out_secret_key(self.event_id)
        self.images.write(Put({"pk": pk, "sk": sk, "secret": secret}))
        pk, sk = opt_out_key(self.event_id, secret, bib)
        self.images.write(Put({"pk": pk, "sk": sk, "at": "2026-05-18T00:00:00+00:00"}))

    def remove(self) -> None:
        """What event-images does first when the event is removed."""
        self.requests.write(Delete(event_key(self.event_id)))


def picture(bib: str) -> bytes:
    """A JPEG of a road and a bib."""
    image = Image.new("RGB", SIZE, (90, 120, 140))
    draw = ImageDraw.Draw(image)
    for line in range(0, SIZE[1], 40):
        draw.line((0, line, SIZE[0], line + int(bib) % 90), fill=(70, 90, 60), width=9)
    draw.rectangle((320, 540, 480, 660), fill="white")
    draw.text((400, 600), bib, fill="black", anchor="mm", font_size=60)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=88)
    return data.getvalue()
