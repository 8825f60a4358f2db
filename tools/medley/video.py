"""`medley kenburns` and `medley render`: the video engine from the command line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from medley.deploy.errors import ToolError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from shared.video.plan import Plan
    from shared.video.render import Rendered

ProfileName = Literal["quality", "fast", "preview"]
Out = Annotated[Path, typer.Option("--out", "-o", help="The MP4 to write.")]
ProfileOption = Annotated[
    ProfileName, typer.Option("--profile", help="quality; fast; or preview, for a first look.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="Processes; one a processor without it.")
]


class VideoError(ToolError):
    """A video cannot be made; the message says why."""


def kenburns(
    motion: Annotated[Path, typer.Option(help="Stills and rectangles over time, as JSON.")],
    out: Out,
    profile: ProfileOption = "quality",
    workers: Workers = None,
) -> None:
    """Pan and zoom over stills, as a motion file says.

    The file has width, height, fps, frames (a still), law ("width" or "zoom"), ease ("linear" or
    "smoothstep") and stills, each with path, r0 and r1: left, top and width of the rectangles in
    pixels of the still, at its first and its last frame.
    """
    from medley.video_motion import plan_of

    with _told_plainly():
        plan = plan_of(_read(motion), motion.parent)
    _render(plan, out, profile, workers, None)


def render(
    plan: Annotated[Path, typer.Argument(help="A plan, as JSON; see shared/video/plan.py.")],
    out: Out,
    profile: ProfileOption = "quality",
    workers: Workers = None,
    poster: Annotated[Path | None, typer.Option(help="Write a JPEG of a frame there, too.")] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Small and with few frames, in moments.")
    ] = False,
) -> None:
    """Render a plan of scenes, texts and sound into an MP4.

    Paths in the plan are taken from the plan's folder.
    """
    from medley.video_motion import rooted
    from shared.video.plan import Plan
    from shared.video.render import preview_of

    with _told_plainly():
        whole = rooted(Plan.model_validate_json(_read(plan)), plan.parent)
    if preview:
        whole, profile = preview_of(whole), "preview"
    _render(whole, out, profile, workers, poster)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise VideoError(f"{path} cannot be read: {exc.strerror}.") from exc


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Errors of the engine and of bad files as one message."""
    from pydantic import ValidationError

    from shared.errors import MedleyError

    try:
        yield
    except ValidationError as exc:
        raise VideoError(_problems(exc)) from exc
    except MedleyError as exc:
        raise VideoError(str(exc)) from exc


def _problems(exc: "ValidationError") -> str:
    lines = [
        f"{'.'.join(str(part) for part in error['loc']) or 'the file'}: {error['msg']}"
        for error in exc.errors()[:5]
    ]
    return "The file cannot be used:\n" + "\n".join(lines)


def _render(
    plan: "Plan", out: Path, profile: ProfileName, workers: int | None, poster: Path | None
) -> None:
    from medley.native import NativeError, ensure
    from shared.video.render import render as make

    try:
        ensure()
    except NativeError as exc:
        typer.echo(f"{exc} Going on without the kernel, more slowly.", err=True)
    with _told_plainly():
        if not sys.stderr.isatty():
            # A bar that nobody sees is only time.
            done = make(plan, out, profile=profile, workers=workers, poster=poster)
        else:
            done = _with_bar(plan, out, profile, workers, poster)
    typer.echo(
        f"{out}: {done.frames} frames, {done.seconds:.1f} s, {done.width} x {done.height}, "
        f"{done.bytes / 1e6:.1f} MB"
    )


def _with_bar(
    plan: "Plan", out: Path, profile: ProfileName, workers: int | None, poster: Path | None
) -> "Rendered":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from shared.video.render import render as make

    columns = (
        TextColumn("rendering"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} frames"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        return make(
            plan,
            out,
            profile=profile,
            workers=workers,
            poster=poster,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
