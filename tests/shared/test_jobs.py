"""Jobs: made once, counted once, ended once. On the fake and on DynamoDB."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.errors import BadRequest, Conflict, ItemError, NotFound
from shared.jobs import Jobs, JobState
from shared.tables import Absent, ConditionFailed, Equals, MemoryTables, Put, Tables, Update

BAD = ItemError(code="truncated_image", message="Cut off.")
ARN = "arn:aws:states:eu-west-1:1:execution:m:j1"


@pytest.fixture
def name(new_table: Callable[[], str]) -> str:
    return new_table()


@pytest.fixture
def jobs(tables: Tables, name: str, clock: Any) -> Jobs:
    return Jobs(tables, name, clock)


def create(jobs: Jobs, job_id: str = "j1", owner: str = "e1", **document: Any) -> None:
    jobs.create(job_id, owner=owner, kind="process", input=document)


def running(jobs: Jobs, total: int, skipped: int = 0) -> None:
    create(jobs)
    jobs.started("j1", ARN)
    jobs.listed("j1", listed=total + skipped, ignored=1, skipped=skipped, total=total)


def test_a_new_job_is_pending(jobs: Jobs, clock: Any) -> None:
    document = {"source": {"prefix": "é/", "force": True}, "ratio": 0.5}
    job, new = jobs.create("j1", owner="e1", kind="process", input=document)
    assert new
    assert (job.job_id, job.owner, job.kind, job.state) == ("j1", "e1", "process", "PENDING")
    assert job.input == document
    assert job.created_at == clock.now
    assert (job.started_at, job.completed_at, job.error, job.execution_arn) == (None,) * 4
    assert set(job.counts.model_dump().values()) == {0}
    assert jobs.get("j1") == job


def test_the_same_request_finds_its_job(jobs: Jobs, clock: Any) -> None:
    document = {"pair": (1, 2.0), "nested": {"x": [1.0]}}
    first, _ = jobs.create("j1", owner="e1", kind="process", input=document)
    clock.pass_time(60)
    again, new = jobs.create("j1", owner="e1", kind="process", input=document)
    assert not new
    assert again.created_at == first.created_at


@pytest.mark.parametrize(
    "changed", [{"input": {"a": 2}}, {"owner": "e2"}, {"kind": "other"}, {"input": {}}]
)
def test_a_key_used_for_another_request_is_a_conflict(jobs: Jobs, changed: dict[str, Any]) -> None:
    request: dict[str, Any] = {"owner": "e1", "kind": "process", "input": {"a": 1}}
    jobs.create("j1", **request)
    with pytest.raises(Conflict, match="idempotency_key_reused"):
        jobs.create("j1", **{**request, **changed})


def test_an_unknown_job_is_not_found(jobs: Jobs) -> None:
    calls: list[Callable[[], object]] = [
        lambda: jobs.get("x"),
        lambda: jobs.started("x", ARN),
        lambda: jobs.listed("x", listed=1, ignored=0, skipped=0, total=1),
        lambda: jobs.record("x", "i", name="n", error=None),
        lambda: jobs.complete("x"),
        lambda: jobs.fail("x", BAD),
    ]
    for call in calls:
        with pytest.raises(NotFound, match="job_not_found"):
            call()
    assert jobs.recorded("x") == set()
    assert jobs.errors("x") == ([], None)


def test_a_job_starts_once(jobs: Jobs, clock: Any) -> None:
    create(jobs)
    clock.pass_time(1)
    jobs.started("j1", ARN)
    started = jobs.get("j1")
    clock.pass_time(1)
    jobs.started("j1", "another")
    assert jobs.get("j1") == started
    assert (started.state, started.execution_arn) == (JobState.RUNNING, ARN)
    assert started.started_at == clock.now - timedelta(seconds=1)


def test_a_start_that_is_noted_late_keeps_the_end_and_adds_the_execution(jobs: Jobs) -> None:
    create(jobs)
    ended = jobs.complete("j1")
    jobs.started("j1", ARN)
    assert jobs.get("j1") == ended.model_copy(update={"execution_arn": ARN})


def test_a_listing_is_set_and_not_added(jobs: Jobs) -> None:
    running(jobs, total=3, skipped=2)
    jobs.listed("j1", listed=5, ignored=1, skipped=2, total=3)
    counts = jobs.get("j1").counts
    assert counts.model_dump() == {
        "listed": 5, "ignored": 1, "skipped": 2, "total": 3, "done": 0, "failed": 0
    }  # fmt: skip


def test_each_item_counts_once(jobs: Jobs) -> None:
    running(jobs, total=3)
    assert jobs.record("j1", "a", name="a.jpg", error=None)
    assert jobs.record("j1", "b", name="b.jpg", error=BAD)
    assert not jobs.record("j1", "a", name="a.jpg", error=BAD)
    assert not jobs.record("j1", "b", name="b.jpg", error=None)
    counts = jobs.get("j1").counts
    assert (counts.done, counts.failed) == (1, 1)
    assert jobs.recorded("j1") == {"a", "b"}


def test_an_items_other_writes_happen_with_it_or_not_at_all(
    jobs: Jobs, tables: Tables, name: str, new_table: Callable[[], str]
) -> None:
    running(jobs, total=2)
    other = tables.table(new_table())

    def photo(version: int) -> tuple[str, Put]:
        return other.name, Put({"pk": "P", "sk": "a", "version": version}, Absent())

    assert jobs.record("j1", "a", name="a", error=None, extra=[photo(1)])
    assert not jobs.record("j1", "a", name="a", error=None, extra=[photo(2)])
    assert other.get(("P", "a")) == {"pk": "P", "sk": "a", "version": 1}
    counter = (name, Update(("EVENT#e1", "EVENT"), add={"done": 1}))
    with pytest.raises(ConditionFailed) as caught:
        jobs.record("j1", "b", name="b", error=None, extra=[counter, photo(3)])
    assert caught.value.failed == (1,)
    assert jobs.recorded("j1") == {"a"}
    assert jobs.get("j1").counts.done == 1
    assert tables.table(name).get(("EVENT#e1", "EVENT")) is None


def test_a_row_changed_meanwhile_is_told_to_the_caller(
    jobs: Jobs, tables: Tables, new_table: Callable[[], str]
) -> None:
    running(jobs, total=1)
    other = tables.table(new_table())
    other.write(Put({"pk": "P", "sk": "a", "version": 2}))
    stale = Update(("P", "a"), set={"version": 2}, when=Equals({"version": 1}))
    with pytest.raises(ConditionFailed) as caught:
        jobs.record("j1", "a", name="a", error=None, extra=[(other.name, stale)])
    assert caught.value.failed == (0,)


def test_errors_come_page_by_page_without_the_items_that_went_well(jobs: Jobs) -> None:
    running(jobs, total=9)
    for number in range(9):
        error = ItemError(code="c", message=f"m{number}") if number % 2 else None
        jobs.record("j1", f"i{number}", name=f"n{number}", error=error)
    first, cursor = jobs.errors("j1", limit=3)
    rest, end = jobs.errors("j1", limit=3, cursor=cursor)
    assert [(e.item_id, e.name, e.code, e.message) for e in first + rest] == [
        (f"i{n}", f"n{n}", "c", f"m{n}") for n in (1, 3, 5, 7)
    ]
    assert end is None
    with pytest.raises(BadRequest, match="bad_cursor"):
        jobs.errors("j2", cursor=cursor)


@pytest.mark.parametrize(
    ("done", "failed", "skipped", "state", "code"),
    [
        (0, 0, 0, JobState.SUCCEEDED, None),
        (2, 0, 0, JobState.SUCCEEDED, None),
        (0, 0, 3, JobState.SUCCEEDED, None),
        (1, 1, 0, JobState.PARTIAL, None),
        (0, 1, 1, JobState.PARTIAL, None),
        (0, 2, 0, JobState.FAILED, "all_items_failed"),
    ],
)
def test_how_a_job_ends(
    jobs: Jobs, clock: Any, done: int, failed: int, skipped: int, state: JobState, code: str | None
) -> None:
    running(jobs, total=done + failed, skipped=skipped)
    for number in range(done + failed):
        jobs.record("j1", str(number), name="n", error=BAD if number >= done else None)
    clock.pass_time(5)
    job = jobs.complete("j1")
    assert job.state == state
    assert (job.error.code if job.error else None) == code
    assert job.completed_at == clock.now
    assert jobs.get("j1") == job


def test_a_job_with_items_left_does_not_end(jobs: Jobs) -> None:
    running(jobs, total=2)
    jobs.record("j1", "a", name="a", error=None)
    with pytest.raises(Conflict, match="job_incomplete"):
        jobs.complete("j1")
    assert jobs.get("j1").state == JobState.RUNNING


def test_a_job_ends_exactly_once(jobs: Jobs, clock: Any) -> None:
    running(jobs, total=0)
    ended = jobs.complete("j1")
    clock.pass_time(5)
    assert jobs.complete("j1") == ended
    assert jobs.fail("j1", BAD) == ended
    jobs.listed("j1", listed=9, ignored=0, skipped=0, total=9)
    assert jobs.get("j1") == ended


def test_a_failed_job_keeps_its_error_and_still_counts_late_items(jobs: Jobs) -> None:
    running(jobs, total=2)
    failed = jobs.fail("j1", ItemError(code="timeout", message="Too slow."))
    assert (failed.state, failed.error) == (
        JobState.FAILED,
        ItemError(code="timeout", message="Too slow."),
    )
    assert jobs.record("j1", "a", name="a", error=None)
    assert jobs.complete("j1").state == JobState.FAILED
    assert jobs.get("j1").counts.done == 1


def test_an_owners_jobs_are_listed_newest_first(jobs: Jobs, clock: Any) -> None:
    for number in range(5):
        create(jobs, f"j{number}", owner="e1")
        clock.pass_time(0.001)
    create(jobs, "other", owner="e2")
    first, cursor = jobs.list("e1", limit=3)
    rest, end = jobs.list("e1", limit=3, cursor=cursor)
    assert [job.job_id for job in first + rest] == ["j4", "j3", "j2", "j1", "j0"]
    assert end is None


def test_times_of_other_zones_are_stored_in_utc(tables: Tables, name: str) -> None:
    there = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    job, _ = Jobs(tables, name, lambda: there).create("j", owner="o", kind="k", input={})
    row = tables.table(name).get(("JOB#j", "JOB"))
    assert row is not None
    assert row["createdAt"] == "2025-12-31T23:00:00.000000Z"
    assert job.created_at == there
    assert job.created_at.tzinfo is not None


def test_item_rows_expire_and_job_rows_stay(jobs: Jobs, tables: Tables, name: str) -> None:
    running(jobs, total=1)
    jobs.record("j1", "a", name="a", error=None)
    item = tables.table(name).get(("JOB#j1", "ITEM#a"))
    job = tables.table(name).get(("JOB#j1", "JOB"))
    assert item is not None
    assert job is not None
    assert datetime.fromtimestamp(item["expiresAt"], UTC).date().isoformat() == "2026-07-30"
    assert "expiresAt" not in job


def test_workers_at_once_count_each_item_once(clock: Any) -> None:
    jobs = Jobs(MemoryTables(), "t", clock)
    running(jobs, total=50)
    tries = [str(number % 50) for number in range(200)]
    with ThreadPoolExecutor(16) as pool:
        counted = list(pool.map(lambda i: jobs.record("j1", i, name=i, error=None), tries))
        ends = list(pool.map(lambda _: jobs.complete("j1"), range(8)))
    assert sum(counted) == 50
    assert {end.state for end in ends} == {JobState.SUCCEEDED}
    assert jobs.get("j1").counts.done == 50
