"""Where the frame is on a still."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.video.motion import choose_fit, frame_rect, inside, plan_motion, plan_towards
from shared.video.plan import Box, Motion, Rect

sides = st.integers(40, 9000)
frames = st.sampled_from([(1920, 1080), (1080, 1920), (1080, 1080), (64, 48)])


@st.composite
def stills_with_focus(draw: st.DrawFn) -> tuple[int, int, list[Box]]:
    width, height = draw(sides), draw(sides)
    boxes = []
    for _ in range(draw(st.integers(0, 3))):
        x0, y0 = draw(st.floats(0, width * 0.9)), draw(st.floats(0, height * 0.9))
        w, h = draw(st.floats(1, width * 0.3)), draw(st.floats(1, height * 0.3))
        boxes.append(Box(x0=x0, y0=y0, x1=min(width, x0 + w), y1=min(height, y0 + h)))
    return width, height, boxes


@settings(deadline=None)
@given(still=stills_with_focus(), frame=frames, seed=st.integers(0, 1000))
def test_a_planned_motion_never_leaves_the_picture_and_keeps_the_frames_shape(
    still: tuple[int, int, list[Box]], frame: tuple[int, int], seed: int
) -> None:
    width, height, focus = still
    start, end = plan_motion(width, height, frame, focus=focus, seed=seed)
    motion = Motion(start=start, end=end)
    for step in range(11):
        rect = frame_rect(motion, step / 10)
        assert rect.x >= -1e-6
        assert rect.y >= -1e-6
        assert rect.right <= width + 1e-6
        assert rect.bottom <= height + 1e-6
        assert rect.width / rect.height == pytest.approx(frame[0] / frame[1])


@settings(deadline=None)
@given(still=stills_with_focus(), frame=frames, seed=st.integers(0, 1000))
def test_what_matters_stays_in_the_frame_where_it_fits(
    still: tuple[int, int, list[Box]], frame: tuple[int, int], seed: int
) -> None:
    width, height, focus = still
    if not focus:
        return
    start, end = plan_motion(width, height, frame, focus=focus, seed=seed)
    far = max(start, end, key=lambda rect: rect.width)
    x0, x1 = min(box.x0 for box in focus), max(box.x1 for box in focus)
    y0, y1 = min(box.y0 for box in focus), max(box.y1 for box in focus)
    if x1 - x0 > far.width or y1 - y0 > far.height:
        return
    for step in range(11):
        rect = frame_rect(Motion(start=start, end=end), step / 10)
        assert rect.x <= x0 + 1e-6
        assert rect.right >= x1 - 1e-6
        assert rect.y <= y0 + 1e-6
        assert rect.bottom >= y1 - 1e-6


def test_the_same_seed_is_the_same_motion_and_another_is_another() -> None:
    motions = [plan_motion(4000, 3000, (1920, 1080), seed=seed) for seed in (1, 1, 2)]
    assert motions[0] == motions[1] != motions[2]


@settings(deadline=None)
@given(
    x=st.floats(-500, 2500),
    y=st.floats(-500, 2500),
    width=st.floats(0, 3000),
    height=st.floats(0, 3000),
    seed=st.integers(0, 1000),
)
def test_a_motion_towards_a_goal_always_moves_and_stays_within_where_it_starts(
    x: float, y: float, width: float, height: float, seed: int
) -> None:
    far = Rect(x=300, y=200, width=1200, height=800)
    goal = Box(x0=x, y0=y, x1=x + width, y1=y + height)
    start, end = plan_towards(far, goal, seed=seed)
    assert (start, end) == plan_towards(far, goal, seed=seed)
    near = min(start, end, key=lambda rect: rect.width)
    assert far in (start, end)
    assert near.width < far.width / 1.05
    assert near.width / near.height == pytest.approx(1.5)
    assert near.x >= far.x - 1e-6
    assert near.y >= far.y - 1e-6
    assert near.right <= far.right + 1e-6
    assert near.bottom <= far.bottom + 1e-6


def rects(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[Rect, Rect]:
    made = [Rect(x=x, y=y, width=w, height=w / 2) for x, y, w in (a, b)]
    return made[0], made[1]


START, END = rects((100, 50, 800), (300, 200, 400))


@pytest.mark.parametrize("law", ["width", "zoom", "log"])
@pytest.mark.parametrize("easing", ["linear", "smoothstep"])
def test_a_motion_begins_and_ends_at_its_rectangles(law: str, easing: str) -> None:
    motion = Motion.model_validate({"start": START, "end": END, "law": law, "easing": easing})
    for u, wanted in ((0, START), (1, END), (-3, START), (7, END)):
        rect = frame_rect(motion, u)
        assert (rect.x, rect.y, rect.width) == pytest.approx((wanted.x, wanted.y, wanted.width))


def test_each_law_has_its_own_quantity_go_evenly() -> None:
    def widths(law: str) -> list[float]:
        motion = Motion.model_validate({"start": START, "end": END, "law": law, "easing": "linear"})
        return [frame_rect(motion, step / 4).width for step in range(5)]

    def even(values: list[float]) -> bool:
        steps = [b - a for a, b in pairwise(values)]
        return max(steps) - min(steps) < 1e-9 * max(map(abs, values)) + 1e-12

    assert even(widths("width"))
    assert even([1 / width for width in widths("zoom")])
    assert even([math.log(width) for width in widths("log")])


def test_under_the_zoom_law_the_centre_goes_evenly() -> None:
    motion = Motion(start=START, end=END, law="zoom", easing="linear")
    xs = [frame_rect(motion, step / 4).centre[0] for step in range(5)]
    assert [b - a for a, b in pairwise(xs)] == pytest.approx([0.0] * 4)


@pytest.mark.parametrize("law", ["width", "log"])
def test_under_the_other_laws_one_point_of_the_picture_rests(law: str) -> None:
    motion = Motion.model_validate({"start": START, "end": END, "law": law, "easing": "linear"})
    # Of a start x, w = 100, 800 and an end x, w = 300, 400 it is x = 500, in the middle.
    for step in range(5):
        rect = frame_rect(motion, step / 4)
        assert (500 - rect.x) / rect.width == pytest.approx(0.5)


def test_a_drift_without_a_zoom_goes_evenly_under_any_law() -> None:
    start, end = rects((0, 0, 400), (200, 0, 400))
    for law in ("width", "zoom", "log"):
        motion = Motion.model_validate({"start": start, "end": end, "law": law, "easing": "linear"})
        assert frame_rect(motion, 0.25).x == pytest.approx(50)


def test_easing_is_slow_at_both_ends() -> None:
    motion = Motion(start=START, end=END, law="width", easing="smoothstep")
    xs = [frame_rect(motion, u).x for u in (0, 0.05, 0.5, 0.55, 0.95, 1)]
    assert xs[1] - xs[0] < (xs[3] - xs[2]) / 5
    assert xs[5] - xs[4] < (xs[3] - xs[2]) / 5


def test_a_landscape_in_an_upright_frame_is_cropped_around_what_matters() -> None:
    runner = Box(x0=3000, y0=500, x1=3500, y1=2500)
    assert choose_fit(4000, 3000, (1080, 1920), [runner]) == "crop"
    start, end = plan_motion(4000, 3000, (1080, 1920), focus=[runner], seed=3)
    assert min(start.x, end.x) > 1500


def test_a_crop_that_would_cut_what_matters_gives_way_to_a_blurred_fill() -> None:
    group = [
        Box(x0=100, y0=800, x1=600, y1=2000),
        Box(x0=3400, y0=800, x1=3900, y1=2000),
    ]
    assert choose_fit(4000, 3000, (1080, 1920), group) == "blur"
    assert choose_fit(4000, 3000, (1920, 1080), group) == "crop"


def test_without_focus_a_crop_may_lose_a_part_and_not_most() -> None:
    assert choose_fit(4000, 3000, (1080, 1080), []) == "crop"
    assert choose_fit(6000, 1000, (1080, 1920), []) == "blur"


def test_a_rectangle_is_moved_into_the_picture_before_it_is_made_smaller() -> None:
    assert inside(Rect(x=-5, y=90, width=50, height=20), 100, 100) == Rect(
        x=0, y=80, width=50, height=20
    )
    assert inside(Rect(x=-5, y=0, width=200, height=50), 100, 100).width == 100
