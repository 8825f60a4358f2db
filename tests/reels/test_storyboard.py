"""From a template and photos to the plan of a video."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reels.domain.beats import on_beats
from chalicelib.reels.domain.default_template import BUILT_IN
from chalicelib.reels.domain.storyboard import focus_of, hold, plan_reel, size_of
from chalicelib.reels.domain.texts import readable_on
from chalicelib.reels.domain.variables import clean, fill, values
from chalicelib.reels.models import Aspect, Picture, RaceEvent, Shot, Template
from shared.contracts import RunnerEntry

DEFAULT = BUILT_IN["default"]
KNOWN = values(
    RaceEvent(event_id="e", name="City Run", date="2026-05-17"),
    "7",
    RunnerEntry(bib="7", name="Ana", finish_time="1:42:07", category="W30"),
)
MATERIAL = "ab" * 10


def shots(count: int) -> list[Shot]:
    return [
        Shot(
            image_id=f"{n + 1:020x}",
            etag=str(n),
            box=(1400, 1000, 1800, 1200),
            confidence=0.9,
            width=3200,
            height=2134,
        )
        for n in range(count)
    ]


def plan(count: int = 6, template: Template = DEFAULT, **changes: Any) -> Any:
    chosen = shots(count)
    sizes = {one.image_id: Picture(width=1600, height=1067) for one in chosen}
    asked = {"aspect": Aspect.PORTRAIT, "known": KNOWN} | changes
    return plan_reel(template, chosen, sizes, **asked)


def template(**changes: Any) -> Template:
    document = DEFAULT.model_dump(mode="json", by_alias=True) | changes
    return Template.model_validate(document)


def test_a_full_reel_has_a_scene_for_each_slot_and_the_card() -> None:
    made = plan()

    assert len(made.scenes) == 7
    assert made.scenes[-1].source is None
    assert made.scenes[0].transition.kind == "cut"
    assert [scene.transition.kind for scene in made.scenes[1:3]] == ["crossfade", "slide"]


def test_few_photos_are_held_longer_and_never_too_long() -> None:
    assert hold(DEFAULT, 6) == [slot.seconds for slot in DEFAULT.slots]
    assert hold(DEFAULT, 1) == [DEFAULT.longest_hold]
    assert sum(hold(DEFAULT, 3)) == pytest.approx(DEFAULT.seconds)
    assert len(plan(1).scenes) == 2


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize("preview", [False, True])
def test_every_shape_has_even_sides_in_its_proportion(aspect: Aspect, preview: bool) -> None:
    width, height = size_of(aspect, preview=preview)
    across, down = (int(part) for part in aspect.value.split(":"))

    assert width % 2 == height % 2 == 0
    assert width / height == pytest.approx(across / down, rel=0.01)


def test_what_matters_on_a_photo_is_told_in_pixels_of_its_file() -> None:
    (one,) = shots(1)
    bib, body = focus_of(one, Picture(width=1600, height=1067))

    assert (bib.x0, bib.x1) == (700, 900)
    assert body.y0 < bib.y0
    assert body.y1 <= 1067


def test_a_number_that_was_added_without_a_place_leaves_the_choice_to_the_engine() -> None:
    (one,) = shots(1)
    all_over = one.model_copy(update={"box": (0.0, 0.0, 3200.0, 2134.0)})
    assert focus_of(all_over, Picture(width=1600, height=1067)) == ()


def test_texts_are_filled_and_those_without_a_value_are_left_out() -> None:
    named = [layer.text for layer in plan().texts]
    nobody = values(RaceEvent(event_id="e", name="City Run", date=None), "7", None)
    unnamed = [(layer.text, layer.kind) for layer in plan(known=nobody).texts]

    assert named == ["Ana", "7", "1:42:07", "7", "1:42:07", "City Run · 17 May 2026"]
    assert unnamed == [
        ("City Run", "title"),
        ("7", "badge"),
        ("7", "badge"),
        ("City Run", "caption"),
    ]


@pytest.mark.parametrize("photos", range(1, 7))
def test_a_title_and_a_lower_third_are_never_shown_at_once(photos: int) -> None:
    shown = {layer.kind: layer for layer in plan(photos).texts if layer.kind != "badge"}
    title = next(layer for layer in plan(photos).texts if layer.kind == "title")

    assert title.end <= shown["lower_third"].start
    assert title.end - title.start > 1
    assert shown["lower_third"].end - shown["lower_third"].start > 1


def test_a_value_is_never_read_as_a_variable() -> None:
    assert fill("${a} ${b}", {"a": "${b}", "b": "x"}) == "${b} x"
    assert fill("${a}", {}) is None


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Ana\n\tMaría ", "Ana María"),
        ("Ana\x00\x1b[31m", "Ana[31m"),
        ("A\u202enna", "Anna"),
        ("محمد علي", "محمد علي"),
        ("Zoë 🏃‍♀️", "Zoë 🏃‍♀️"),
        ("e\u0301", "é"),
    ],
)
def test_names_of_any_script_are_kept_and_controls_are_not(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_music_is_looped_faded_and_cut_on_its_beats() -> None:
    music = {"materialId": MATERIAL, "skip": 1.0}
    beats = [1.0 + 0.5 * n + 0.13 for n in range(60)]

    made = plan(template=template(music=music), beats=beats)

    cuts = [sum(s.duration for s in made.scenes[: n + 1]) for n in range(len(made.scenes) - 1)]
    shifted = [beat - 1.0 for beat in beats]
    assert all(min(abs(cut - beat) for beat in shifted) < 1e-6 for cut in cuts)
    assert made.seconds == pytest.approx(plan().seconds)
    (track,) = made.audio
    assert (track.path, track.loop, track.skip) == ("music", True, 1.0)
    plain = plan(template=template(music={**music, "cutOnBeats": False}), beats=beats)
    assert plain.scenes[0].duration == DEFAULT.slots[0].seconds


def test_a_logo_is_laid_over() -> None:
    (overlay,) = plan(template=template(logo={"materialId": MATERIAL, "width": 0.2})).overlays

    assert (overlay.source, overlay.width, overlay.end) == ("logo", 0.2, None)


@given(
    st.lists(st.floats(0.5, 5), min_size=1, max_size=12),
    st.lists(st.floats(-2, 60), max_size=80),
)
def test_cuts_on_beats_keep_length_and_order(durations: list[float], beats: list[float]) -> None:
    moved = on_beats(durations, sorted(beats), least=0.4)

    assert sum(moved) == pytest.approx(sum(durations))
    assert len(moved) == len(durations)
    assert all(one > 0.05 for one in moved)
    edges = [sum(moved[:n]) for n in range(len(moved) + 1)]
    assert all(earlier < later for earlier, later in pairwise(edges))


@pytest.mark.parametrize(
    ("colour", "text"), [("#d3f53b", "#15181a"), ("#15181a", "#ffffff"), ("#a8231a", "#ffffff")]
)
def test_a_badge_can_be_read_on_any_colour(colour: str, text: str) -> None:
    assert readable_on(colour) == text
