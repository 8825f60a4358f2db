"""Pieces of a video: drawn, encoded, and put together again without being encoded twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.video.encoder import Encoder, Profile
from shared.video.ffmpeg import run
from shared.video.frames import Painter
from shared.video.kernel import kernel
from shared.video.plan import Plan
from shared.video.timeline import Timeline
from shared.video.workers import Tell

_TELL_EVERY = 5  # frames


@dataclass(frozen=True)
class Work:
    """What all pieces of a video share."""

    plan: Plan
    timeline: Timeline
    profile: Profile


@dataclass(frozen=True)
class Piece:
    """Frames `first` to before `end`, and the file that they become."""

    work: Work
    first: int
    end: int
    path: Path

    def encode(self, tell: Tell) -> None:
        """Draws and encodes the piece; `tell` hears how many of its frames are done.

        Raises:
            MedleyError: A still cannot be drawn, or ffmpeg failed.
        """
        plan = self.work.plan
        size = (plan.width, plan.height)
        with Encoder(self.path, size, plan.fps, self.work.profile) as encoder:
            painter = Painter(plan, self.work.timeline, kernel())
            for number in range(self.first, self.end):
                encoder.write(painter.draw(number))
                done = number + 1 - self.first
                if done % _TELL_EVERY == 0:
                    tell(done)
            encoder.finish()
        tell(self.end - self.first)


def join(pieces: Sequence[Path], sound: Path | None, out: Path, folder: Path) -> None:
    """Puts pieces in a row, adds the sound, and writes the index to the front of the file.

    Nothing is encoded, and nothing cut: the sound has to be as long as the pictures.

    Args:
        pieces: Files in `folder`.
        sound: AAC in an MP4.
        out: The MP4.
        folder: Where the list of pieces may be written.

    Raises:
        MedleyError: ffmpeg failed, or the disk is full.
    """
    import ffmpeg

    listed = folder / "pieces.txt"
    listed.write_text(
        "ffconcat version 1.0\n" + "".join(f"file '{piece.name}'\n" for piece in pieces)
    )
    streams = [ffmpeg.input(str(listed), format="concat", safe=0)["v"]]
    if sound is not None:
        streams.append(ffmpeg.input(str(sound))["a"])
    run(ffmpeg.output(*streams, str(out), c="copy", movflags="+faststart", f="mp4"))
