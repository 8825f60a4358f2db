"""An event of any size through the local stack, with a reader that costs nothing.

    python benchmarks/event_size.py 10000

It prints how long the first run took; what a photo took at the beginning, in the middle and towards
the end, as processor time of the readers and as time in all; the memory of the largest reader; and
how long a rerun takes that finds nothing new. The time of the engine comes on top, which
`benchmarks/bibs.py` measures. What the readers take must stay the same from the first photo to the
last; the time in all also tells what else the machine had to do.
"""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
# Some wheel brings a package `tests`, which would hide this project's.
sys.path.insert(0, str(ROOT / "tests"))
console = Console(highlight=False)


def main(
    photos: Annotated[int, typer.Argument(min=10, max=100_000)],
    seconds: Annotated[float, typer.Option(help="The most that a run may take.")] = 7200,
) -> None:
    """Measure an event of so many photos."""
    from large_event import SERVICE, LargeEvent, Run, stub_reader

    from medley.local.stack import LocalStack
    from medley.settings import LocalSettings

    def shares(run: Run) -> None:
        for start, end in ((0.05, 0.25), (0.4, 0.6), (0.75, 0.95)):
            first, last = run.between(start, end)
            photos = max(1, last.done - first.done)
            console.print(
                f"  {start:4.0%} to {end:4.0%}: "
                f"{(last.processor - first.processor) / photos * 1000:5.0f} ms of the reader, "
                f"{(last.seconds - first.seconds) / photos * 1000:5.0f} ms in all, "
                f"{last.memory:4.0f} MB"
            )

    with tempfile.TemporaryDirectory() as folder:
        settings = LocalSettings(aws_port=0, base_port=0, state_dir=Path(folder))
        with stub_reader(), LocalStack(settings, [SERVICE]) as stack:
            url = stack.urls[SERVICE].rstrip("/")
            with httpx.Client(base_url=url, timeout=120) as api:
                event = LargeEvent(stack, api)
                event.put(range(photos))
                first = event.run(seconds=seconds)
                console.print(f"{first.request['state']} {first.counts}")
                console.print(f"all: {first.seconds:.1f} s, the first after {first.listing:.1f} s")
                shares(first)
                rerun = event.run(seconds=seconds)
                console.print(f"rerun: {rerun.seconds:.1f} s {rerun.counts}")
                console.print(f"event: {event.counts()}")


if __name__ == "__main__":
    typer.run(main)
