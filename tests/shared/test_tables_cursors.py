"""Cursors are opaque, and cannot be made to show anything else."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import BadRequest
from shared.tables import cursors

# What DynamoDB takes as a key: text without halves of surrogate pairs.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(TEXT, TEXT)
def test_a_cursor_of_the_table_comes_back(pk: str, sk: str) -> None:
    cursor = cursors.after({"pk": pk, "sk": sk, "other": 1}, None)
    assert cursors.read(cursor, pk, "", None) == {"pk": pk, "sk": sk}
    assert cursors.read(cursor, pk, sk[:1], None) == {"pk": pk, "sk": sk}


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_cursor_of_the_index_comes_back(pk: str, sk: str, gsi1pk: str, gsi1sk: str) -> None:
    row = {"pk": pk, "sk": sk, "gsi1pk": gsi1pk, "gsi1sk": gsi1sk}
    assert cursors.read(cursors.after(row, "gsi1"), gsi1pk, "", "gsi1") == row


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    cursor = cursors.after({"pk": "EVENT#ÿ?>~", "sk": "a" * 50}, None)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=200))
def test_rubbish_is_a_bad_cursor(cursor: str) -> None:
    with pytest.raises(BadRequest, match="bad_cursor"):
        cursors.read(cursor, "P", "", None)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        [],
        ["P"],
        ["P", "s", "t"],
        ["Q", "s"],
        ["P", "t"],
        ["P", ""],
        ["P", 1],
        ["P", None],
        ["P", "s\ud800"],
        ["P", "s" * 1025],
        {"pk": "P", "sk": "s"},
        "P",
        None,
    ],
)
def test_a_cursor_that_was_made_up_is_refused(value: object) -> None:
    assert cursors.read(encoded(["P", "s"]), "P", "s", None)
    with pytest.raises(BadRequest, match="bad_cursor"):
        cursors.read(encoded(value), "P", "s", None)


def test_a_bomb_is_refused() -> None:
    for text in ("[" * 30_000, "a" * 1_000_000):
        with pytest.raises(BadRequest):
            cursors.read(base64.urlsafe_b64encode(text.encode()).decode(), "P", "", None)
