"""The jobs in a table."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.errors import Conflict, ItemError, NotFound
from shared.jobs import rows
from shared.jobs.models import OPEN, Job, JobItemError, JobState
from shared.tables import (
    Absent,
    ConditionFailed,
    Equals,
    Exists,
    Item,
    OneOf,
    Put,
    Tables,
    TransactWrite,
    Update,
)
from shared.tables.values import decode_item, encode_item

# Long enough to look into a job of last month; the job's own row stays.
ITEM_DAYS = 90

_IS_OPEN = OneOf("state", OPEN)


class Jobs:
    """Jobs and their items. Every call may raise RetryableError.

    Args:
        tables: Where they are.
        table_name: The table of the jobs; `record` may write to others as well.
        clock: The time now, with its zone.
    """

    def __init__(self, tables: Tables, table_name: str, clock: Callable[[], datetime]) -> None:
        self._tables = tables
        self._name = table_name
        self._table = tables.table(table_name)
        self._clock = clock

    def create(
        self,
        job_id: str,
        *,
        owner: str,
        kind: str,
        input: dict[str, Any],  # noqa: A002
    ) -> tuple[Job, bool]:
        """Makes a job once.

        Returns:
            The job, and whether it is new; False when the same request made it before.

        Raises:
            Conflict: `idempotency_key_reused`, it was made by a request of another content.
        """
        row = rows.new_row(job_id, owner, kind, input, self._clock())
        try:
            self._table.write(Put(row, Absent()))
        except ConditionFailed:
            job = self.get(job_id)
            # As the table gives it back: a tuple is a list there, and 1.0 is 1.
            same = decode_item(encode_item(input))
            if (job.owner, job.kind, job.input) != (owner, kind, same):
                raise Conflict(
                    "idempotency_key_reused",
                    "This idempotency key came before, with another request.",
                ) from None
            return job, False
        return rows.to_job(row), True

    def get(self, job_id: str) -> Job:
        """The job. NotFound `job_not_found`."""
        row = self._table.get(rows.job_key(job_id))
        if row is None:
            raise _no_job(job_id)
        return rows.to_job(row)

    def started(self, job_id: str, execution_arn: str) -> None:
        """Notes that the job runs; a second note changes nothing. NotFound."""
        change = {
            "state": JobState.RUNNING,
            "startedAt": rows.stamp(self._clock()),
            "executionArn": execution_arn,
        }
        key = rows.job_key(job_id)
        try:
            self._table.write(Update(key, set=change, when=Equals({"state": JobState.PENDING})))
        except ConditionFailed:
            # A fast machine may have ended the job before the route came to say that it runs.
            self.get(job_id)
            self._try(
                Update(
                    key, set={"executionArn": execution_arn}, when=Equals({"executionArn": None})
                )
            )

    def listed(self, job_id: str, *, listed: int, ignored: int, skipped: int, total: int) -> None:
        """Sets what the listing found; a job that has ended keeps its counts. NotFound."""
        change = {"listed": listed, "ignored": ignored, "skipped": skipped, "total": total}
        if self._try(Update(rows.job_key(job_id), set=change, when=_IS_OPEN)) is None:
            self.get(job_id)

    def record(
        self,
        job_id: str,
        item_id: str,
        *,
        name: str,
        error: ItemError | None,
        extra: Sequence[tuple[str, TransactWrite]] = (),
    ) -> bool:
        """Notes how an item went, once, together with up to 98 other writes.

        Args:
            job_id: The job.
            item_id: The item; its first outcome stays.
            name: What people call the item.
            error: None when it went well.
            extra: Other writes of the same transaction, each with its table's name.

        Returns:
            False when the item had an outcome already; then nothing is written.

        Raises:
            ConditionFailed: A condition of `extra` did not hold; indexes are those of `extra`.
            NotFound: `job_not_found`.
        """
        expires_at = self._clock() + timedelta(days=ITEM_DAYS)
        row = rows.item_row(job_id, item_id, name, error, expires_at)
        counter = "done" if error is None else "failed"
        own: list[tuple[str, TransactWrite]] = [
            (self._name, Put(row, Absent())),
            (self._name, Update(rows.job_key(job_id), add={counter: 1}, when=Exists())),
        ]
        try:
            self._tables.transact([*own, *extra])
        except ConditionFailed as exc:
            if 0 in exc.failed:
                return False
            if 1 in exc.failed:
                raise _no_job(job_id) from None
            raise ConditionFailed(tuple(index - len(own) for index in exc.failed)) from exc
        return True

    def recorded(self, job_id: str) -> set[str]:
        """The ids of all items that have an outcome."""
        partition, _ = rows.job_key(job_id)
        found = self._table.query_all(partition, begins=rows.ITEM_PREFIX)
        return {row["itemId"] for row in found}

    def errors(
        self, job_id: str, *, limit: int = 100, cursor: str | None = None
    ) -> tuple[list[JobItemError], str | None]:
        """A page of the failed items by their ids, and the next cursor. BadRequest."""
        partition = rows.failed_partition(job_id)
        page = self._table.query(partition, index="gsi1", limit=limit, cursor=cursor)
        return [rows.to_item_error(row) for row in page.items], page.cursor

    def complete(self, job_id: str) -> Job:
        """Ends a job whose items all have an outcome; an ended one comes back unchanged.

        SUCCEEDED when none failed, PARTIAL when some did, FAILED when all did.

        Raises:
            Conflict: `job_incomplete`, some items have no outcome yet.
            NotFound: `job_not_found`.
        """
        job = self.get(job_id)
        counts = job.counts
        if job.state.ended:
            return job
        if counts.done + counts.failed < counts.total:
            raise Conflict(
                "job_incomplete",
                f"{counts.total - counts.done - counts.failed} items have no outcome yet.",
            )
        if not counts.failed:
            return self._end(job_id, JobState.SUCCEEDED, None)
        if counts.done or counts.skipped:
            return self._end(job_id, JobState.PARTIAL, None)
        error = ItemError(code="all_items_failed", message=f"All {counts.failed} items failed.")
        return self._end(job_id, JobState.FAILED, error)

    def fail(self, job_id: str, error: ItemError) -> Job:
        """Ends a job as FAILED; an ended one comes back unchanged. NotFound."""
        return self._end(job_id, JobState.FAILED, error)

    def list(
        self, owner: str, *, limit: int = 50, cursor: str | None = None
    ) -> "tuple[list[Job], str | None]":
        """A page of an owner's jobs, newest first, and the next cursor. BadRequest."""
        page = self._table.query(
            rows.owner_partition(owner), index="gsi1", limit=limit, cursor=cursor, forward=False
        )
        return [rows.to_job(row) for row in page.items], page.cursor

    def _end(self, job_id: str, state: JobState, error: ItemError | None) -> Job:
        change = {
            "state": state,
            "error": None if error is None else error.model_dump(by_alias=True),
            "completedAt": rows.stamp(self._clock()),
        }
        row = self._try(Update(rows.job_key(job_id), set=change, when=_IS_OPEN))
        return self.get(job_id) if row is None else rows.to_job(row)

    def _try(self, update: Update) -> Item | None:
        try:
            return self._table.write(update)
        except ConditionFailed:
            return None


def _no_job(job_id: str) -> NotFound:
    return NotFound("job_not_found", f"There is no job {job_id}.")
