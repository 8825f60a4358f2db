"""The video engine beside the encoder's limit, ffmpeg's zoompan and MoviePy, in one run.

    python benchmarks/video.py [--frames 120] [--rounds 3] [--folder build/bench-video]
    python benchmarks/video.py --plans 100        sound and pictures of random plans
    python benchmarks/video.py --stills 100       memory over many stills

J is the limit: ffmpeg encodes the ideal frames, ready-made, with its own choice of threads. The
renderers take turns with J, and each is held against the two runs of J beside it, so that
whatever else the machine does counts for both. wall/J is the median of the rounds.
"""

import os
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import ffmpeg
import typer
from rich.console import Console
from rich.table import Table
from video_rivals import Rival, rivals
from video_scene import FPS, MOTIONS, Case, draw_still
from video_score import Score, score

from medley.native import ensure
from shared.video.ffmpeg import ffmpeg_path
from shared.video.mp4 import tracks
from shared.video.plan import AudioTrack, Plan, Scene, Transition
from shared.video.render import render

ROOT = Path(__file__).resolve().parents[1]
console = Console()


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of processors, and the most memory of one process, in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass
class Result:
    """A renderer's runs, held against J."""

    rival: Rival
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    memory: float = 0.0
    failed: str = ""
    size: int = 0
    score: Score | None = None


class Watch(threading.Thread):
    """Looks at the memory of a process and of those it started, ten times a second."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._over = threading.Event()
        self.most = 0.0

    def run(self) -> None:
        while not self._over.wait(0.1):
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                    if int(fields[3]) == self._session:
                        pages = int((folder / "statm").read_text().split()[1])
                        self.most = max(self.most, pages * 4096 / 1e6)
                except (OSError, IndexError, ValueError):
                    continue

    def stop(self) -> float:
        self._over.set()
        return self.most


def timed(command: list[str]) -> Took:
    """Runs a command in a session of its own.

    Raises:
        RuntimeError: it failed; with the end of what it said.
    """
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        with said.open("wb") as errors:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
            watch = Watch(process.pid)
            watch.start()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if status:
            raise RuntimeError(said.read_text(errors="replace")[-300:])
    return Took(wall, used.ru_utime + used.ru_stime, watch.stop())


def compare(case: Case, rounds: int) -> list[Result]:
    """Times every renderer in turn with J, then scores what each wrote."""
    results = [Result(rival) for rival in rivals()]
    limit = results[0]
    out = {result.rival.name: case.folder / f"out-{n}.mp4" for n, result in enumerate(results)}

    def run(result: Result) -> Took:
        console.print(f"[dim]{result.rival.name}[/]")
        return timed(result.rival.command(case, out[result.rival.name]))

    for _ in range(rounds):
        before = run(limit)
        for result in results[1:]:
            if result.rival.missing or result.failed:
                continue
            try:
                took = run(result)
            except RuntimeError as exc:
                result.failed = str(exc)
                continue
            after = run(limit)
            result.walls.append(2 * took.wall / (before.wall + after.wall))
            result.cpus.append(2 * took.cpu / (before.cpu + after.cpu))
            result.memory = max(result.memory, took.memory)
            limit.walls.append(after.wall)
            limit.cpus.append(after.cpu)
            limit.memory = max(limit.memory, after.memory)
            before = after
    for result in results:
        path = out[result.rival.name]
        if not result.rival.missing and not result.failed and path.exists():
            console.print(f"[dim]scoring {result.rival.name}[/]")
            result.size = path.stat().st_size
            result.score = score(path, case)
    return results


def table(results: list[Result]) -> Table:
    columns = ("renderer", "wall / J", "cpu / J", "jitter px", "SSIM", "flicker", "MB", "RSS MB")
    made = Table(*columns)
    for number, result in enumerate(results):
        if result.score is None:
            made.add_row(result.rival.name, result.rival.missing or result.failed or "nothing")
            continue
        walls, cpus = median(result.walls), median(result.cpus)
        made.add_row(
            result.rival.name,
            f"1 ({walls:.1f} s)" if number == 0 else f"{walls:.2f}",
            f"1 ({cpus:.1f} s)" if number == 0 else f"{cpus:.2f}",
            f"{result.score.jitter:.4f}",
            f"{result.score.ssim:.4f}",
            f"{result.score.flicker:.4f}",
            f"{result.size / 1e6:.1f}",
            f"{result.memory:.0f}",
        )
    return made


def try_plans(folder: Path, count: int) -> int:
    """Renders random plans with sound; how many differ in length by a frame or more."""
    wrong = 0
    stills = [folder / f"small-{number}.jpg" for number in range(3)]
    for number, path in enumerate(stills):
        if not path.exists():
            draw_still(number).resize((640, 480)).save(path)
    for seed in range(count):
        chance = random.Random(seed)
        sound = folder / "sound.wav"
        rate = chance.choice([16_000, 22_050, 44_100, 48_000])
        source = f"sine=frequency=300:sample_rate={rate}:duration={chance.uniform(0.2, 6):.4f}"
        made = ffmpeg.input(source, f="lavfi").output(str(sound)).global_args("-v", "error")
        subprocess.run(
            made.compile(cmd=ffmpeg_path(), overwrite_output=True),
            stdin=subprocess.DEVNULL,
            check=True,
        )
        scenes = tuple(
            Scene(
                source=str(chance.choice(stills)),
                duration=chance.uniform(0.1, 2),
                transition=Transition(kind="crossfade", seconds=0.1),
                seed=seed,
            )
            for _ in range(chance.randint(1, 5))
        )
        follow = "audio" if chance.random() < 0.5 else "scenes"
        fps = chance.choice([24, 25, 30, 50, 60])
        track = AudioTrack(path=str(sound), role=chance.choice(["music", "narration"]))
        plan = Plan(width=160, height=90, fps=fps, scenes=scenes, follow=follow, audio=(track,))
        out = folder / "plan.mp4"
        done = render(plan, out, profile="preview")
        shown = {track.kind: track for track in tracks(out)}
        off = abs(shown["vide"].shown - shown["soun"].shown)
        if shown["vide"].samples != done.frames or off >= 1 / fps:
            wrong += 1
            console.print(f"plan {seed}: {off:.4f} s apart")
    return wrong


def main(
    frames: Annotated[int, typer.Option(min=20, help="Frames of each still.")] = 120,
    rounds: Annotated[int, typer.Option(min=1, help="How often each renderer runs.")] = 3,
    folder: Annotated[Path, typer.Option(help="Where stills and videos are kept.")] = (
        ROOT / "build" / "bench-video"
    ),
    plans: Annotated[int, typer.Option(help="Only: render so many random plans.")] = 0,
    stills: Annotated[int, typer.Option(help="Only: memory over so many stills.")] = 0,
) -> None:
    """Measure the video engine beside others."""
    ensure()
    case = Case(folder, frames)
    folder.mkdir(parents=True, exist_ok=True)
    if plans:
        wrong = try_plans(folder, plans)
        console.print(f"{plans} plans, {wrong} with sound and pictures a frame or more apart")
        raise typer.Exit(1 if wrong else 0)
    case.make()
    if stills:
        measure_memory(case, stills)
        return
    console.print(
        f"{case.total} frames, {FPS} a second, {len(MOTIONS)} stills; {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    results = compare(case, rounds)
    console.print(table(results))
    console.print(f"load at the end {os.getloadavg()[0]:.1f}")


def measure_memory(case: Case, count: int) -> None:
    """The most memory that a process had, over few stills and over many."""
    for number in (len(case.stills), count):
        scenes = tuple(
            Scene(
                source=str(case.stills[at % len(case.stills)]),
                duration=0.4,
                seed=at,
                transition=Transition(kind="crossfade", seconds=0.1),
            )
            for at in range(number)
        )
        plan = Plan(width=1920, height=1080, fps=FPS, scenes=scenes)
        path = case.folder / "many.json"
        path.write_text(plan.model_dump_json(by_alias=True))
        program = rivals()[1].command(case, path)[0]
        took = timed([program, "render", str(path), "--out", str(case.folder / "many.mp4")])
        console.print(f"{number} stills: {took.memory:.0f} MB a process at most, {took.wall:.0f} s")


if __name__ == "__main__":
    typer.run(main)
