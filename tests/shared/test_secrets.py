"""Secrets: the fake and AWS pass the same tests; the cache forgets in time."""

import itertools
from typing import Any

import pytest
from botocore.stub import Stubber

from shared.errors import NotFound, RetryableError
from shared.secrets import AwsSecrets, MemorySecrets, Secrets

_numbers = itertools.count()


@pytest.fixture
def name() -> str:
    return f"/medley/{next(_numbers)}"


@pytest.fixture(params=["memory", "aws"])
def secrets(request: pytest.FixtureRequest, name: str) -> Secrets:
    if request.param == "memory":
        return MemorySecrets(parameters={name: "sesame é"}, secrets={name: '{"a": "b"}'})
    aws = request.getfixturevalue("aws")
    aws.ssm.put_parameter(Name=name, Value="sesame é", Type="SecureString")
    aws.secretsmanager.create_secret(Name=name, SecretString='{"a": "b"}')
    return AwsSecrets(aws.ssm, aws.secretsmanager)


def test_a_parameter_comes_decrypted(secrets: Secrets, name: str) -> None:
    assert secrets.parameter(name) == "sesame é"


def test_a_secret_comes_as_text(secrets: Secrets, name: str) -> None:
    assert secrets.secret(name) == '{"a": "b"}'


def test_what_is_absent_is_not_found(secrets: Secrets) -> None:
    with pytest.raises(NotFound, match="parameter_not_found"):
        secrets.parameter("/absent")
    with pytest.raises(NotFound, match="secret_not_found"):
        secrets.secret("absent")


def test_a_binary_secret_is_read_as_text(aws: Any, name: str) -> None:
    aws.secretsmanager.create_secret(Name=name, SecretBinary="é".encode())
    assert AwsSecrets(aws.ssm, aws.secretsmanager).secret(name) == "é"


def test_a_value_is_kept_for_its_time_and_then_read_again(aws: Any, name: str) -> None:
    now = [0.0]
    secrets = AwsSecrets(aws.ssm, aws.secretsmanager, ttl=10, clock=lambda: now[0])
    aws.ssm.put_parameter(Name=name, Value="old", Type="SecureString")
    aws.secretsmanager.create_secret(Name=name, SecretString="secret")
    assert (secrets.parameter(name), secrets.secret(name)) == ("old", "secret")
    aws.ssm.put_parameter(Name=name, Value="new", Type="SecureString", Overwrite=True)
    now[0] = 9.9
    assert secrets.parameter(name) == "old"
    now[0] = 10
    assert secrets.parameter(name) == "new"


def test_a_failure_is_not_kept(aws: Any, name: str) -> None:
    secrets = AwsSecrets(aws.ssm, aws.secretsmanager)
    with pytest.raises(NotFound):
        secrets.secret(name)
    aws.secretsmanager.create_secret(Name=name, SecretString="now")
    assert secrets.secret(name) == "now"


def test_a_busy_store_is_tried_again(aws: Any) -> None:
    with Stubber(aws.ssm) as stub:
        for _ in range(5):
            stub.add_client_error("get_parameter", "InternalServerError", http_status_code=500)
        with pytest.raises(RetryableError, match="aws_busy"):
            AwsSecrets(aws.ssm, aws.secretsmanager).parameter("x")
