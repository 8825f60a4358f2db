"""What only DynamoDB does: contention, throttling, half-done batches."""

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from shared.errors import Forbidden, RetryableError
from shared.retries import Backoff
from shared.tables import ConditionFailed, Delete, DynamoTables, Put, TransactWrite, Update

ITEM = {"pk": {"S": "P"}, "sk": {"S": "a"}}
WRITES: list[tuple[str, TransactWrite]] = [
    ("t", Put({"pk": "P", "sk": "a"})),
    ("u", Delete(("P", "b"))),
]


class Waits:
    """Notes each wait instead of waiting; the draw is always the ceiling."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.backoff = Backoff(sleep=self.seconds.append, draw=lambda: 1.0)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def stub(bare_dynamodb: Any) -> Iterator[Stubber]:
    with Stubber(bare_dynamodb) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def tables(bare_dynamodb: Any, waits: Waits) -> DynamoTables:
    return DynamoTables(bare_dynamodb, waits.backoff)


def cancelled(stub: Stubber, *codes: str) -> None:
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        http_status_code=400,
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


def test_a_transaction_that_met_another_is_tried_again(
    stub: Stubber, tables: DynamoTables, waits: Waits
) -> None:
    cancelled(stub, "TransactionConflict", "None")
    cancelled(stub, "None", "ThrottlingError")
    stub.add_response("transact_write_items", {})
    tables.transact(WRITES)
    assert waits.seconds == [0.05, 0.1]


def test_the_tries_of_one_transaction_carry_one_token_and_the_next_another(
    stub: Stubber, tables: DynamoTables, bare_dynamodb: Any
) -> None:
    tokens: list[str] = []
    bare_dynamodb.meta.events.register(
        "before-parameter-build.dynamodb.TransactWriteItems",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    cancelled(stub, "TransactionConflict", "None")
    stub.add_response("transact_write_items", {})
    stub.add_response("transact_write_items", {})
    tables.transact(WRITES)
    tables.transact(WRITES)
    assert tokens[0] == tokens[1]
    assert tokens[1] != tokens[2]
    assert 1 <= len(tokens[0]) <= 36


def test_a_transaction_that_always_meets_others_is_left_to_the_machine(
    stub: Stubber, tables: DynamoTables, waits: Waits
) -> None:
    for _ in range(8):
        cancelled(stub, "TransactionConflict", "None")
    with pytest.raises(RetryableError, match="busy"):
        tables.transact(WRITES)
    assert len(waits.seconds) == 7
    assert max(waits.seconds) <= 2


def test_a_condition_that_failed_beside_a_conflict_is_final(
    stub: Stubber, tables: DynamoTables, waits: Waits
) -> None:
    cancelled(stub, "TransactionConflict", "ConditionalCheckFailed")
    with pytest.raises(ConditionFailed) as caught:
        tables.transact(WRITES)
    assert caught.value.failed == (1,)
    assert waits.seconds == []


def test_a_single_write_waits_for_a_transaction_too(
    stub: Stubber, tables: DynamoTables, waits: Waits
) -> None:
    stub.add_client_error("update_item", "TransactionConflictException", http_status_code=400)
    stub.add_response("update_item", {"Attributes": {**ITEM, "n": {"N": "2"}}})
    new = tables.table("t").write(Update(("P", "a"), add={"n": 1}))
    assert new == {"pk": "P", "sk": "a", "n": 2}
    assert len(waits.seconds) == 1


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ProvisionedThroughputExceededException", 400, RetryableError),
        ("ThrottlingException", 400, RetryableError),
        ("InternalServerError", 500, RetryableError),
        ("AccessDeniedException", 400, Forbidden),
        ("ValidationException", 400, ClientError),
        ("ResourceNotFoundException", 400, ClientError),
    ],
)
def test_other_errors_say_who_can_mend_them(
    stub: Stubber, tables: DynamoTables, code: str, status: int, error: type[Exception]
) -> None:
    stub.add_client_error("get_item", code, http_status_code=status)
    stub.add_client_error("put_item", code, http_status_code=status)
    with pytest.raises(error):
        tables.table("t").get(("P", "a"))
    with pytest.raises(error):
        tables.table("t").write(Put({"pk": "P", "sk": "a"}))


def test_what_a_batch_left_over_is_sent_again(
    stub: Stubber, tables: DynamoTables, waits: Waits
) -> None:
    def request(key: str) -> Any:
        return {"PutRequest": {"Item": {"pk": {"S": "P"}, "sk": {"S": key}}}}

    stub.add_response(
        "batch_write_item",
        {"UnprocessedItems": {"t": [request("b")]}},
        {"RequestItems": {"t": [request("a"), request("b")]}},
    )
    stub.add_response(
        "batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": {"t": [request("b")]}}
    )
    assert tables.table("t").put_many([{"pk": "P", "sk": "a"}, {"pk": "P", "sk": "b"}]) == 2
    assert waits.seconds == [0.05]


def test_keys_that_were_not_read_are_asked_for_again(stub: Stubber, tables: DynamoTables) -> None:
    left = {"t": {"Keys": [{"pk": {"S": "P"}, "sk": {"S": "b"}}], "ConsistentRead": True}}
    other = {"pk": {"S": "P"}, "sk": {"S": "b"}}
    stub.add_response(
        "batch_get_item", {"Responses": {"t": [ITEM]}, "UnprocessedKeys": left}, ANY_REQUEST
    )
    stub.add_response("batch_get_item", {"Responses": {"t": [other]}}, {"RequestItems": left})
    found = tables.table("t").get_many([("P", "a"), ("P", "b")])
    assert [item["sk"] for item in found] == ["a", "b"]


ANY_REQUEST = {"RequestItems": ANY}


def test_a_batch_that_never_gets_through_is_left_to_the_machine(
    stub: Stubber, tables: DynamoTables
) -> None:
    left = {"t": [{"PutRequest": {"Item": ITEM}}]}
    for _ in range(8):
        stub.add_response("batch_write_item", {"UnprocessedItems": left}, ANY_REQUEST)
    with pytest.raises(RetryableError, match="busy"):
        tables.table("t").put_many([{"pk": "P", "sk": "a"}])


def test_which_conditions_failed_survives_pickling() -> None:
    copy = pickle.loads(pickle.dumps(ConditionFailed((1, 3))))  # noqa: S301
    assert (copy.failed, copy.code, copy.status) == ((1, 3), "condition_failed", 409)
