"""The tables of DynamoDB, by its low-level client."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from shared.aws_errors import aws_errors, error_code
from shared.errors import RetryableError
from shared.retries import Backoff
from shared.tables import cursors
from shared.tables.expressions import Expression, arguments, encode_key, transact_item
from shared.tables.ports import (
    ConditionFailed,
    Index,
    Item,
    Key,
    Page,
    Put,
    Table,
    Tables,
    TransactWrite,
    Update,
    Write,
    checked_transaction,
)
from shared.tables.values import decode_item, encode_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# DynamoDB's limits of one batch.
_MOST_GETS, _MOST_PUTS = 100, 25
_CONDITION = "ConditionalCheckFailed"
_CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class DynamoTables(Tables):
    """DynamoDB.

    Args:
        dynamodb_client: The client; its own retries deal with throttling and bad connections.
        backoff: How often, and after what waits, a write that met another is tried again.
    """

    def __init__(self, dynamodb_client: "DynamoDBClient", backoff: Backoff | None = None) -> None:
        self._client = dynamodb_client
        self._backoff = backoff or Backoff()

    def table(self, name: str) -> "DynamoTable":
        return DynamoTable(name, self._client, self._backoff)

    def transact(self, writes: Sequence[tuple[str, TransactWrite]]) -> None:
        items = [transact_item(*pair) for pair in checked_transaction(writes)]
        # One token for all tries of these writes: when an answer was lost on the way, the next
        # try is told "done" instead of failing on the rows that the first one wrote.
        token = uuid.uuid4().hex
        _contended(
            self._backoff,
            lambda: self._client.transact_write_items(
                TransactItems=cast(Any, items), ClientRequestToken=token
            ),
        )


class DynamoTable(Table):
    """One table of DynamoDB."""

    def __init__(self, name: str, client: "DynamoDBClient", backoff: Backoff) -> None:
        self.name = name
        self._client = client
        self._backoff = backoff

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with aws_errors(f"read from {self.name}"):
            answer = self._client.get_item(
                TableName=self.name, Key=encode_key(key), ConsistentRead=consistent
            )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        found: dict[Key, Item] = {}
        for batch in batched(dict.fromkeys(keys), _MOST_GETS, strict=False):
            for item in self._get_batch(batch):
                found[item["pk"], item["sk"]] = item
        return [found[key] for key in keys if key in found]

    def write(self, write: Write) -> Item | None:
        request = arguments(self.name, write)
        match write:
            case Put():
                _contended(self._backoff, lambda: self._client.put_item(**request))
            case Update():
                answer = _contended(
                    self._backoff,
                    lambda: self._client.update_item(**request, ReturnValues="ALL_NEW"),
                )
                return decode_item(answer["Attributes"])
            case _:
                _contended(self._backoff, lambda: self._client.delete_item(**request))
        return None

    def put_many(self, items: Iterable[Item]) -> int:
        count = 0
        for batch in batched(items, _MOST_PUTS, strict=False):
            count += len(batch)
            # DynamoDB refuses a batch that names a row twice.
            rows = {(item["pk"], item["sk"]): item for item in batch}
            self._put_batch([{"PutRequest": {"Item": encode_item(row)}} for row in rows.values()])
        return count

    def query(
        self,
        pk: str,
        *,
        begins: str = "",
        index: Index | None = None,
        limit: int = 100,
        cursor: str | None = None,
        forward: bool = True,
    ) -> Page:
        start = None if cursor is None else cursors.read(cursor, pk, begins, index)
        items: list[Item] = []
        # One row more than asked for says whether there is another page, without an empty last
        # one; an answer may also be short because it reached 1 MB.
        for item in self._rows(pk, begins, index, limit + 1, start, forward):
            if len(items) == limit:
                return Page(items, cursors.after(items[-1], index))
            items.append(item)
        return Page(items, None)

    def query_all(self, pk: str, *, begins: str = "", index: Index | None = None) -> Iterator[Item]:
        return self._rows(pk, begins, index, None, None, forward=True)

    def _rows(
        self,
        pk: str,
        begins: str,
        index: Index | None,
        limit: int | None,
        start: dict[str, str] | None,
        forward: bool,
    ) -> Iterator[Item]:
        expression = Expression()
        partition, sort, *_ = cursors.names(index)
        condition = f"{expression.name(partition)} = {expression.value(pk)}"
        if begins:
            condition += f" AND begins_with({expression.name(sort)}, {expression.value(begins)})"
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ScanIndexForward": forward,
            **({"ConsistentRead": True} if index is None else {"IndexName": index}),
            **({} if limit is None else {"Limit": limit}),
            **({} if start is None else {"ExclusiveStartKey": encode_item(start)}),
            **expression.arguments(),
        }
        while True:
            with aws_errors(f"read from {self.name}"):
                answer = self._client.query(**request)
            yield from map(decode_item, answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _get_batch(self, keys: Sequence[Key]) -> Iterator[Item]:
        pending: Any = {
            self.name: {"Keys": [encode_key(key) for key in keys], "ConsistentRead": True}
        }
        for failures in range(1, self._backoff.tries + 1):
            with aws_errors(f"read from {self.name}"):
                answer = self._client.batch_get_item(RequestItems=pending)
            yield from map(decode_item, answer["Responses"].get(self.name, []))
            if not (pending := answer.get("UnprocessedKeys")):
                return
            self._backoff.wait(failures)
        raise _busy()

    def _put_batch(self, requests: list[Any]) -> None:
        pending: Any = {self.name: requests}
        for failures in range(1, self._backoff.tries + 1):
            with aws_errors(f"write to {self.name}"):
                answer = self._client.batch_write_item(RequestItems=pending)
            if not (pending := answer.get("UnprocessedItems")):
                return
            self._backoff.wait(failures)
        raise _busy()


def _contended(backoff: Backoff, call: Any) -> Any:
    """Makes a write, again when another one was at the same rows, and names its errors."""
    try:
        with aws_errors("write to the table"):
            return backoff.run(call, _is_contention)
    except ClientError as exc:
        if failed := _failed_conditions(exc):
            raise ConditionFailed(failed) from exc
        if _is_contention(exc):
            raise _busy() from exc
        raise


def _reasons(exc: ClientError) -> list[str]:
    """Why each write of a transaction was cancelled; `None` for one that was fine."""
    reasons = cast(dict[str, Any], exc.response).get("CancellationReasons", [])
    return [str(reason.get("Code", "None")) for reason in reasons]


def _failed_conditions(exc: ClientError) -> tuple[int, ...]:
    if error_code(exc) == "ConditionalCheckFailedException":
        return (0,)
    return tuple(i for i, reason in enumerate(_reasons(exc)) if reason == _CONDITION)


def _is_contention(exc: Exception) -> bool:
    if not isinstance(exc, ClientError) or _failed_conditions(exc):
        return False
    if error_code(exc) in {"TransactionConflictException", "TransactionInProgressException"}:
        return True
    return not _CONTENTION.isdisjoint(_reasons(exc))


def _busy() -> RetryableError:
    return RetryableError("busy", "Other writers held the rows all the time.")
