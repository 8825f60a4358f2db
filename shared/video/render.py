"""From a plan to a finished file: `render`."""

import contextlib
import os
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from shared.errors import PermanentError
from shared.video.aim import FindFocus, aimed
from shared.video.encoder import Profile
from shared.video.ffmpeg import no_memory, raise_os_error
from shared.video.frames import Painter, Progress, rgb_of
from shared.video.kernel import kernel
from shared.video.mp4 import video_frames
from shared.video.pieces import Piece, Work, join
from shared.video.plan import Plan
from shared.video.timeline import Timeline, lay_out
from shared.video.timeline import pieces as divide
from shared.video.workers import Job, Tell, processors, run_jobs

# A piece that is shorter costs more to start than it saves.
_LEAST_PIECE = 24
_PREVIEW_SIDE, _PREVIEW_FPS = 360, 15


@dataclass(frozen=True)
class Rendered:
    """A finished file. `bytes` is its size; `poster` is a JPEG, if one was asked for."""

    path: Path
    frames: int
    fps: int
    width: int
    height: int
    bytes: int
    poster: Path | None = None

    @property
    def seconds(self) -> float:
        """How long it plays: exactly its frames."""
        return self.frames / self.fps


def render(
    plan: Plan,
    out: Path,
    *,
    profile: Profile = "quality",
    progress: Progress | None = None,
    work_dir: Path | None = None,
    workers: int | None = None,
    poster: Path | None = None,
    find_focus: FindFocus | None = None,
) -> Rendered:
    """Makes the MP4 of a plan. `out` appears when it is whole, and is never half a file.

    Args:
        plan: Its sources are files on this machine.
        out: Where the file goes; one that is there is replaced.
        profile: "quality", "fast" (a fifth quicker, about the same to the eye) or "preview".
        progress: Is called with the frames done, and of how many.
        work_dir: Where temporary files go; a folder of the system's by default.
        workers: Processes; as many as there are processors by default.
        poster: Where a JPEG of the video's first third goes, if it is wanted.
        find_focus: Finds what must stay in the frame on stills of which the plan does not tell
            it, such as faces. Where it finds nothing, and without it, the frame goes to what
            stands out.

    Raises:
        PermanentError: Something in the plan cannot be shown or played; the code says what.
        RetryableError: `disk_full`, `encoder_died`, `piece_died`, `no_memory`.
        Unavailable: `ffmpeg_missing` or `fonts_missing`.
    """
    beside = out.with_name(f".{out.name}.{os.getpid()}.part.mp4")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="medley-video-", dir=work_dir) as folder:
            timeline = aimed(
                _timeline(plan),
                (plan.width, plan.height),
                find_focus=find_focus,
                threads=workers or processors(),
            )
            _make(Work(plan, timeline, profile), beside, Path(folder), workers, progress)
            made = video_frames(beside)
            if made != timeline.frames:
                raise PermanentError(
                    "encoding_failed", f"{made} frames were written instead of {timeline.frames}."
                )
            size = beside.stat().st_size
            if poster is not None:
                _save_frame(plan, timeline, _poster_frame(plan, timeline), poster)
            beside.replace(out)
    except OSError as exc:
        raise_os_error(exc)
    except MemoryError as exc:
        raise no_memory() from exc
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return Rendered(out, timeline.frames, plan.fps, plan.width, plan.height, size, poster)


def preview_of(plan: Plan, side: int = _PREVIEW_SIDE) -> Plan:
    """The same video, small and with fewer frames; render it with the profile "preview".

    Args:
        plan: The whole one.
        side: The shorter side, in pixels.
    """
    scale = min(1.0, side / min(plan.width, plan.height))
    width, height = (max(16, round(edge * scale / 2) * 2) for edge in (plan.width, plan.height))
    return plan.model_copy(
        update={"width": width, "height": height, "fps": min(plan.fps, _PREVIEW_FPS)}
    )


def save_poster(
    plan: Plan,
    path: Path,
    at: float | None = None,
    quality: int = 88,
    *,
    find_focus: FindFocus | None = None,
) -> None:
    """Saves one frame of a plan as a JPEG, without rendering the rest.

    Args:
        plan: What is drawn.
        path: The JPEG.
        at: The second of the video; a third of its length by default.
        quality: The JPEG's.
        find_focus: See `render`.

    Raises:
        PermanentError: What the frame shows cannot be drawn.
    """
    timeline = _timeline(plan)
    number = _poster_frame(plan, timeline, at)
    slot = timeline.at(number)
    # Two scenes at most are seen on a frame.
    seen = {max(0, slot - 1), slot}
    frame = (plan.width, plan.height)
    timeline = aimed(timeline, frame, find_focus=find_focus, slots=seen)
    _save_frame(plan, timeline, number, path, quality)


def _poster_frame(plan: Plan, timeline: Timeline, at: float | None = None) -> int:
    seconds = timeline.frames / plan.fps / 3 if at is None else at
    return min(timeline.frames - 1, max(0, int(seconds * plan.fps)))


def _save_frame(plan: Plan, timeline: Timeline, number: int, path: Path, quality: int = 88) -> None:
    from PIL import Image

    painter = Painter(plan, timeline, kernel())
    painter.draw(number)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        Image.fromarray(rgb_of(painter.planes)).save(beside, "JPEG", quality=quality, optimize=True)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _timeline(plan: Plan) -> Timeline:
    if plan.follow == "scenes":
        return lay_out(plan)
    from shared.video.audio import frames_for, sound_seconds

    return lay_out(plan, max(1, frames_for(sound_seconds(plan.audio), plan.fps)))


def _make(
    work: Work, target: Path, folder: Path, workers: int | None, progress: Progress | None
) -> None:
    total = work.timeline.frames
    count = min(workers or processors(), max(1, total // _LEAST_PIECE))
    parts = [
        Piece(work, first, end, folder / f"piece-{number:03}.mp4")
        for number, (first, end) in enumerate(divide(work.timeline, count))
    ]
    done = [0] * len(parts)

    def heard(index: int, said: int) -> None:
        if index < len(done):
            done[index] = said
            if progress is not None:
                progress(sum(done), total)

    jobs: list[Job] = [part.encode for part in parts]
    sound = None
    if work.plan.audio:
        sound = folder / "sound.m4a"
        jobs.append(partial(_mix, work.plan, total, sound))
    if progress is not None:
        progress(0, total)
    run_jobs(jobs, heard)
    join([part.path for part in parts], sound, target, folder)


def _mix(plan: Plan, frames: int, sound: Path, tell: Tell) -> None:
    from shared.video.audio import mix

    mix(plan.audio, frames=frames, fps=plan.fps, out=sound)
    tell(frames)
