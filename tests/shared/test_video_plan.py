"""What a plan takes, and how it lies on frames."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import PermanentError
from shared.video.plan import AudioTrack, Motion, Plan, Rect, Scene, TextLayer, Transition
from shared.video.timeline import frames_of_audio, lay_out, pieces
from tests.shared.video_parts import plan_of


def test_a_plan_travels_as_json() -> None:
    rect = Rect(x=0, y=0, width=96, height=64)
    plan = plan_of(
        Scene(source="a.jpg", duration=2, motion=Motion(start=rect, end=rect)),
        Scene(duration=1, transition=Transition(kind="crossfade", seconds=0.5)),
        texts=(TextLayer(kind="title", text="Finish", end=2),),
        audio=(AudioTrack(path="bed.mp3", loop=True),),
    )
    document = plan.model_dump_json(by_alias=True)
    assert '"fadeIn"' in document
    assert Plan.model_validate_json(document) == plan


RECT = Rect(x=0, y=0, width=90, height=60)
WIDE = Rect(x=0, y=0, width=90, height=30)


@pytest.mark.parametrize(
    "change",
    [
        {"width": 95},
        {"height": 0},
        {"fps": 0},
        {"scenes": ()},
        {"background": "red"},
        {"follow": "audio"},
        {"texts": ({"kind": "title", "text": "x", "start": 2, "end": 1},)},
        {"scenes": ({"duration": 0},)},
        {"scenes": ({"duration": float("inf")},)},
        {"scenes": ({"duration": 1, "transition": {"kind": "dip", "seconds": 2}},)},
        {"scenes": ({"duration": 1, "motion": {"start": WIDE, "end": WIDE}},)},
        {
            "scenes": (
                {"duration": 1, "fit": "blur", "motion": {"start": RECT, "end": WIDE}},
            )
        },
        {"scenes": ({"duration": 3600},) * 200, "fps": 60},
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_made_is_refused(change: dict[str, Any]) -> None:
    whole = {"width": 96, "height": 64, "fps": 10, "scenes": ({"duration": 1},)}
    with pytest.raises(ValidationError):
        Plan.model_validate(whole | change)


@settings(deadline=None)
@given(
    durations=st.lists(st.floats(0.001, 5), min_size=1, max_size=30),
    fps=st.sampled_from([1, 10, 24, 25, 30, 60]),
    mixed=st.floats(0, 1),
)
def test_scenes_lie_end_to_end_and_nothing_adds_up(
    durations: list[float], fps: int, mixed: float
) -> None:
    plan = plan_of(
        *(
            Scene(duration=d, transition=Transition(kind="crossfade", seconds=d * mixed))
            for d in durations
        ),
        fps=fps,
    )
    if round(plan.seconds * fps) < 1:
        with pytest.raises(PermanentError):
            lay_out(plan)
        return
    timeline = lay_out(plan)
    assert timeline.frames == round(plan.seconds * fps)
    edges = [timeline.slots[0].first, *(slot.end for slot in timeline.slots)]
    assert edges[0] == 0
    assert edges == sorted(set(edges))
    for before, slot in zip(timeline.slots, timeline.slots[1:], strict=False):
        assert before.end == slot.first
        assert slot.mixed <= slot.end - slot.first
    for frame in range(timeline.frames):
        slot = timeline.slots[timeline.at(frame)]
        assert slot.first <= frame < slot.end
        assert 0 <= slot.progress(frame) <= 1


def test_a_scene_moves_on_beneath_the_one_that_comes_in() -> None:
    plan = plan_of(
        Scene(duration=2), Scene(duration=2, transition=Transition(kind="wipe", seconds=1))
    )
    first, second = lay_out(plan).slots
    assert (first.end, first.last, second.first, second.mixed) == (20, 30, 20, 10)
    assert first.progress(29) == 1


def test_scenes_are_stretched_alike_to_fill_a_length() -> None:
    plan = plan_of(Scene(duration=1), Scene(duration=3))
    assert [slot.end for slot in lay_out(plan, 100).slots] == [25, 100]


@given(samples=st.integers(0, 10**9), fps=st.sampled_from([1, 24, 25, 30, 50, 60]))
def test_frames_cover_the_sound_and_no_more_than_they_must(samples: int, fps: int) -> None:
    frames = frames_of_audio(samples, 48_000, fps)
    assert frames == max(1, math.ceil(samples * fps / 48_000))
    assert frames * 48_000 >= samples * fps


@given(durations=st.lists(st.floats(0.2, 5), min_size=1, max_size=20), count=st.integers(1, 12))
def test_pieces_are_of_about_equal_time_and_leave_nothing_out(
    durations: list[float], count: int
) -> None:
    timeline = lay_out(plan_of(*(Scene(duration=d) for d in durations), fps=30))
    made = pieces(timeline, count)
    assert made[0][0] == 0
    assert made[-1][1] == timeline.frames
    assert all(a[1] == b[0] for a, b in pairwise(made))
    equal = timeline.frames / min(count, timeline.frames)
    assert all(abs(end - first - equal) <= equal * 0.05 + 2 for first, end in made)


def test_a_piece_begins_at_a_cut_that_is_near() -> None:
    timeline = lay_out(plan_of(Scene(duration=5.05), Scene(duration=4.95), fps=100))
    assert pieces(timeline, 2) == [(0, 505), (505, 1000)]
