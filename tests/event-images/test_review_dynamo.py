"""The review's transactions on DynamoDB as moto has it: conditions, counters, the index."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.tables import DynamoTables
from tests.event_images_nearby import again, audit, pair, switch
from tests.event_images_people import work
from tests.event_images_review import RUN, everything, opt_out, put_photo, put_start_list, tagged


@pytest.fixture
def world(make_world: Any) -> Iterator[Any]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="us-east-1")
        names = ("pk", "sk", "gsi1pk", "gsi1sk")
        for table in ("requests", "images"):
            client.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
                KeySchema=_keys("pk", "sk"),
                GlobalSecondaryIndexes=[
                    {
                        "IndexName": "gsi1",
                        "KeySchema": _keys("gsi1pk", "gsi1sk"),
                        "Projection": {"ProjectionType": "ALL"},
                    }
                ],
            )
        yield make_world(tables=DynamoTables(client))


def _keys(partition: str, sort: str) -> Any:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def test_questions_decisions_undo_and_opt_outs_on_dynamodb(api: Any, world: Any) -> None:
    put_start_list(world, b123="Ada", b42="Bo", b55="Di")
    image_id = put_photo(world, "a.jpg", ("128", 0.9), ("42", 0.2, "55"))
    world.run()
    world.check()
    (item,) = api("GET", f"{RUN}/review").json_body["items"]
    assert len(item["questions"]) == 2
    wanted = [
        {"action": "correct", "bib": "128", "to": "123"},
        {"action": "reject", "bib": "42"},
    ]
    body = {"decisions": wanted, "ifVersion": item["version"]}
    key = {"Idempotency-Key": "k"}
    first = api("PATCH", f"{RUN}/photos/{image_id}", body, key)
    assert first.json_body["photo"]["bibs"] == ["123"]
    again = api("PATCH", f"{RUN}/photos/{image_id}", body, key)
    assert again.json_body["decisionIds"] == first.json_body["decisionIds"]
    late = api("PATCH", f"{RUN}/photos/{image_id}", body)
    api.problem(late, 409, "version_conflict")
    assert api("GET", f"{RUN}/review").json_body == {"items": [], "cursor": None, "left": 0}
    world.check()
    undo = {"undo": first.json_body["decisionIds"][1]}
    assert api("PATCH", f"{RUN}/photos/{image_id}", undo).status_code == 200
    assert api("GET", f"{RUN}/review").json_body["left"] == 1
    opt_out(world, "123")
    world.run("r2", force=True)
    assert tagged(world, image_id) == set()
    world.check()
    record = api("GET", f"{RUN}/photos/{image_id}/audit").json_body["items"]
    assert [one["action"] for one in record] == ["correct", "reject", "undo"]


def test_a_full_photo_with_ten_decisions_fits_one_transaction(api: Any, world: Any) -> None:
    crowd = [(str(n), 0.9) for n in range(100, 140)]
    image_id = put_photo(world, "crowd.jpg", *crowd)
    world.run()
    wanted = [{"action": "correct", "bib": str(n), "to": str(n + 100)} for n in range(100, 110)]
    answer = api("PATCH", f"{RUN}/photos/{image_id}", {"decisions": wanted})
    assert answer.status_code == 200, answer.json_body
    assert len(tagged(world, image_id)) == 40
    assert '"100"' in everything(world)
    world.check()


def test_photos_nearby_and_the_way_back_on_dynamodb(api: Any, world: Any) -> None:
    put_start_list(world, b42="Bo", b7="Ada")
    doubtful, _ = pair(world, sure=0.123456789)
    before = world.photo(doubtful)
    switch(api, world, True)
    assert tagged(world, doubtful) == {"42", "7"}
    rows = everything(world)
    again(world)
    assert everything(world) == rows
    switch(api, world, False)
    assert world.photo(doubtful) == {**before, "version": before["version"] + 2}
    switch(api, world, True)
    assert api("DELETE", f"{RUN}/participants/42").status_code == 202
    work(world)
    assert '"42"' not in everything(world)
    assert [one["nearby"] for one in audit(api, doubtful)] == [None] * 3
    world.check()
