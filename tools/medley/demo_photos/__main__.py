"""`python -m medley.demo_photos OUT --count N --seed S`: draw a set into a folder."""

import argparse
import sys
from pathlib import Path

from medley.demo_photos.draw import draw_bulk, draw_photos


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m medley.demo_photos", description="Draw race photos and their labels.csv."
    )
    parser.add_argument("out", type=Path, help="folder to write into")
    parser.add_argument("--count", type=int, default=24, help="photos to draw (default 24)")
    parser.add_argument("--seed", type=int, default=7, help="the set's seed (default 7)")
    parser.add_argument("--jobs", type=int, default=1, help="processes to draw on (default 1)")
    parser.add_argument("--bulk", action="store_true", help="small, fast photos for volume tests")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Draw, tell the progress on standard error, and return the exit code."""
    args = _arguments(argv)
    if args.count < 0 or args.jobs < 1:
        sys.stderr.write("--count must not be negative, and --jobs must be 1 or more\n")
        return 2

    def tell(done: int, total: int) -> None:
        sys.stderr.write(f"\rphoto {done} of {total}")
        sys.stderr.flush()

    draw = draw_bulk if args.bulk else draw_photos
    photos = draw(args.out, args.count, args.seed, tell, args.jobs)
    bibs = sum(len(p.bibs) for p in photos)
    sys.stderr.write(f"\n{len(photos)} photos with {bibs} bibs in {args.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
