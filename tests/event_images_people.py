"""What the tests of runners share: a race with a start list, and the queue's messages done."""

import json
import re
from typing import Any

from chalicelib.event_images import steps
from chalicelib.event_images.models.chores import DoChoreInput
from shared.queues import MemoryQueues
from shared.tables import MemoryTables

EVENT = "city-run"
RUNNER = f"/events/{EVENT}/participants/4821"
LIST = (
    "bib,name,category,team,finish time\n1234,Ada Lovelace,W30,Engines,59:59\n77,Bo,M,,\n5,Cy,,,\n"
)
LISTED = LIST + "4821,Grace Hopper,W40,Cobol,1:02:03\n"


def queue_of(world: Any) -> MemoryQueues:
    queues = world.deps.queues
    assert isinstance(queues, MemoryQueues)
    return queues


def do(world: Any, body: dict[str, Any]) -> Any:
    """One message of the chores queue."""
    step = DoChoreInput.model_validate(
        {"body": json.dumps(body), "attributes": {"ApproximateReceiveCount": "1"}}
    )
    return steps.do_chore(step, world.deps)


def work(world: Any, *, late: bool = True) -> list[str]:
    """Do what is in the queue until it is empty; the kinds of what was done, in order.

    Without ``late``, messages that are to be seen after some minutes stay in the queue.
    """
    done = []
    queue = queue_of(world).sent
    waiting = []
    while queue:
        message = queue.pop(0)
        if message.delay_seconds and not late:
            waiting.append(message)
            continue
        do(world, message.body)
        done.append(message.body["kind"])
    queue += waiting
    return done


def put_list(api: Any, world: Any, text: str | bytes = LIST) -> Any:
    """A start list, put and imported."""
    answer = api("PUT", f"/events/{EVENT}/participants", text, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 202, answer.body
    work(world)
    return answer.json_body


def everything(world: Any) -> list[str]:
    """All rows and objects as text, with their keys."""
    tables = world.deps.tables
    assert isinstance(tables, MemoryTables)
    settings = world.deps.settings
    found = [
        json.dumps(row, default=str)
        for name in (settings.event_requests_table, settings.event_images_table)
        for row in tables.table(name)._rows.values()
    ]
    storage = world.deps.storage
    for bucket in (settings.media_bucket, settings.incoming_bucket):
        for info in storage.list(bucket, ""):
            text = storage.get(bucket, info.key).decode("latin-1")
            found.append(f"{bucket}/{info.key}: {'' if info.key.endswith('.jpg') else text}")
    return found


def make_race(api: Any, world: Any) -> dict[str, str]:
    """A race in which 4821 is alone on one photo, with somebody on another, and unsure on one."""
    put_list(api, world, LISTED)
    ids = {
        "alone.jpg": world.put("alone.jpg", world.jpeg("4821")),
        "both.jpg": world.put("both.jpg", world.jpeg("04821", "1234")),
        "unsure.jpg": world.put("unsure.jpg", world.jpeg("4821", confidence=0.2)),
        "other.jpg": world.put("other.jpg", world.jpeg("77")),
    }
    world.run()
    return ids


def pictures(world: Any) -> set[str]:
    """The ids of the photos that have pictures."""
    keys = [info.key for info in world.deps.storage.list("media", f"{EVENT}/photos/")]
    return {key.split("/")[2] for key in keys}


def traces(world: Any, bib: str = "4821") -> list[str]:
    """Rows and objects in which the number stands by itself, besides in hexadecimal."""
    number = re.compile(rf"(?<![0-9a-f])0*{bib}(?![0-9a-f])")
    return [text for text in everything(world) if number.search(text) or "Hopper" in text]
