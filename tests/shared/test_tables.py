"""What every database does: the fake and DynamoDB pass the same tests."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.tables import (
    Absent,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Exists,
    Item,
    OneOf,
    Put,
    Table,
    Tables,
    TransactWrite,
    Update,
)

A, B, C = ("P", "a"), ("P", "b"), ("P", "c")


def row(key: tuple[str, str], **attributes: Any) -> Item:
    return {"pk": key[0], "sk": key[1], **attributes}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "é",
        0,
        -5,
        10**37,
        0.1,
        -0.000123,
        1e-100,
        1234567.891,
        True,
        False,
        None,
        [],
        {},
        [1, ["a", None], {"b": 2.5}],
        {"a": {"b": [True, ""]}},
    ],
)
def test_values_come_back_as_they_were(table: Table, value: Any) -> None:
    table.write(Put(row(A, name=value)))
    found = table.get(A)
    assert found == row(A, name=value)
    assert type(found["name"]) is type(value)


def test_a_whole_float_comes_back_as_an_integer_and_a_tuple_as_a_list(table: Table) -> None:
    table.write(Put(row(A, number=1.0, big=1e20, pair=(1, 2))))
    found = table.get(A)
    assert found is not None
    assert json.dumps([found["number"], found["big"], found["pair"]]) == f"[1, {10**20}, [1, 2]]"


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        (1e200, ValueError),
        (1e-200, ValueError),
        (10**40, ValueError),
        (object(), TypeError),
        (b"bytes", TypeError),
        ({1, 2}, TypeError),
    ],
)
def test_what_no_table_can_hold_is_refused(
    table: Table, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        table.write(Put(row(A, value=[value])))
    assert table.get(A) is None


def test_an_absent_row_is_none(table: Table) -> None:
    assert table.get(A) is None
    assert table.get(A, consistent=False) is None


def test_a_row_that_was_read_can_be_changed_without_changing_the_table(table: Table) -> None:
    item = row(A, list=[1])
    table.write(Put(item))
    item["list"].append(2)
    found = table.get(A)
    assert found == row(A, list=[1])
    found["list"].append(3)
    assert table.get(A) == row(A, list=[1])


RESERVED = {"name": "n", "state": "s", "owner": "o", "total": 1, "date": "d", "a.b": 1, "#x": 2}


def test_any_attribute_name_can_be_written_and_compared(table: Table) -> None:
    table.write(Put(row(A, **RESERVED)))
    new = table.write(
        Update(
            A,
            set={"name": "m", "a.b": 5},
            add={"total": 2, "count": 1},
            remove=("date", "absent"),
            when=Equals(RESERVED),
        )
    )
    assert new == row(
        A, **{"name": "m", "state": "s", "owner": "o", "total": 3, "count": 1, "a.b": 5, "#x": 2}
    )
    assert table.get(A) == new


def test_an_update_without_a_condition_makes_the_row(table: Table) -> None:
    assert table.write(Update(A, add={"count": -1})) == row(A, count=-1)


def test_fractions_add_up(table: Table) -> None:
    table.write(Update(A, add={"cost": 0.1}))
    assert table.write(Update(A, add={"cost": 0.5})) == row(A, cost=0.6)


CONDITIONS: list[tuple[Condition, bool, bool]] = [
    # the condition, whether it holds for the row, whether it holds for none
    (Absent(), False, True),
    (Exists(), True, False),
    (Equals({}), True, False),
    (Equals({"n": 1}), True, False),
    (Equals({"n": 1.0, "t": "x"}), True, False),
    (Equals({"n": 2}), False, False),
    (Equals({"n": "1"}), False, False),
    (Equals({"n": None}), False, False),
    (Equals({"absent": None}), True, False),
    (Equals({"null": None}), True, False),
    (Equals({"absent": 1}), False, False),
    (Equals({"m": {"a": [1, 2.5]}}), True, False),
    (Equals({"m": {"a": [1]}}), False, False),
    (OneOf("t", ("y", "x")), True, False),
    (OneOf("t", ("y", "z")), False, False),
    (OneOf("absent", ("y", None)), True, False),
    (OneOf("absent", ("y",)), False, False),
]


@pytest.mark.parametrize(("condition", "with_row", "without"), CONDITIONS)
def test_conditions(table: Table, condition: Condition, with_row: bool, without: bool) -> None:
    item = row(A, n=1, t="x", null=None, m={"a": [1, 2.5]})
    table.write(Put(item))
    for key, holds in ((A, with_row), (B, without)):
        before = table.get(key)
        write = Update(key, set={"new": 1}, when=condition)
        if holds:
            changed = table.write(write)
            assert changed is not None
            assert changed["new"] == 1
        else:
            with pytest.raises(ConditionFailed) as caught:
                table.write(write)
            assert caught.value.failed == (0,)
            assert table.get(key) == before


@pytest.mark.parametrize(("condition", "with_row", "without"), CONDITIONS)
def test_conditions_of_checks(
    tables: Tables, table: Table, condition: Condition, with_row: bool, without: bool
) -> None:
    table.write(Put(row(A, n=1, t="x", null=None, m={"a": [1, 2.5]})))
    expected = tuple(index for index, holds in enumerate((with_row, without)) if not holds)
    writes: list[tuple[str, TransactWrite]] = [
        (table.name, Check(A, condition)),
        (table.name, Check(B, condition)),
        (table.name, Put(row(C))),
    ]
    with pytest.raises(ConditionFailed) as caught:
        tables.transact(writes)
    assert caught.value.failed == expected
    assert table.get(C) is None


def test_put_and_delete_take_conditions_too(table: Table) -> None:
    assert table.write(Put(row(A, n=1), Absent())) is None
    with pytest.raises(ConditionFailed):
        table.write(Put(row(A, n=2), Absent()))
    with pytest.raises(ConditionFailed):
        table.write(Delete(A, Equals({"n": 2})))
    assert table.get(A) == row(A, n=1)
    assert table.write(Delete(A, Equals({"n": 1}))) is None
    assert table.get(A) is None
    table.write(Delete(A))


def test_a_transaction_spans_tables_and_kinds(tables: Tables, new_table: Callable[[], str]) -> None:
    one, two = tables.table(new_table()), tables.table(new_table())
    one.write(Put(row(B, n=1)))
    one.write(Put(row(C, n=1)))
    tables.transact(
        [
            (one.name, Put(row(A, n=1), Absent())),
            (one.name, Update(B, set={"x": "y"}, add={"n": 4}, remove=("z",), when=Exists())),
            (one.name, Delete(C, Equals({"n": 1}))),
            (two.name, Put(row(A, n=2))),
            (two.name, Check(B, Absent())),
        ]
    )
    assert one.get_many([A, B, C]) == [row(A, n=1), row(B, n=5, x="y")]
    assert two.get(A) == row(A, n=2)


def test_a_transaction_that_fails_leaves_nothing_and_says_which(
    tables: Tables, new_table: Callable[[], str]
) -> None:
    one, two = tables.table(new_table()), tables.table(new_table())
    two.write(Put(row(A, n=1)))
    with pytest.raises(ConditionFailed) as caught:
        tables.transact(
            [
                (one.name, Put(row(A), Absent())),
                (two.name, Put(row(A, n=2), Absent())),
                (one.name, Update(B, add={"n": 1})),
                (two.name, Update(B, add={"n": 1}, when=Exists())),
            ]
        )
    assert caught.value.failed == (1, 3)
    assert one.get_many([A, B]) == []
    assert two.get(A) == row(A, n=1)


def test_a_transaction_that_cannot_be_stored_leaves_nothing(tables: Tables, table: Table) -> None:
    with pytest.raises(TypeError):
        tables.transact([(table.name, Put(row(A))), (table.name, Update(B, set={"x": object()}))])
    assert table.get(A) is None


def test_a_transaction_has_1_to_100_writes_to_different_rows(tables: Tables, table: Table) -> None:
    many: list[tuple[str, TransactWrite]] = [
        (table.name, Put(row(("P", f"{i:03}")))) for i in range(101)
    ]
    twice: list[tuple[str, TransactWrite]] = [many[0], (table.name, Delete(("P", "000")))]
    for wrong in (many[:0], many, twice):
        with pytest.raises(ValueError, match="transaction"):
            tables.transact(wrong)
    tables.transact(many[:100])
    assert len(list(table.query_all("P"))) == 100


def test_any_number_of_rows_is_read_in_the_order_of_the_keys(table: Table) -> None:
    assert table.get_many([]) == []
    keys = [("P", f"{i:03}") for i in range(230)]
    assert table.put_many(row(key, n=1) for key in keys) == 230
    asked = [*reversed(keys), ("P", "absent"), keys[0]]
    found = table.get_many(asked)
    assert [(item["pk"], item["sk"]) for item in found] == [*reversed(keys), keys[0]]


def test_of_two_rows_with_one_key_the_last_stays(table: Table) -> None:
    table.put_many([row(A, n=1), row(B, n=1), row(A, n=2)])
    assert table.get_many([A, B]) == [row(A, n=2), row(B, n=1)]
    assert table.put_many([]) == 0
