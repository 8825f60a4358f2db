"""The container's worker: what it takes, hides, deletes, and how it stops."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.media_processing import steps
from chalicelib.media_processing.adapters.memory import Clock
from chalicelib.media_processing.adapters.memory_images import MemoryImageQueue
from chalicelib.media_processing.models import ImageMessage, ProcessImageInput
from chalicelib.media_processing.ports import Message
from chalicelib.media_processing.worker import Worker, delay, deliveries
from shared.errors import RetryableError
from tests.house.house_rules import imports

from .image_jobs import Images


class Queue(MemoryImageQueue):
    """One that takes a moment when it is empty, and stops the worker when nothing is left."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.worker: Worker | None = None
        self.away = 0

    def receive(self, most: int, wait: int, visibility: int) -> list[Message]:
        if self.away:
            self.away -= 1
            raise RetryableError("aws_unreachable", "Not now.")
        found = super().receive(most, wait, visibility)
        if not found:
            if self.worker and not self.held:
                self.worker.stop()
            time.sleep(0.01)
        return found


def worker_of(queue: Queue, handle: Callable[[dict[str, object]], Any], **more: Any) -> Worker:
    queue.worker = Worker(queue, handle, **{"threads": 2, "wait": 0, "visibility": 60, **more})
    return queue.worker


def fill(queue: Queue, count: int) -> None:
    queue.send([ImageMessage(job_id="j", image_index=index) for index in range(count)])


def test_every_message_is_handled_and_deleted() -> None:
    queue, seen = Queue(), []
    fill(queue, 25)
    worker_of(queue, lambda record: seen.append(record["body"]), threads=4).run()
    assert len(set(seen)) == len(seen) == 25
    assert not queue.held


def test_no_more_are_in_hand_than_there_are_threads() -> None:
    queue = Queue()
    fill(queue, 12)
    now, most, lock = [0], [0], threading.Lock()

    def handle(_: Any) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1

    worker_of(queue, handle, threads=3).run()
    assert most[0] <= 3
    assert not queue.held


def test_a_message_that_failed_comes_again_later_and_is_not_deleted() -> None:
    queue, tries = Queue(), []
    fill(queue, 1)

    def handle(record: dict[str, Any]) -> None:
        tries.append(record["attributes"]["ApproximateReceiveCount"])
        if len(tries) < 3:
            queue.time_out()  # time does not pass here
            raise RetryableError("aws_busy", "Later.") if len(tries) == 1 else ValueError("oops")

    worker_of(queue, handle, threads=1).run()
    assert tries == ["1", "2", "3"]
    assert [seconds for _, seconds in queue.hides] == [5, 10]
    assert not queue.held


def test_a_message_stays_hidden_while_it_is_worked_on() -> None:
    queue = Queue()
    fill(queue, 1)
    enough = threading.Event()
    hide = queue.hide

    def counted(message: Message, seconds: int) -> None:
        hide(message, seconds)
        if len(queue.hides) >= 2:
            enough.set()

    queue.hide = counted  # type: ignore[method-assign]
    worker_of(queue, lambda _: enough.wait(30), visibility=1).run()
    assert enough.is_set()
    assert set(queue.hides) == {("m1", 1)}


def test_told_to_stop_it_finishes_what_is_in_hand_and_takes_nothing_more() -> None:
    queue, done = Queue(), []
    fill(queue, 10)
    begun, go_on = threading.Event(), threading.Event()

    def handle(record: dict[str, object]) -> None:
        begun.set()
        go_on.wait(30)
        done.append(record["body"])

    worker = worker_of(queue, handle, threads=2)
    running = threading.Thread(target=worker.run)
    running.start()
    assert begun.wait(30)
    worker.stop()
    go_on.set()
    running.join(30)
    assert not running.is_alive()
    assert 1 <= len(done) <= 2
    assert len(queue.held) == 10 - len(done)


def test_what_comes_while_it_stops_is_let_go_at_once() -> None:
    queue = Queue()
    fill(queue, 1)
    worker = worker_of(queue, lambda _: pytest.fail("it was told to stop"))
    receive = queue.receive

    def stopped(most: int, wait: int, visibility: int) -> list[Message]:
        found = receive(most, wait, visibility)
        worker.stop()
        return found

    queue.receive = stopped  # type: ignore[method-assign]
    worker.run()
    assert queue.hides == [("m1", 0)]


def test_a_queue_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.media_processing.worker.PAUSE", 0.01)
    queue, seen = Queue(), []
    queue.away = 3
    fill(queue, 1)
    worker_of(queue, seen.append).run()
    assert len(seen) == 1


def test_two_workers_and_repeats_leave_one_result_an_image(images: Images) -> None:
    job_id = images.start(*(images.put() for _ in range(20)))
    queue = Queue()
    for held in images.queue.held.values():
        queue.put(held.body)
        queue.put(held.body)

    def handle(record: dict[str, object]) -> None:
        steps.process_image(ProcessImageInput.model_validate(record), images.world.deps)

    workers = [worker_of(queue, handle) for _ in range(2)]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    threads[1].join(60)
    workers[0].stop()
    threads[0].join(60)
    job = images.job(job_id)
    assert (job["status"], job["counts"]["done"]) == ("COMPLETED", 20)
    assert not queue.held


@pytest.mark.parametrize(("times", "seconds"), [(1, 5), (2, 10), (3, 20), (9, 300), (99, 300)])
def test_the_delay_doubles(times: int, seconds: int) -> None:
    assert delay(times) == seconds


def test_a_message_without_a_count_has_come_once() -> None:
    assert deliveries(Message("m", "r", {"body": ""})) == 1


def test_a_worker_is_a_shell_like_the_app() -> None:
    good = "from chalicelib.one import bootstrap, steps"
    assert imports.rooms(good, "one", "worker") == []
    assert imports.rooms("from chalicelib.one.adapters import s3", "one", "worker") != []
    assert imports.rooms("from chalicelib.one import worker", "one", "steps") != []
