"""The environment, read once."""

import pickle
import threading

import pytest
from pydantic import Field, ValidationError

from shared.settings import (
    AwsSettings,
    Clients,
    CommaList,
    MissingSettings,
    load,
)


class Settings(AwsSettings):
    service: str = "event-images"
    some_table: str
    some_bucket: str
    most: int = Field(default=5, gt=0)
    buckets: CommaList = ()
    force: bool = False


GOOD = {"SOME_TABLE": "t", "SOME_BUCKET": "b"}


def test_settings_are_read_by_their_names_in_capitals() -> None:
    found = load(Settings, {**GOOD, "STAGE": "prod", "MOST": "7", "FORCE": "true"})
    assert (found.some_table, found.stage, found.most, found.force) == ("t", "prod", 7, True)
    assert (found.service, found.cors_origins, found.aws_endpoint_url) == (
        "event-images",
        "*",
        None,
    )


def test_the_processs_own_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TABLE", "mine")
    monkeypatch.setenv("SOME_BUCKET", "b")
    assert load(Settings).some_table == "mine"


def test_a_given_environment_is_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TABLE", "mine")
    with pytest.raises(MissingSettings, match="SOME_TABLE"):
        load(Settings, {"SOME_BUCKET": "b"})


def test_all_that_is_absent_or_wrong_is_named_at_once() -> None:
    with pytest.raises(MissingSettings) as caught:
        load(Settings, {"MOST": "many", "SOME_BUCKET": ""})
    message = caught.value.message
    assert "event-images lacks settings" in message
    assert "SOME_TABLE" in message
    assert "SOME_BUCKET" in message
    assert "MOST (Input should be a valid integer" in message
    assert "many" not in message
    assert (caught.value.code, caught.value.status) == ("missing_settings", 503)
    assert pickle.loads(pickle.dumps(caught.value)).message == message  # noqa: S301


def test_a_variable_that_is_set_to_nothing_has_its_default() -> None:
    assert load(Settings, {**GOOD, "MOST": "", "STAGE": ""}).most == 5


@pytest.mark.parametrize(
    ("text", "values"),
    [("", ()), ("a", ("a",)), ("a,b", ("a", "b")), (" a , ,b,", ("a", "b")), ("*", ("*",))],
)
def test_a_list_has_commas(text: str, values: tuple[str, ...]) -> None:
    assert load(Settings, {**GOOD, "BUCKETS": text}).buckets == values


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load(Settings, GOOD).some_table = "other"  # type: ignore[misc]


def test_the_region_has_two_names() -> None:
    assert load(Settings, {**GOOD, "AWS_DEFAULT_REGION": "a"}).aws_region == "a"
    both = {**GOOD, "AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"}
    assert load(Settings, both).aws_region == "b"


def test_the_stage_that_is_open_is_local() -> None:
    assert load(Settings, GOOD).is_local
    assert not load(Settings, {**GOOD, "STAGE": "dev"}).is_local


def test_clients_are_made_once_each_even_by_many_threads() -> None:
    clients = Clients(AwsSettings(service="s", aws_region="eu-west-1"))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(clients.sqs)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(client) for client in found}) == 1
    assert len(found) == 8


def test_clients_have_timeouts_and_retries_and_the_endpoint() -> None:
    local = AwsSettings(service="s", aws_endpoint_url="http://127.0.0.1:1", aws_region="us-east-1")
    clients = Clients(local)
    for client in (
        clients.s3,
        clients.dynamodb,
        clients.stepfunctions,
        clients.sqs,
        clients.ssm,
        clients.secretsmanager,
    ):
        assert client.meta.endpoint_url == "http://127.0.0.1:1"
        config = client.meta.config
        assert config.connect_timeout == 3  # type: ignore[attr-defined]
        assert config.retries["mode"] == "standard"  # type: ignore[attr-defined]
        assert client.meta.region_name == "us-east-1"
