"""What tests of the review lay out: a start list, opt-outs, and photos with doubtful readings."""

import json
import uuid
from typing import Any

from chalicelib.event_images.domain import opt_outs, start_list
from chalicelib.event_images.models import BibAlternative, BibReading
from chalicelib.event_images.models.people import Runner
from shared.tables import Item, Put

EVENT = "city-run"
RUN = f"/events/{EVENT}"
BOX = (1.0, 2.0, 30.5, 20.0)
SECRET = "ab" * 16


def put_start_list(world: Any, **runners: str) -> None:
    """A start list of bib=name; keyword names cannot begin with a digit: `b12="Ada"`."""
    # Loaded lists are kept by their version, from one test to the next.
    version = f"00000001-{uuid.uuid4().hex[:12]}"
    names = {bib.lstrip("b"): name for bib, name in runners.items()}
    images = world.deps.images
    for bib, name in names.items():
        images.write(Put(start_list.runner_row(EVENT, version, Runner(bib=bib, name=name))))
    listed = start_list.StartList(names)
    images.write(Put(start_list.bits_row(EVENT, version, listed)))
    meta = start_list.meta_row(
        EVENT,
        version,
        rows=len(names),
        bad_rows=0,
        problems=[],
        digest="d",
        report_key=None,
        now=world.deps.clock(),
    )
    images.write(Put(meta))


def opt_out(world: Any, bib: str) -> None:
    """Only the record of it; nothing is removed."""
    pk, sk = opt_outs.secret_key(EVENT)
    world.deps.images.write(Put({"pk": pk, "sk": sk, "secret": SECRET}))
    fingerprint = opt_outs.digest(SECRET, bib)
    row = opt_outs.opt_out_row(EVENT, fingerprint, world.deps.clock(), None)
    world.deps.images.write(Put(row))


def put_photo(world: Any, key: str, *readings: tuple[Any, ...]) -> str:
    """A photo in the `races` bucket with (bib, confidence, alternatives...) in it; its id."""
    data = world.jpeg()
    size = (60 + world.serial, 40)
    world.reader.readings[size] = [
        BibReading(
            bib=bib,
            confidence=sure,
            box=BOX,
            alternatives=tuple(BibAlternative(bib=other, confidence=0.2) for other in others),
        )
        for bib, sure, *others in readings
    ]
    image_id: str = world.put(key, data)
    return image_id


def tagged(world: Any, image_id: str) -> set[str]:
    return {row["bib"] for row in world.rows("TAG#") if row["imageId"] == image_id}


def everything(world: Any) -> str:
    """All that the images table holds, but for the start list, as one text."""
    rows: list[Item] = world.rows("")
    kept = [row for row in rows if not row["sk"].startswith(("RUNNER#", "STARTLIST", "OPTOUT"))]
    return json.dumps(kept)
