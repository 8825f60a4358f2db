"""The worker of the images queue in a container: ``python -m chalicelib.media_processing.worker``.

It does what ``process_image_handler`` does, without Lambda: on ECS, on a machine with a GPU, on a
laptop. Messages that are worked on stay hidden for as long as that takes. SIGTERM and SIGINT end
it: no message is taken any more, and those in hand are finished.
"""

import logging
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.media_processing import bootstrap, steps
from chalicelib.media_processing.models import ProcessImageInput
from chalicelib.media_processing.ports import ImageQueue, Message
from shared.errors import MedleyError, RetryableError, Unavailable
from shared.observability import logger, run_step

MOST_AT_ONCE = 10
# After a failure a message comes again that much later, in seconds, doubled each time.
FIRST_DELAY, LONGEST_DELAY = 5, 300
# How long the worker waits when SQS does not answer.
PAUSE = 5.0
log = logger("media-processing")


class Worker:
    """Takes messages and has them handled, several at once.

    Args:
        queue: Where they come from.
        handle: Does what a message asks, given as SQS gives it to a Lambda. When it raises, the
            message comes again.
        threads: How many at once.
        wait: Seconds that one call waits for messages.
        visibility: Seconds that a message is hidden, again and again while it is worked on.
    """

    def __init__(
        self,
        queue: ImageQueue,
        handle: Callable[[dict[str, object]], Any],
        *,
        threads: int,
        wait: int,
        visibility: int,
    ) -> None:
        self._queue = queue
        self._handle = handle
        self._threads = threads
        self._wait = wait
        self._visibility = visibility
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._free = threading.Semaphore(threads)
        self._in_hand: dict[str, Message] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Take no more messages; ``run`` returns when those in hand are done."""
        self._stopping.set()

    def run(self) -> None:
        """Work until ``stop``."""
        keeper = threading.Thread(target=self._keep_hidden, name="keeper", daemon=True)
        keeper.start()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="image") as pool:
            while not self._stopping.is_set():
                self._take(pool)
        self._idle.set()
        keeper.join()

    def _take(self, pool: ThreadPoolExecutor) -> None:
        """Take as many messages as there are free threads, at least one."""
        if not self._free.acquire(timeout=1):
            return
        places = 1
        while places < min(MOST_AT_ONCE, self._threads) and self._free.acquire(blocking=False):
            places += 1
        messages: list[Message] = []
        try:
            messages = self._queue.receive(places, self._wait, self._visibility)
        except RetryableError as exc:
            log.warning("SQS does not answer", exc_info=exc)
            self._stopping.wait(PAUSE)
        finally:
            for _ in range(places - len(messages)):
                self._free.release()
        for message in messages:
            if self._stopping.is_set():
                # It came while the worker was told to stop: somebody else may have it at once.
                self._quietly(self._queue.hide, message, 0)
                self._free.release()
                continue
            with self._lock:
                self._in_hand[message.receipt] = message
            pool.submit(self._work, message)

    def _work(self, message: Message) -> None:
        try:
            self._handle(message.record)
        except Exception as exc:
            if not isinstance(exc, MedleyError):
                log.error("the message could not be handled", exc_info=exc)
            self._done_with(message)
            self._quietly(self._queue.hide, message, delay(deliveries(message)))
        else:
            self._done_with(message)
            # Where this fails, the message comes again and changes nothing.
            self._quietly(self._queue.delete, message)
        finally:
            self._free.release()

    def _done_with(self, message: Message) -> None:
        with self._lock:
            self._in_hand.pop(message.receipt, None)

    def _keep_hidden(self) -> None:
        while not self._idle.wait(self._visibility / 3):
            with self._lock:
                in_hand = list(self._in_hand.values())
            for message in in_hand:
                self._quietly(self._queue.hide, message, self._visibility)

    def _quietly(self, call: Callable[..., None], *arguments: Any) -> None:
        try:
            call(*arguments)
        except Exception as exc:
            # Such as a message that is gone: what happens to it is for SQS to decide now.
            log.warning("SQS did not take it", exc_info=exc)


def deliveries(message: Message) -> int:
    """How often a message has come, this time included."""
    attributes = message.record.get("attributes")
    count = attributes.get("ApproximateReceiveCount") if isinstance(attributes, dict) else None
    return int(count or 1)


def delay(times: int) -> int:
    """Seconds after which a message that has failed so often comes again."""
    return int(min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, min(times, 20) - 1)))


def main() -> int:
    """Work until a signal; 0, or 1 where the worker's settings or its detector are wrong."""
    logging.basicConfig(level=logging.WARNING)
    try:
        settings, deps = bootstrap.settings(), bootstrap.dependencies()
        found = deps.detector()
    except Unavailable as exc:
        sys.stderr.write(f"{exc}\n")
        return 1

    def handle(record: dict[str, object]) -> None:
        run_step(steps.process_image, ProcessImageInput, record, None, deps)

    worker = Worker(
        deps.images,
        handle,
        threads=settings.worker_threads,
        wait=settings.worker_wait_seconds,
        visibility=settings.worker_visibility_seconds,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    sys.stdout.write(
        f"The worker takes {settings.worker_threads} images at once"
        f" and looks at them with {found.name} {found.version}.\n"
    )
    sys.stdout.flush()
    worker.run()
    sys.stdout.write("The worker has stopped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
