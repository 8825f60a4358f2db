"""Many workers over the same photos at the same time: nothing is lost or counted twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shared.errors import RetryableError


def insist(call: Any) -> Any:
    """What the machine's Retry and the queue do."""
    for _ in range(20):
        try:
            return call()
        except RetryableError:
            continue
    return call()


def test_requests_uploads_and_repeats_meet_on_the_same_photos(world: Any) -> None:
    keys = [f"city-run/{number:02}.jpg" for number in range(30)]
    for number, key in enumerate(keys):
        data = b"" if number % 5 == 0 else world.jpeg(str(number + 1), "777")
        world.put(key, data, bucket="incoming")
    uploads = {"kind": "uploads"}
    machines = [
        world.request(f"r{number}", source=uploads, force=number == 2) for number in range(3)
    ]
    with ThreadPoolExecutor(12) as pool:
        lists = list(pool.map(lambda one: insist(lambda: world.list_images(one)), machines))
        work = [lambda item=item: world.extract(item) for items in lists for item in items * 2]
        work += [lambda key=key: world.uploaded(key) for key in keys * 2]
        # The same photo's turns come close together.
        work = [work[index] for start in range(30) for index in range(start, len(work), 30)]
        list(pool.map(insist, work))
    for machine in machines:
        counts = insist(lambda machine=machine: world.complete(machine)).counts
        assert (counts.total, counts.done, counts.failed) == (30, 24, 6)
    assert world.counts() == {"pending": 0, "done": 24, "failed": 6}
    world.check()
