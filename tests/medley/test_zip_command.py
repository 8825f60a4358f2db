"""`medley zip`: objects in, a zip out, one line when it cannot."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from medley.cli import app
from medley.deploy.errors import ToolError


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        client = boto3.client("s3", region_name="us-east-1")
        for name in ("from", "into"):
            client.create_bucket(Bucket=name)
        yield client


def test_what_lies_under_a_prefix_is_packed(s3: Any) -> None:
    for key in ("l1/raw/photo/a.jpg", "l1/raw/video/A.jpg", "l1/raw/folder/", "l2/raw/b.jpg"):
        s3.put_object(Bucket="from", Key=key, Body=key.encode())
    answer = CliRunner().invoke(app, ["zip", "s3://from/l1/", "s3://into/l1.zip"])
    assert answer.exit_code == 0, answer.output
    assert "2 entries" in answer.stdout
    data = s3.get_object(Bucket="into", Key="l1.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a.jpg", "A (2).jpg"]
        assert archive.read("a.jpg") == b"l1/raw/photo/a.jpg"


def test_an_earlier_zip_does_not_pack_itself(s3: Any) -> None:
    s3.put_object(Bucket="from", Key="a.jpg", Body=b"a")
    for _ in range(2):
        assert CliRunner().invoke(app, ["zip", "s3://from/", "s3://from/a.zip"]).exit_code == 0
    data = s3.get_object(Bucket="from", Key="a.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a.jpg"]


@pytest.mark.parametrize(
    ("source", "says"),
    [("s3://from/none/", "nothing under"), ("s3://no-such-bucket/", "no bucket")],
)
def test_what_cannot_be_packed_is_one_line(s3: Any, source: str, says: str) -> None:
    answer = CliRunner().invoke(app, ["zip", source, "s3://into/out.zip"])
    assert isinstance(answer.exception, ToolError)
    assert says in str(answer.exception)


@pytest.mark.parametrize(
    "places", [("from/", "s3://into/out.zip"), ("s3://from/", "s3://into/out.rar")]
)
def test_places_that_make_no_sense_are_a_usage_error(s3: Any, places: tuple[str, str]) -> None:
    assert CliRunner().invoke(app, ["zip", *places]).exit_code == 2
