"""How a text becomes lines: clusters, runs of one face, directions, breaks, ellipsis."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.video import fonts
from shared.video.text_bidi import base_level, levels, visual_order
from shared.video.text_layout import ELLIPSIS, fit, pieces, run_width
from shared.video.text_runs import (
    clean,
    clusters,
    is_picture,
    language_of,
    line_runs,
    without_pictures,
    written_runs,
)

FAMILY = "👨‍👩‍👧‍👦"


def seen(text: str) -> list[str]:
    runs = line_runs(text, bold=False, language=language_of(text), base=base_level(text))
    return [word for run in runs if (word := run.text.strip())]


def families(text: str) -> list[str]:
    runs = line_runs(text, bold=False, language=language_of(text), base=base_level(text))
    return [run.face.family for run in runs]


@pytest.mark.parametrize("one", ["a", "é", "e\u0301", FAMILY, "🏃🏽‍♀️", "🇻🇳", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "नि"])
def test_what_readers_take_for_one_character_is_one_cluster(one: str) -> None:
    assert clusters(f"x{one}x") == ["x", one, "x"]


def test_two_flags_beside_each_other_stay_two() -> None:
    assert clusters("🇻🇳🇯🇵") == ["🇻🇳", "🇯🇵"]


@pytest.mark.parametrize("text", ["🎉", "❤️", "1️⃣", "⌚", FAMILY])
def test_emoji_are_pictures(text: str) -> None:
    assert is_picture(text)


@pytest.mark.parametrize("text", ["a", "1", "☺", "❤\ufe0e", "速", "𠮷", "©"])
def test_letters_and_signs_are_not_pictures(text: str) -> None:
    assert not is_picture(text)


def test_each_script_is_drawn_by_its_own_face() -> None:
    assert families("Nguyễn 完走 🏃 ok") == [
        "Noto Sans", "Noto Sans CJK SC", "Noto Color Emoji", "Noto Sans",
    ]  # fmt: skip


def test_spaces_and_signs_do_not_change_the_face() -> None:
    assert families("完走 123、東京") == ["Noto Sans CJK SC", "Noto Sans", "Noto Sans CJK SC"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("東京マラソン", "jp"), ("서울 馬拉松", "kr"), ("馬拉松", "sc"), ("ㄅㄆ 馬", "tc")],
)
def test_the_forms_of_han_follow_what_stands_beside_it(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_number_within_arabic_keeps_its_own_direction() -> None:
    assert seen("سباق 2026 ماراثون") == ["ماراثون", "2026", "سباق"]


def test_hebrew_within_english_is_turned_and_stays_in_its_place() -> None:
    assert seen("Run שלום עולם now") == ["Run", "שלום עולם", "now"]


def test_english_within_hebrew_stands_between() -> None:
    assert seen("שלום Medley עולם") == ["עולם", "Medley", "שלום"]


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("abc", 0, [0, 0, 0]),
        ("אב", 1, [1, 1]),
        ("א1,2", 1, [1, 2, 2, 2]),
        ("a אב", 0, [0, 0, 1, 1]),
        ("אב ", 0, [1, 1, 0]),
        ("א50%", 1, [1, 2, 2, 2]),
        ("1-2", 1, [2, 2, 2]),
        ("", 0, []),
    ],
)
def test_levels_follow_the_bidirectional_algorithm(
    text: str, base: int, expected: list[int]
) -> None:
    assert levels(text, base) == expected


@given(st.lists(st.integers(0, 4), max_size=12))
def test_every_run_is_seen_once_whatever_the_levels(run_levels: list[int]) -> None:
    assert sorted(visual_order(run_levels)) == list(range(len(run_levels)))


def test_cleaning_takes_away_what_cannot_be_seen() -> None:
    assert clean("  a\x00b \t c\r\nd\u200b\ue000\ud800 \u202e e  \n") == "ab c\nd e"


def test_without_pictures_the_words_remain() -> None:
    assert without_pictures(f"Done 🎉 {FAMILY} today") == "Done today"


def test_written_runs_put_together_are_the_text() -> None:
    text = "Run שלום 東京 🎉 now"
    runs = written_runs(text, bold=False, language="jp")
    assert "".join(part for part, _ in runs) == text


def test_latin_breaks_at_spaces_and_han_anywhere_but_before_a_full_stop() -> None:
    assert pieces("on and on") == ["on ", "and ", "on"]
    assert pieces("東京。大会「走」") == ["東", "京。", "大", "会", "「走」"]


def test_a_short_text_keeps_its_size_and_one_line() -> None:
    block = fit("Hello", size=60, width=600, most_lines=2)
    assert (block.size, [line.text for line in block.lines]) == (60, ["Hello"])


def test_a_long_text_is_set_smaller_before_it_is_cut() -> None:
    block = fit("The quick brown fox jumps", size=60, width=600, most_lines=1)
    assert 36 <= block.size < 60
    assert block.lines[0].text == "The quick brown fox jumps"


def test_what_does_not_fit_at_all_ends_with_an_ellipsis() -> None:
    block = fit("word " * 100, size=60, width=600, most_lines=2)
    assert len(block.lines) == 2
    assert block.lines[-1].text.endswith(f"word{ELLIPSIS}")
    assert block.size == 36


def test_one_long_word_is_set_smaller_rather_than_split() -> None:
    block = fit("Supercalifragilistic", size=60, width=280, most_lines=3)
    assert [line.text for line in block.lines] == ["Supercalifragilistic"]
    assert block.size < 36


def test_a_word_wider_than_the_box_is_split() -> None:
    block = fit("x" * 60, size=60, width=600, most_lines=5)
    assert len(block.lines) > 1
    assert "".join(line.text for line in block.lines) == "x" * 60


def test_balanced_lines_are_about_equally_long() -> None:
    text = "The last kilometre along the river in rain"
    block = fit(text, size=50, width=800, most_lines=3, balanced=True)
    widths = [line.width for line in block.lines]
    assert len(widths) == 2
    assert min(widths) > 0.7 * max(widths)


def test_line_breaks_in_the_text_are_kept() -> None:
    block = fit("one\ntwo", size=40, width=900, most_lines=3, balanced=True)
    assert [line.text for line in block.lines] == ["one", "two"]


def test_without_shaping_text_is_still_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.video.text_layout.shapes", lambda: False)
    run_width.cache_clear()
    try:
        block = fit("مرحبا hello", size=40, width=900, most_lines=1)
        assert block.width > 0
    finally:
        run_width.cache_clear()


ANY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ab ăẤ速度。「」مرحبا שלום🎉🏃🏽\u200d♀️🇻🇳1️⃣\n\u0301नि"),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(text=ANY, width=st.integers(8, 800), lines=st.integers(1, 3))
def test_any_text_fits_into_its_box(text: str, width: int, lines: int) -> None:
    block = fit(text, size=40, width=width, most_lines=lines, balanced=lines == 3)
    assert len(block.lines) <= lines
    for line in block.lines:
        # One cluster, and an ellipsis, are drawn however narrow the box is.
        assert line.width <= width or len(clusters(line.text)) <= 1


@settings(max_examples=100, deadline=None)
@given(text=ANY)
def test_runs_hold_each_character_once(text: str) -> None:
    line = clean(text).split("\n")[0]
    runs = line_runs(line, bold=False, language="sc", base=base_level(line))
    assert sorted("".join(run.text for run in runs)) == sorted(line)
    assert all(run.face in {*fonts.fallbacks(), fonts.emoji()} for run in runs)
