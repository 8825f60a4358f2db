"""Names in zips that every system can unpack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.zips import safe_names


class TestNames:
    """Names that every system can unpack."""

    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("photo.jpg", "photo.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\photo.jpg", "photo.jpg"),
            ("/absolute.jpg", "absolute.jpg"),
            ("..", "file"),
            ("", "file"),
            ("a:b?.jpg", "a_b_.jpg"),
            ("CON.jpg", "_CON.jpg"),
            ("nul", "_nul"),
            ("tab\there.jpg", "tab_here.jpg"),
            ("trailing. ", "trailing"),
            ("写真.jpg", "写真.jpg"),
            ("e\u0301.jpg", "é.jpg"),
            ("\ud800.jpg", "_.jpg"),
        ],
    )
    def test_a_name_is_safe(self, name: str, safe: str) -> None:
        assert safe_names([name]) == [safe]

    def test_equal_names_are_told_apart_whatever_their_case(self) -> None:
        assert safe_names(["a.jpg", "x/A.jpg", "a.jpg", "a (2).jpg"]) == [
            "a.jpg",
            "A (2).jpg",
            "a (3).jpg",
            "a (2) (2).jpg",
        ]

    @given(st.lists(st.text(max_size=300), max_size=20))
    def test_any_names_become_unique_and_short(self, names: list[str]) -> None:
        safe = safe_names(names)
        assert len({name.casefold() for name in safe}) == len(names)
        for name in safe:
            assert 1 <= len(name.encode()) <= 200
            assert "/" not in name
            assert "\\" not in name
            assert name not in {".", ".."}
