"""A large event: nothing lost, counts that can be followed, reruns that do only what is new.

`benchmarks/event_size.py` does the same with as many photos as it is told to.
"""

from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from medley.local.stack import LocalStack
from medley.settings import LocalSettings
from tests.end_to_end.event_images_flow import wait
from tests.large_event import SERVICE, LargeEvent, stub_reader

pytestmark = pytest.mark.end_to_end

PHOTOS = 400
MORE = 50
STOPPED = 60


type Place = tuple[LocalStack, httpx.Client]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    settings = LocalSettings(
        aws_port=0, base_port=0, state_dir=tmp_path_factory.mktemp("large-event")
    )
    with stub_reader(), LocalStack(settings, [SERVICE]) as stack:
        url = stack.urls[SERVICE].rstrip("/")
        with httpx.Client(base_url=url, timeout=60) as api:
            yield stack, api


@pytest.fixture
def event(place: Place) -> LargeEvent:
    return LargeEvent(*place)


def test_a_large_event_is_read_whole_and_again_only_where_it_is_new(event: LargeEvent) -> None:
    event.put(range(PHOTOS))
    first = event.run(seconds=480)
    assert first.request["state"] == "SUCCEEDED", first.request
    counts = first.counts
    assert (counts["listed"], counts["total"], counts["done"]) == (PHOTOS, PHOTOS, PHOTOS)
    # The counts were live: they only ever rose, and were seen on their way.
    seen = [sample.done for sample in first.samples]
    assert all(before <= after for before, after in pairwise(seen))
    assert len({done for done in seen if 0 < done < PHOTOS}) > 2
    assert event.bibs(PHOTOS - 1) == [f"{PHOTOS - 1:06}.jpg"]

    event.put(range(PHOTOS, PHOTOS + MORE))
    second = event.run(seconds=240)
    counts = second.counts
    assert (counts["listed"], counts["skipped"]) == (PHOTOS + MORE, PHOTOS)
    assert (counts["total"], counts["done"], counts["failed"]) == (MORE, MORE, 0)
    assert event.counts() == {"pending": 0, "done": PHOTOS + MORE, "failed": 0}

    third = event.run(seconds=240)
    assert (third.counts["total"], third.counts["skipped"]) == (0, PHOTOS + MORE)


def test_a_request_whose_execution_is_stopped_ends_and_the_next_one_does_the_rest(
    event: LargeEvent,
) -> None:
    event.put(range(5000, 5000 + STOPPED))
    request_id = event.start()
    path = f"/events/{event.id}/requests/{request_id}"
    wait(lambda: event.api.get(path).json()["counts"]["done"] >= 1)
    sfn = event.stack.client("stepfunctions")
    machine = event.stack.outputs(SERVICE)["StateMachineArn"]
    (execution,) = [
        one["executionArn"]
        for one in sfn.list_executions(stateMachineArn=machine)["executions"]
        if one["name"] == request_id
    ]
    sfn.stop_execution(executionArn=execution)

    stopped = event.follow(request_id, seconds=240).request
    assert (stopped["state"], stopped["error"]["code"]) == ("FAILED", "stopped")
    rest = event.run(seconds=480)
    assert rest.request["state"] == "SUCCEEDED"
    assert event.counts() == {"pending": 0, "done": STOPPED, "failed": 0}
