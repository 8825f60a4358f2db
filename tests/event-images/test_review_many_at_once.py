"""Reruns, a new start list and an opt-out at the same time as the review: nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.event_images.steps.retag import retag_event
from shared.errors import RetryableError
from tests.event_images_review import (
    RUN,
    everything,
    opt_out,
    put_photo,
    put_start_list,
    tagged,
)


def insist(call: Any) -> Any:
    """What the machine's Retry, the queue and the page do."""
    for _ in range(30):
        try:
            return call()
        except RetryableError:
            continue
    return call()


def test_reruns_judging_anew_and_decisions_meet_on_the_same_photos(api: Any, world: Any) -> None:
    ids = [
        put_photo(world, f"{number}.jpg", ("42", 0.3), ("123", 0.9), ("7", 0.9))
        for number in range(12)
    ]
    world.run()
    put_start_list(world, b42="Bo", b7="Cy")
    opt_out(world, "123")
    machine = world.request("r2", force=True)
    items = world.list_images(machine)

    def decide(image_id: str) -> None:
        body = {"decisions": [{"action": "reject", "bib": "7"}]}
        while api("PATCH", f"{RUN}/photos/{image_id}", body).status_code == 503:
            pass

    def judge_anew() -> None:
        cursor = None
        while True:
            cursor = retag_event("city-run", world.deps, cursor, rows=5).cursor
            if cursor is None:
                return

    # Chalice's test client is one for all, so decisions come one after the other.
    work = [lambda: [decide(image_id) for image_id in ids], judge_anew, judge_anew]
    work += [lambda item=item: world.extract(item) for item in items]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(insist, work))
    world.complete(machine)
    world.check()
    assert '"123"' not in everything(world)
    assert {frozenset(tagged(world, image_id)) for image_id in ids} == {frozenset({"42"})}
    for image_id in ids:
        record = api("GET", f"{RUN}/photos/{image_id}/audit").json_body["items"]
        assert [one["action"] for one in record] == ["reject"]
