"""Pages and cursors: the fake and DynamoDB pass the same tests."""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

import pytest

from shared.errors import BadRequest
from shared.tables import Delete, Item, Page, Put, Table

Index = Literal["gsi1"] | None


def fill(table: Table) -> None:
    table.put_many(
        {"pk": "P", "sk": f"A#{i:02}", "gsi1pk": "X", "gsi1sk": f"{i}"} for i in range(7)
    )
    table.put_many({"pk": "P", "sk": f"B#{i:02}"} for i in range(3))
    table.put_many(
        {"pk": "Q", "sk": f"A#{i:02}", "gsi1pk": "X", "gsi1sk": f"Q{i}"} for i in range(2)
    )


def keys(items: list[Item]) -> list[str]:
    return [f"{item['pk']}/{item['sk']}" for item in items]


def pages(
    table: Table,
    pk: str,
    limit: int,
    *,
    begins: str = "",
    index: Index = None,
    forward: bool = True,
) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = table.query(
            pk, begins=begins, index=index, limit=limit, cursor=cursor, forward=forward
        )
        found.append(keys(page.items))
        if (cursor := page.cursor) is None:
            return found


def test_a_partition_is_read_in_the_order_of_bytes(table: Table) -> None:
    for sk in ["b", "B", "é", "a#2", "a#10", "写", "~"]:
        table.write(Put({"pk": "P", "sk": sk}))
    assert [item["sk"] for item in table.query("P").items] == [
        "B", "a#10", "a#2", "b", "~", "é", "写",
    ]  # fmt: skip
    assert [item["sk"] for item in table.query("P", forward=False, limit=2).items] == ["写", "é"]


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_pages_give_each_row_once_and_no_empty_last_page(
    table: Table, limit: int, forward: bool
) -> None:
    fill(table)
    found = pages(table, "P", limit, begins="A#", forward=forward)
    flat = [key for page in found for key in page]
    expected = [f"P/A#{i:02}" for i in range(7)]
    assert flat == (expected if forward else expected[::-1])
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


@pytest.mark.parametrize("forward", [True, False])
def test_the_index_pages_over_rows_of_several_partitions(table: Table, forward: bool) -> None:
    fill(table)
    flat = [key for page in pages(table, "X", 2, index="gsi1", forward=forward) for key in page]
    expected = [*(f"P/A#{i:02}" for i in range(7)), "Q/A#00", "Q/A#01"]
    assert flat == (expected if forward else expected[::-1])
    assert keys(table.query("X", index="gsi1", begins="Q").items) == ["Q/A#00", "Q/A#01"]


def test_rows_with_the_same_index_key_are_all_there(table: Table) -> None:
    table.put_many({"pk": f"{i}", "sk": "s", "gsi1pk": "X", "gsi1sk": "same"} for i in range(5))
    flat = [key for page in pages(table, "X", 2, index="gsi1") for key in page]
    assert sorted(flat) == [f"{i}/s" for i in range(5)]


def test_a_row_without_index_keys_is_not_in_the_index(table: Table) -> None:
    table.write(Put({"pk": "P", "sk": "a", "gsi1pk": "X", "gsi1sk": "1"}))
    table.write(Put({"pk": "P", "sk": "b"}))
    assert keys(table.query("X", index="gsi1").items) == ["P/a"]


def test_an_empty_partition_is_an_empty_page(table: Table) -> None:
    page = table.query("nothing")
    assert (page.items, page.cursor) == ([], None)
    assert list(table.query_all("nothing")) == []


def test_all_rows_of_a_partition_come_one_after_the_other(table: Table) -> None:
    fill(table)
    assert len(list(table.query_all("P"))) == 10
    assert len(list(table.query_all("P", begins="B#"))) == 3
    assert len(list(table.query_all("X", index="gsi1"))) == 9


def test_pages_go_on_where_they_were_when_the_last_row_is_gone(table: Table) -> None:
    fill(table)
    first = table.query("P", limit=3)
    table.write(Delete(("P", first.items[-1]["sk"])))
    assert keys(table.query("P", limit=2, cursor=first.cursor).items) == ["P/A#03", "P/A#04"]


def test_big_rows_do_not_make_short_pages(table: Table) -> None:
    # DynamoDB ends an answer at 1 MB.
    table.put_many({"pk": "P", "sk": f"{i}", "text": "x" * 300_000} for i in range(8))
    assert [len(page) for page in pages(table, "P", 6)] == [6, 2]
    assert len(list(table.query_all("P"))) == 8


def test_a_cursor_of_another_list_is_refused(table: Table) -> None:
    fill(table)
    of_p = table.query("P", begins="A#", limit=1).cursor
    of_index = table.query("X", index="gsi1", limit=1).cursor
    assert of_p is not None
    assert of_index is not None
    calls: list[Callable[[], Page]] = [
        lambda: table.query("Q", cursor=of_p),
        lambda: table.query("P", begins="B#", cursor=of_p),
        lambda: table.query("X", index="gsi1", cursor=of_p),
        lambda: table.query("P", cursor=of_index),
        lambda: table.query("P", cursor="rubbish"),
    ]
    for refused in calls:
        with pytest.raises(BadRequest, match="bad_cursor"):
            refused()


def test_cursors_differ_page_by_page(table: Table) -> None:
    fill(table)
    cursors, cursor = [], None
    while cursor := table.query("P", limit=2, cursor=cursor).cursor:
        cursors.append(cursor)
    assert len(cursors) == 4
    assert all(one != two for one, two in pairwise(cursors))
