"""What holds of the fake where moto is laxer than DynamoDB, and of threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.tables import Absent, ConditionFailed, Equals, MemoryTables, Put, Update


def test_a_number_never_equals_a_truth_value() -> None:
    table = MemoryTables().table("t")
    table.write(Put({"pk": "P", "sk": "a", "one": 1, "yes": True}))
    for values in ({"one": True}, {"yes": 1}):
        with pytest.raises(ConditionFailed):
            table.write(Update(("P", "a"), set={"x": 1}, when=Equals(values)))


def test_of_many_threads_one_makes_the_row_and_each_counts_once() -> None:
    tables = MemoryTables()

    def work(number: int) -> bool:
        table = tables.table("t")
        table.write(Update(("P", "count"), add={"n": 1}))
        try:
            table.write(Put({"pk": "P", "sk": "once", "by": number}, Absent()))
        except ConditionFailed:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(work, range(200)))
    assert sum(made) == 1
    assert tables.table("t").get(("P", "count")) == {"pk": "P", "sk": "count", "n": 200}
