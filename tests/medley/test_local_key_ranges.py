"""Keys are compared as MiniStack's own parser compares them, in a hundredth of its time."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ministack.services import dynamodb

from medley.local.key_ranges import SLOT, install, within

NAMES = {"#pk": "pk", "#sk": "sk"}
EQUAL = "#pk = :pk"
RANGE = "#pk = :pk AND begins_with(#sk, :sk)"
texts = st.text("ab#\n", max_size=4)
keys = texts.filter(bool)


def row(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@given(pk=keys, sk=keys, asked=keys, prefix=keys, condition=st.sampled_from([EQUAL, RANGE]))
def test_it_finds_what_the_parser_finds(
    pk: str, sk: str, asked: str, prefix: str, condition: str
) -> None:
    values = {":pk": {"S": asked}, ":sk": {"S": prefix}}
    slow = dynamodb._evaluate_condition(condition, row(pk, sk), values, NAMES, slot=SLOT)
    assert within(condition, row(pk, sk), values, NAMES) == slow


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("#pk = :pk AND #sk > :sk", {":pk": {"S": "a"}, ":sk": {"S": "b"}}),
        ("#pk = :pk OR #sk = :sk", {":pk": {"S": "a"}, ":sk": {"S": "b"}}),
        (RANGE, {":pk": {"S": "a"}}),
        (RANGE, {":pk": {"N": "1"}, ":sk": {"S": "b"}}),
        (RANGE, {":pk": {"S": "a"}, ":sk": {"B": b"b"}}),
        (RANGE, {":pk": {"S": "a"}, ":sk": "b"}),
        ("", {}),
    ],
)
def test_anything_else_is_left_to_the_parser(condition: str, values: dict[str, Any]) -> None:
    assert within(condition, row("a", "b"), values, NAMES) is None


def test_the_parser_is_asked_for_no_row_of_a_plain_range(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(dynamodb, "_evaluate_condition", lambda *a, **k: asked.append((a, k)))
    install()
    values = {":pk": {"S": "a"}, ":sk": {"S": "b"}}
    assert dynamodb._evaluate_condition(RANGE, row("a", "bc"), values, NAMES, slot=SLOT) is True
    assert asked == []
    dynamodb._evaluate_condition(RANGE, row("a", "bc"), values, NAMES)
    assert len(asked) == 1
