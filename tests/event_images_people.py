"""What the tests of runners share: a race with a start list, and the queue's messages done."""

import json
from typing import Any

from chalicelib.event_images import steps
from chalicelib.event_images.models.chores import DoChoreInput
from shared.queues import MemoryQueues
from shared.tables import MemoryTables

EVENT = "city-run"
LIST = (
    "bib,name,category,team,finish time\n1234,Ada Lovelace,W30,Engines,59:59\n77,Bo,M,,\n5,Cy,,,\n"
)


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
