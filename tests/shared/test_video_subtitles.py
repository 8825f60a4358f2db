"""Subtitles: how lines break, the three files, and what libass makes of them."""

import re
from itertools import pairwise
from pathlib import Path

import ffmpeg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.video.ffmpeg import run
from shared.video.plan import TextLayer
from shared.video.subtitles import (
    MOST_COLUMNS,
    Cue,
    arranged,
    break_lines,
    columns,
    cues_of,
    layers_of,
    to_srt,
    to_vtt,
    write_side_files,
)
from shared.video.subtitles_ass import burn_in, to_ass
from shared.video.text import draw_text

LONG = (
    "We started at five in the morning, and the whole town stood at the road. Nobody had slept, "
    "and everybody cheered until the very last of us came home."
)


def cue(start: float, end: float, text: str) -> Cue:
    return Cue(start=start, end=end, text=text)


def test_lines_break_after_a_pause_rather_than_within_a_phrase() -> None:
    text = "We started at five in the morning, and the whole town stood there"
    assert break_lines(text) == [
        "We started at five in the morning,", "and the whole town stood there",
    ]  # fmt: skip


def test_japanese_lines_are_half_as_many_characters_and_begin_with_no_sign() -> None:
    lines = break_lines("東京マラソンは素晴らしい大会でした。沿道の応援が最後まで力をくれました。")
    assert lines == ["東京マラソンは素晴らしい大会でした。", "沿道の応援が最後まで力をくれました。"]
    assert all(columns(line) <= MOST_COLUMNS for line in lines)


def test_a_word_without_an_end_is_cut() -> None:
    assert break_lines("x" * 100) == ["x" * 42, "x" * 42, "x" * 16]


@settings(max_examples=100, deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("aé 速。、\n🎉")), max_size=200))
def test_no_line_is_wider_than_allowed_and_no_letter_is_lost(text: str) -> None:
    from shared.video.text_runs import clean

    lines = break_lines(text)
    assert all(columns(line) <= MOST_COLUMNS for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", clean(text))


def test_a_long_cue_becomes_several_that_share_its_time() -> None:
    parts = arranged([cue(10, 20, LONG)])
    assert len(parts) > 1
    assert (parts[0].start, parts[-1].end) == (10, 20)
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert all(part.text.count("\n") <= 1 for part in parts)
    assert " ".join(part.text.replace("\n", " ") for part in parts) == LONG


def test_cues_come_in_order_and_never_two_at_a_time() -> None:
    parts = arranged([cue(5, 9, "later"), cue(1, 6, "sooner"), cue(9, 10, " \n ")])
    assert [(part.start, part.end, part.text) for part in parts] == [
        (1, 5, "sooner"), (5, 9, "later"),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.001, 20), st.text(max_size=80)), max_size=8)
)
def test_shown_cues_never_overlap_and_always_take_time(
    entries: list[tuple[float, float, str]],
) -> None:
    parts = arranged([cue(at, at + length, text) for at, length, text in entries])
    assert all(part.end > part.start for part in parts)
    assert all(a.end <= b.start for a, b in pairwise(parts))


def test_srt_is_numbered_with_commas_and_no_blank_line_within_a_cue() -> None:
    text = to_srt([cue(0, 1.5, "Hello\n\nthere"), cue(3661.25, 3662, "A --> B")])
    assert text == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello\nthere\n\n"
        "2\n01:01:01,250 --> 01:01:02,000\nA → B\n"
    )
    assert to_srt([]) == ""


def test_vtt_escapes_what_would_be_markup() -> None:
    assert to_vtt([cue(0, 1, "<b>Tom & Jerry</b> --> 🎉")]) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n&lt;b&gt;Tom &amp; Jerry&lt;/b&gt; --&gt; 🎉\n"
    )
    assert to_vtt([]) == "WEBVTT\n"


def test_side_files_have_the_videos_name_and_are_utf8(tmp_path: Path) -> None:
    srt, vtt = write_side_files([cue(0, 1, "Đà Nẵng")], tmp_path / "reel.mp4")
    assert (srt.name, vtt.name) == ("reel.srt", "reel.vtt")
    assert "Đà Nẵng" in srt.read_text("utf-8")
    assert "Đà Nẵng" in vtt.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reel.srt", "reel.vtt"]


def test_cues_come_from_the_layers_of_that_kind() -> None:
    layers = [
        TextLayer(kind="title", text="no", end=1),
        TextLayer(kind="subtitle", text="yes", start=1, end=2),
    ]
    assert cues_of(layers) == [cue(1, 2, "yes")]


@pytest.mark.parametrize("frame", [(1080, 1920), (1920, 1080)])
def test_layers_show_all_that_is_said_in_the_size_of_subtitles(frame: tuple[int, int]) -> None:
    layers = layers_of([cue(0, 8, LONG)], frame)
    assert " ".join(layer.text.replace("\n", " ") for layer in layers) == LONG
    for layer in layers:
        image = draw_text(layer, frame)
        assert image is not None
        # Two lines and their panel: nothing had to be set smaller or wrapped again.
        assert image.height < min(frame) * 0.046 * 3.5


def test_ass_takes_no_command_from_a_text() -> None:
    line = to_ass([cue(0, 1, r"{\an8}up\N and \h")], (1920, 1080)).splitlines()[-1]
    spoken = line.split(",,0,0,0,,")[1]
    bare = re.sub(r"(?<!\\)\{\\fn[^{}\\]*\\fs[\d.]+\}", "", spoken)
    assert bare == "\\{\\\u2060an8\\}up\\\u2060N and \\\u2060h"


def test_ass_names_the_font_of_each_script_and_leaves_emoji_out() -> None:
    text = to_ass([cue(0, 1, "Run 東京マラソン שלום 🎉"), cue(1, 2, "🎉")], (1080, 1920))
    assert "{\\fnNoto Sans CJK JP" in text
    assert "{\\fnNoto Sans Hebrew" in text
    assert "🎉" not in text
    assert text.count("Dialogue:") == 1


@pytest.mark.parametrize("frame", [(640, 360), (360, 640)])
def test_libass_burns_cues_in_at_their_times_and_within_the_frame(
    frame: tuple[int, int], tmp_path: Path
) -> None:
    folder = tmp_path / "it's [a] folder, with: signs"
    folder.mkdir()
    width, height = frame
    cues = [cue(0, 1, LONG[:80]), cue(2, 3, "東京 مرحبا Đà Nẵng")]
    blue = ffmpeg.input(f"color=c=0x204060:s={width}x{height}:r=2:d=3", f="lavfi")
    graph = burn_in(blue, cues, frame, folder).output("pipe:", f="rawvideo", pix_fmt="gray")
    pictures = np.frombuffer(run(graph, timeout=120), np.uint8).reshape(-1, height, width)
    white = pictures > 200
    assert [bool(picture.any()) for picture in white] == [True, True, False, False, True, True]
    rows, columns_ = np.flatnonzero(white.any(axis=(0, 2))), np.flatnonzero(white.any(axis=(0, 1)))
    assert rows[0] > height / 2
    assert rows[-1] < height * 0.96
    assert columns_[0] > width * 0.03
    assert columns_[-1] < width * 0.97
