"""What a video is to show and play, from start to end: plain data, checked, that travels as JSON.

Times are seconds of the whole video. Scenes lie end to end: a scene begins where the one before it
ends, and its transition takes the first part of its own time, while the scene before it moves on.
So the length of a video is the sum of its scenes' durations, whatever the transitions are.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.models import Model

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
"""A colour of sRGB, ``#rrggbb``."""

Seconds = Annotated[float, Field(ge=0, le=6 * 3600)]
Law = Literal["zoom", "width", "log"]
"""What goes evenly from start to end: the magnification, the rectangle's width, or its logarithm,
which looks even to the eye."""
Easing = Literal["linear", "smoothstep"]
Fit = Literal["crop", "blur"]
TransitionKind = Literal["cut", "crossfade", "dip", "wipe", "slide"]
TextKind = Literal["title", "caption", "lower_third", "badge", "subtitle"]
Role = Literal["music", "narration"]
Place = Literal[
    "top_left", "top", "top_right",
    "left", "center", "right",
    "bottom_left", "bottom", "bottom_right",
]  # fmt: skip

MOST_FRAMES = 6 * 3600 * 60


class Rect(Model):
    """A part of a still: the left and upper edge and the size, in pixels of the upright still."""

    x: float
    y: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


class Box(Model):
    """What matters on a still, such as a face or a bib: its edges in pixels of the upright still.

    `weight` tells how much it matters beside others.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    weight: float = Field(default=1.0, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError("a box ends before it begins")
        return self


class Motion(Model):
    """A way over a still: the rectangle that fills the frame at the first and at the last frame.

    Both have the frame's aspect; of a scene that is fitted by "blur", both have one aspect.
    """

    start: Rect
    end: Rect
    law: Law = "log"
    easing: Easing = "smoothstep"


class Transition(Model):
    """How a scene comes in.

    "crossfade" blends, "dip" goes through the plan's background, "wipe" uncovers from the left,
    "slide" pushes the scene before it out to the left. A "cut" takes no time.
    """

    kind: TransitionKind = "cut"
    seconds: float = Field(default=0.0, ge=0, le=10)


class Scene(Model):
    """A still for some time, or a plain card of one colour for texts.

    Attributes:
        source: The still's file; a caller that keeps stills elsewhere fetches them first. None
            makes a card of `background`, or of the plan's.
        duration: Seconds, of which the transition takes the first.
        motion: The way over the still. Without one, it is chosen by `focus` and `seed`.
        focus: What has to stay in the frame, such as faces and bibs. Without any, the frame goes
            to what a caller's detector finds, or to what stands out; see `shared.video.aim`.
        fit: "crop" fills the frame with a part of the still. "blur" shows the still, or the
            motion's part of it, in full, over a blurred copy of itself.
            None chooses: a crop, unless that would cut what matters.
        seed: Makes motions that are chosen differ from each other; the same seed, the same motion.
    """

    source: str | None = None
    duration: float = Field(gt=0, le=3600)
    motion: Motion | None = None
    focus: tuple[Box, ...] = ()
    fit: Fit | None = None
    background: Colour | None = None
    transition: Transition = Transition()
    seed: int = 0

    @model_validator(mode="after")
    def _transition_fits(self) -> Self:
        if self.transition.seconds > self.duration:
            raise ValueError("a transition is longer than its scene")
        return self


class TextStyle(Model):
    """How a text looks; what is None is chosen by the text's kind.

    Attributes:
        size: The height of a line, as a part of the frame's shorter side.
        colour: Of the letters.
        outline: The colour of the line around the letters.
        background: The colour of the panel behind the text.
        background_opacity: 0 to 1.
        bold: A heavy face.
        align: Of the lines within the text.
    """

    size: float | None = Field(default=None, gt=0, le=1)
    colour: Colour | None = None
    outline: Colour | None = None
    background: Colour | None = None
    background_opacity: float | None = Field(default=None, ge=0, le=1)
    bold: bool | None = None
    align: Literal["left", "center", "right"] | None = None


class TextLayer(Model):
    """A text over the pictures, from `start` until `end`.

    `subtext` is the second line of a title or a lower third. `position` is where in the frame,
    within safe margins; None leaves it to the kind. `fade` is how long it takes to come and to go.
    """

    kind: TextKind
    text: str = Field(max_length=2000)
    subtext: str | None = Field(default=None, max_length=2000)
    start: Seconds = 0.0
    end: Seconds
    position: Place | None = None
    style: TextStyle = TextStyle()
    fade: float = Field(default=0.0, ge=0, le=10)

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a text ends before it begins")
        return self


class Overlay(Model):
    """A picture over the pictures, such as a logo; its transparent parts stay transparent.

    `width` is a part of the frame's width. `end` None is the video's end.
    """

    source: str
    start: Seconds = 0.0
    end: Seconds | None = None
    position: Place = "top_right"
    width: float = Field(default=0.18, gt=0, le=1)
    opacity: float = Field(default=1.0, ge=0, le=1)
    fade: float = Field(default=0.0, ge=0, le=10)


class AudioTrack(Model):
    """A sound file: a music bed, or narration that the music makes room for.

    `gain` is in decibels, on top of what evens out the loudness. `start` is when in the video it
    begins, `skip` how much of the file's beginning is left out. A track with `loop` is repeated
    until the video ends; any is cut off there.
    """

    path: str
    role: Role = "music"
    gain: float = Field(default=0.0, ge=-60, le=24)
    fade_in: Seconds = 0.0
    fade_out: Seconds = 0.0
    start: Seconds = 0.0
    skip: Seconds = 0.0
    loop: bool = False


class Plan(Model):
    """A whole video.

    Attributes:
        width: Even, in pixels; so is `height`.
        fps: Frames a second.
        background: What a dip goes through, and what cards show.
        scenes: In their order.
        texts: In the order in which they are drawn.
        overlays: Pictures over the scenes, under the texts.
        audio: What is heard. Without any track the file has no sound.
        follow: "scenes" makes the video as long as its scenes, and cuts or pads the sound.
            "audio" makes it as long as the narration, or as the sound where there is none, to
            the next full frame; the scenes are stretched or shortened alike to fill it.
    """

    width: int = Field(ge=16, le=4096, multiple_of=2)
    height: int = Field(ge=16, le=4096, multiple_of=2)
    fps: int = Field(default=30, ge=1, le=120)
    background: Colour = "#000000"
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=5000)
    texts: tuple[TextLayer, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    audio: tuple[AudioTrack, ...] = ()
    follow: Literal["scenes", "audio"] = "scenes"

    @property
    def seconds(self) -> float:
        """The sum of the scenes' durations."""
        return sum(scene.duration for scene in self.scenes)

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        if self.seconds * self.fps > MOST_FRAMES:
            raise ValueError(f"more than {MOST_FRAMES} frames")
        if self.follow == "audio" and not self.audio:
            raise ValueError("the length follows the sound, and there is none")
        for number, scene in enumerate(self.scenes):
            if scene.motion is not None:
                self._check_aspect(number, scene, scene.motion)
        return self

    def _check_aspect(self, number: int, scene: Scene, motion: Motion) -> None:
        blurred = scene.fit == "blur"
        wanted = self.width / self.height
        if blurred:
            wanted = motion.start.width / motion.start.height
        for rect in (motion.start, motion.end):
            if abs(rect.width - rect.height * wanted) > max(1.0, 0.005 * rect.width):
                raise ValueError(f"scene {number}: its motion would stretch the picture")
