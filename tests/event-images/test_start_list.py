"""The start list as a set of bibs: packed, looked up, and one edit around."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.event_images.domain import lookalikes
from chalicelib.event_images.domain.start_list import StartList, new_version, replaced

BIBS = st.integers(min_value=0, max_value=999_999).map(str)


@given(st.lists(BIBS, max_size=50), BIBS)
def test_a_list_holds_what_was_given_and_survives_packing(bibs: list[str], other: str) -> None:
    listed = StartList(bibs)
    again = StartList.unpack(listed.pack())
    for made in (listed, again):
        assert sorted(made) == sorted(set(bibs))
        assert len(made) == len(set(bibs))
        assert all(bib in made for bib in bibs)
        assert (other in made) == (other in bibs)


def test_leading_zeros_do_not_matter_and_words_are_never_listed() -> None:
    listed = StartList(["0042", "7"])
    assert "42" in listed
    assert "00042" in listed
    assert not any(text in listed for text in ("", "x", "４２", "-7", "1234567", "10000000042"))


def test_a_full_list_stays_small_enough_for_one_row() -> None:
    sparse = StartList(str(bib) for bib in range(7, 1_000_000, 10))
    assert len(sparse.pack()) < 300_000
    dense = StartList(str(bib) for bib in range(1, 30_000))
    assert len(dense.pack()) < 2_000


def test_near_finds_each_kind_of_slip_and_the_likeliest_first() -> None:
    listed = StartList(["1234", "7234", "1243", "123", "12344", "9999", "1294"])
    assert listed.near("1234") == ["7234", "1243", "123", "1294", "12344"]
    assert listed.near("01234") == listed.near("1234")
    assert listed.near("5555") == []


@given(BIBS, BIBS)
def test_one_edit_is_mutual(one: str, two: str) -> None:
    # Leading zeros aside: 10 -> 0 loses a digit, and nothing puts it back in one step.
    if one.startswith("0") or two.startswith("0"):
        return
    around = lookalikes.one_edit(one)
    for other in list(around)[:20]:
        if not other.startswith("0") and len(other) >= len(one):
            assert one in lookalikes.one_edit(other)
    assert one not in around


def test_two_edits_cost_their_sum_and_look_alikes_least() -> None:
    found = lookalikes.near("1234", 2.0)
    assert found["7234"] == lookalikes.LOOKALIKE
    assert found["1224"] == lookalikes.EDIT
    assert found["7294"] == lookalikes.LOOKALIKE + lookalikes.EDIT
    assert "1234" not in found
    assert list(found.values()) == sorted(found.values())
    assert lookalikes.reach("12") < lookalikes.reach("123") < lookalikes.reach("1234")


def test_versions_sort_by_age_and_only_older_ones_are_replaced() -> None:
    first = new_version(None, "a" * 32)
    second = new_version({"version": first}, "b" * 32)
    rival = new_version({"version": first}, "c" * 32)
    third = new_version({"version": second}, "0" * 32)
    assert first < second < third
    assert replaced(first, second)
    assert replaced(rival, second)
    assert not replaced(third, second)
    assert not replaced(second, second)
