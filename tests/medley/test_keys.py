"""API keys are made, listed and revoked; only hashes are stored, and no change is lost."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from medley.deploy.errors import ToolError
from medley.deploy.stacks import deploy_stack
from medley.key_ring import KeyRing
from medley.keys import keys_app
from shared.errors import Unauthorized
from shared.http import ApiKeys
from shared.secrets import MemorySecrets

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
SERVICE, STAGE = "event-images", "dev"
SECRET = f"{SERVICE}-{STAGE}/api-keys"
# The secret is beside it: moto's CloudFormation makes none.
TEMPLATE = {
    "Resources": {"Box": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {"ApiKeysSecret": {"Value": SECRET}},
}


@pytest.fixture
def aws() -> Iterator[Any]:
    """An account with the stack of the stage; the client of its secrets."""
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name=SECRET, SecretString='{"keys": []}')
        deploy_stack(boto3.client("cloudformation"), f"{SERVICE}-{STAGE}", TEMPLATE, {})
        yield client


@pytest.fixture
def ring(aws: Any) -> KeyRing:
    return KeyRing(aws, SECRET, STAGE)


def stored(aws: Any) -> str:
    # By the label: moto does not see that it has moved when it is asked for the current version.
    text: str = aws.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]
    return text


def authorized(aws: Any, token: str) -> tuple[str, ...]:
    """The scopes that a function gives to a token."""
    return (
        ApiKeys(MemorySecrets(secrets={SECRET: stored(aws)}), SECRET, STAGE).authorize(token).scopes
    )


def test_the_service_knows_a_new_key_by_its_scope(aws: Any, ring: KeyRing) -> None:
    issued = ring.create("write", NOW)
    assert authorized(aws, issued.token) == ("write",)
    assert issued.token not in stored(aws)


def test_two_keys_live_while_one_takes_over_from_the_other(aws: Any, ring: KeyRing) -> None:
    old = ring.create("read", NOW)
    new = ring.create("read", NOW)
    assert [key.id for key in ring.alive()] == [old.stored.id, new.stored.id]
    assert authorized(aws, old.token) == authorized(aws, new.token) == ("read",)
    assert ring.revoke(old.stored.id) == old.stored
    assert authorized(aws, new.token) == ("read",)
    with pytest.raises(Unauthorized):
        authorized(aws, old.token)


def test_what_somebody_else_changes_at_the_same_time_is_not_lost(
    aws: Any, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = ring.create("admin", NOW)
    put = aws.put_secret_value

    def put_late(**arguments: Any) -> Any:
        monkeypatch.setattr(aws, "put_secret_value", put)
        ring.revoke(stolen.stored.id)
        return put(**arguments)

    monkeypatch.setattr(aws, "put_secret_value", put_late)
    with pytest.raises(ToolError, match="at the same time"):
        ring.create("read", NOW)
    assert ring.alive() == ()
    with pytest.raises(Unauthorized):
        authorized(aws, stolen.token)
    assert authorized(aws, ring.create("read", NOW).token) == ("read",)


def test_an_unknown_key_cannot_be_revoked(ring: KeyRing) -> None:
    with pytest.raises(ToolError, match=r"No key 'x'\. There are: none"):
        ring.revoke("x")
    issued = ring.create("read", NOW)
    with pytest.raises(ToolError, match=f"There are: {issued.stored.id}"):
        ring.revoke(issued.stored.id[:-1])


def test_a_key_needs_a_scope_that_there_is(ring: KeyRing) -> None:
    with pytest.raises(ToolError, match="No key can be made: scopes are some of"):
        ring.create("all", NOW)
    assert ring.alive() == ()


@pytest.mark.parametrize("text", ["{}", "keys", '{"keys": [{"id": "a"}]}'])
def test_a_secret_that_holds_something_else_is_left_alone(
    aws: Any, ring: KeyRing, text: str
) -> None:
    aws.put_secret_value(SecretId=SECRET, SecretString=text)
    with pytest.raises(ToolError, match="holds no document of keys"):
        ring.create("read", NOW)
    assert stored(aws) == text


def test_a_missing_secret_is_a_clear_error(aws: Any) -> None:
    with pytest.raises(ToolError, match=r"There is no secret nothing\. Deploy"):
        KeyRing(aws, "nothing", STAGE).alive()


# --- the command ---------------------------------------------------------------------------------


def medley_keys(*arguments: str) -> Result:
    return CliRunner().invoke(keys_app, list(arguments))


def test_create_prints_the_token_once_and_alone(aws: Any) -> None:
    made = medley_keys("create", SERVICE, "--stage", STAGE, "--scope", "admin")
    assert made.exit_code == 0
    (token,) = made.stdout.splitlines()
    assert authorized(aws, token) == ("admin",)
    assert "shown this once" in made.stderr
    assert token not in made.stderr

    listed = medley_keys("list", SERVICE, "--stage", STAGE)
    (line,) = listed.stdout.splitlines()
    key_id, scope, *_ = line.split()
    assert (scope, key_id in token) == ("admin", True)
    assert token.rsplit("_", 1)[1] not in listed.output
    (kept,) = json.loads(stored(aws))["keys"]
    assert kept["sha256"] not in listed.output


def test_a_key_only_reads_unless_it_is_asked_for_more(aws: Any) -> None:
    token = medley_keys("create", SERVICE, "--stage", STAGE).stdout.strip()
    assert authorized(aws, token) == ("read",)


def test_revoke_takes_the_key_away(aws: Any) -> None:
    token = medley_keys("create", SERVICE, "--stage", STAGE).stdout.strip()
    gone = medley_keys("revoke", SERVICE, token.split("_")[2], "--stage", STAGE)
    assert (gone.exit_code, gone.stdout) == (0, "")
    assert "up to ten more minutes" in gone.stderr
    empty = medley_keys("list", SERVICE, "--stage", STAGE)
    assert (empty.stdout, "has no keys" in empty.stderr) == ("", True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", SERVICE, "--stage", "local"], "Stage local is open"),
        (["list", SERVICE, "--stage", "prod"], "There is no stack event-images-prod"),
        (["list", "nothing", "--stage", STAGE], "No service 'nothing'"),
    ],
)
def test_a_stage_without_keys_is_a_clear_error(
    aws: Any, arguments: list[str], message: str
) -> None:
    result = medley_keys(*arguments)
    assert isinstance(result.exception, ToolError)
    assert message in str(result.exception)


def test_a_scope_that_there_is_not_is_refused(aws: Any) -> None:
    result = medley_keys("create", SERVICE, "--stage", STAGE, "--scope", "all")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "read" in result.stderr
