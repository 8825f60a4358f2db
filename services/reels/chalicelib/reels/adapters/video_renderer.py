"""Rendering with the engine in `shared.video`."""

import errno
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from chalicelib.reels.models import Rendered
from chalicelib.reels.ports import Renderer
from shared.errors import PermanentError
from shared.video.plan import Plan

# Raised when the same plan gives another video: by the engine, or by what is done here.
EDITION = 2
# /tmp must hold the stills, the pieces and the video; below this it is not even begun.
LEAST_FREE = 64 << 20


class VideoRenderer(Renderer):
    """Renders in a temporary folder, which is gone afterwards whatever happens."""

    @property
    def version(self) -> str:
        return f"medley-video-{EDITION}"

    def render(self, plan: Plan, files: Mapping[str, bytes], *, fast: bool) -> Rendered:
        try:
            with tempfile.TemporaryDirectory(prefix="reel-") as folder:
                return _render(plan, files, Path(folder), fast=fast)
        except OSError as exc:
            if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise _full() from exc
            raise


def _render(plan: Plan, files: Mapping[str, bytes], folder: Path, *, fast: bool) -> Rendered:
    from shared.video.render import render

    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise _full()
    paths: dict[str, Path] = {}
    for number, name in enumerate(sorted(_sources(plan))):
        paths[name] = folder / f"source-{number}"
        paths[name].write_bytes(files[name])
    out, poster = folder / "reel.mp4", folder / "poster.jpg"
    made = render(
        _located(plan, paths),
        out,
        profile="preview" if fast else "quality",
        work_dir=folder,
        poster=poster,
    )
    return Rendered(
        video=out.read_bytes(),
        poster=poster.read_bytes(),
        width=made.width,
        height=made.height,
        seconds=made.seconds,
        fps=plan.fps,
        frames=made.frames,
    )


def _sources(plan: Plan) -> set[str]:
    return {
        *(scene.source for scene in plan.scenes if scene.source),
        *(overlay.source for overlay in plan.overlays),
        *(track.path for track in plan.audio),
    }


def _located(plan: Plan, paths: Mapping[str, Path]) -> Plan:
    """The plan with the files' places instead of their names."""
    return plan.model_copy(
        update={
            "scenes": tuple(
                scene.model_copy(update={"source": str(paths[scene.source])})
                if scene.source
                else scene
                for scene in plan.scenes
            ),
            "overlays": tuple(
                overlay.model_copy(update={"source": str(paths[overlay.source])})
                for overlay in plan.overlays
            ),
            "audio": tuple(
                track.model_copy(update={"path": str(paths[track.path])}) for track in plan.audio
            ),
        }
    )


def _full() -> PermanentError:
    return PermanentError("disk_full", "There is no room left for the video's files.")
