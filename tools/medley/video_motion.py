"""A motion file, as the Ken Burns benchmark writes it, as a plan; and a plan's paths made whole."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.video.plan import Motion, Plan, Rect, Scene

type Edges = tuple[float, float, Annotated[float, Field(gt=0)]]
"""Left, top and width, in pixels of the still; the height follows from the frame's shape."""


class Still(BaseModel):
    """A still and its rectangles at the first and at the last frame."""

    path: str
    r0: Edges
    r1: Edges


class MotionFile(BaseModel):
    """What a motion file has; whatever else is in it is left alone."""

    model_config = ConfigDict(extra="ignore")

    width: int = Field(ge=16, le=4096, multiple_of=2)
    height: int = Field(ge=16, le=4096, multiple_of=2)
    fps: int = Field(ge=1, le=120)
    frames: int = Field(ge=1)
    law: Literal["width", "zoom"] = "width"
    ease: Literal["linear", "smoothstep"] = "linear"
    stills: list[Still] = Field(min_length=1)


def plan_of(document: bytes, folder: Path) -> Plan:
    """The plan of a motion file; paths that are relative are below `folder`.

    Raises:
        ValidationError: The file is not one, or cannot be shown.
    """
    file = MotionFile.model_validate_json(document)
    aspect = file.height / file.width

    def rect(edges: Edges) -> Rect:
        x, y, width = edges
        return Rect(x=x, y=y, width=width, height=width * aspect)

    scenes = tuple(
        Scene(
            source=str(folder / still.path),
            duration=file.frames / file.fps,
            motion=Motion(start=rect(still.r0), end=rect(still.r1), law=file.law, easing=file.ease),
            fit="crop",
        )
        for still in file.stills
    )
    return Plan(width=file.width, height=file.height, fps=file.fps, scenes=scenes)


def rooted(plan: Plan, folder: Path) -> Plan:
    """The plan with paths that are relative taken from `folder`."""
    return plan.model_copy(
        update={
            "scenes": tuple(
                scene
                if scene.source is None
                else scene.model_copy(update={"source": str(folder / scene.source)})
                for scene in plan.scenes
            ),
            "overlays": tuple(
                overlay.model_copy(update={"source": str(folder / overlay.source)})
                for overlay in plan.overlays
            ),
            "audio": tuple(
                track.model_copy(update={"path": str(folder / track.path)}) for track in plan.audio
            ),
        }
    )
