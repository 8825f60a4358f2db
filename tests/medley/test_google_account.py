"""A key is checked before it is stored, and is never replaced or shown by accident."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto import mock_aws
from typer.testing import CliRunner, Result

from medley import cli
from medley.deploy.errors import ToolError
from medley.google_account import DEFAULT_NAME, read_key
from tests.google_drive_server import ACCOUNT, GoogleDrive

GOOD: dict[str, Any] = json.loads(
    GoogleDrive().key(token_uri="https://oauth2.googleapis.com/token")
)
MISSING = object()


@pytest.fixture
def ssm() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ssm")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(GOOD))
    return path


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(cli.app, ["upload-service-account", *arguments], input=said)


def stored(ssm: Any, name: str = DEFAULT_NAME) -> Any:
    return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]


def test_a_good_key_is_stored_encrypted_and_tells_whom_to_share_with(ssm: Any, file: Path) -> None:
    answer = run(str(file))
    assert answer.exit_code == 0, answer.output
    assert f"Share each folder with {ACCOUNT}" in answer.output
    assert "PRIVATE" not in answer.output
    parameter = stored(ssm)
    assert parameter["Type"] == "SecureString"
    assert json.loads(parameter["Value"]) == GOOD


def test_a_key_goes_where_it_is_told_to(ssm: Any, file: Path) -> None:
    assert run(str(file), "--name", "/race/google").exit_code == 0
    assert json.loads(stored(ssm, "/race/google")["Value"]) == GOOD


def test_a_key_that_is_there_is_replaced_only_when_somebody_says_so(ssm: Any, file: Path) -> None:
    ssm.put_parameter(Name=DEFAULT_NAME, Value="old", Type="SecureString")
    assert run(str(file), said="n\n").exit_code == 1
    assert stored(ssm)["Value"] == "old"
    assert run(str(file), said="y\n").exit_code == 0
    assert stored(ssm)["Version"] == 2
    assert run(str(file), "--yes").exit_code == 0
    assert stored(ssm)["Version"] == 3


def test_only_what_the_library_reads_is_stored(ssm: Any, tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(GOOD | {"note": "x" * 10_000}))
    assert run(str(path)).exit_code == 0
    assert json.loads(stored(ssm)["Value"]) == GOOD


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, kind, plain).decode()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "authorized_user"}, "its type is not service_account"),
        ({"type": MISSING}, "its type is not service_account"),
        ({"installed": {}}, "secret of an OAuth client"),
        ({"client_email": MISSING}, "its client_email is no address"),
        ({"client_email": "a b@c.d"}, "its client_email is no address"),
        ({"client_email": 5}, "its client_email is no text"),
        ({"private_key": MISSING}, "its private_key cannot be read"),
        ({"private_key": GOOD["private_key"][:900]}, "its private_key cannot be read"),
        ({"private_key": elliptic()}, "its private_key is no RSA key"),
        ({"token_uri": MISSING}, "its token_uri is no https address"),
        ({"token_uri": "http://evil.test/token"}, "its token_uri is no https address"),
        ({"token_uri": "https://a@evil.test/"}, "its token_uri is no https address"),
        ({"token_uri": "https://[::1"}, "its token_uri is no https address"),
        ({"project_id": "p" * 4000}, "over 4 KB"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_in_one_line(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    document = {name: value for name, value in (GOOD | change).items() if value is not MISSING}
    path = tmp_path / "key.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ToolError, match=problem) as caught:
        read_key(path)
    assert "\n" not in str(caught.value)
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "over 64 KB"),
        ("[" * 50_000, "is no JSON"),
        ("[]", "it is no JSON object"),
        ("\ufeff{}", "is no JSON|its type"),
    ],
)
def test_what_is_no_json_is_told_from_what_is_no_key(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    with pytest.raises(ToolError, match=problem):
        read_key(path)


def test_a_token_endpoint_on_this_machine_is_for_tests(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(GOOD | {"token_uri": "http://127.0.0.1:8080/token"}))
    assert read_key(path).email == ACCOUNT


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be read: No such file"):
        read_key(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["", "a b", "a//b", "aws:x", "x/y"])
def test_a_name_that_ssm_would_refuse_is_refused_here(file: Path, name: str) -> None:
    answer = run(str(file), "--name", name)
    assert isinstance(answer.exception, ToolError)
