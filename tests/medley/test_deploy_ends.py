"""After a deployment it is looked at; when it is removed, only what is its own goes."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import boto3
import httpx
import pytest
from moto import mock_aws

from medley.deploy.aws import buckets, smoke
from medley.deploy.aws.destroy import Inventory, refuse_what_is_kept
from medley.deploy.aws.functions import Deployed, record_path
from medley.deploy.aws.leftovers import names_of, remove_leftovers, what_is_left
from medley.deploy.aws.target import Target, find_target
from medley.deploy.errors import StackError, ToolError
from medley.deploy.services import Service


@pytest.fixture
def target() -> Iterator[Target]:
    with mock_aws():
        yield find_target()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    found = Service(tmp_path / "services" / "tiny")
    (found.folder / ".chalice").mkdir(parents=True)
    document = {"app_name": "tiny", "lambda_functions": {"weigh": {}}}
    found.config_template.write_text(json.dumps(document))
    return found


def role(name: str) -> str:
    made = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    return str(made["Role"]["Arn"])


def function(name: str) -> str:
    code = io.BytesIO()
    with ZipFile(code, "w") as package:
        package.writestr("app.py", "")
    made = boto3.client("lambda").create_function(
        FunctionName=name,
        Role=role(name),
        Runtime="python3.13",
        Handler="app.app",
        Code={"ZipFile": code.getvalue()},
    )
    return str(made["FunctionArn"])


# --- what is removed ----------------------------------------------------------------------------


def test_emptying_takes_every_version(target: Target) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    assert not buckets.holds_something(s3, "photos")
    for body in (b"1", b"2"):
        s3.put_object(Bucket="photos", Key="a", Body=body)
    s3.delete_object(Bucket="photos", Key="a")
    assert buckets.holds_something(s3, "photos")
    assert buckets.empty(s3, "photos") == "3 objects"
    s3.delete_bucket(Bucket="photos")
    assert not buckets.exists(s3, "photos")
    assert not buckets.holds_something(s3, "photos")


def test_another_stage_with_a_longer_name_is_not_touched(service: Service, target: Target) -> None:
    for name in ("tiny-dev", "tiny-dev-weigh", "tiny-dev-2", "tiny-dev-2-weigh"):
        function(name)
        boto3.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    names = names_of(service, "dev", record_path(service, "dev"))
    # Chalice gives no role the name of the stage; the test's helper does.
    assert set(remove_leftovers(target, names)) == {
        "function tiny-dev: removed",
        "function tiny-dev-weigh: removed",
        "role tiny-dev-weigh: removed",
        "log-group /aws/lambda/tiny-dev: removed",
        "log-group /aws/lambda/tiny-dev-weigh: removed",
    }
    assert what_is_left(target, names) == []
    left = boto3.client("lambda").list_functions()["Functions"]
    assert {one["FunctionName"] for one in left} == {"tiny-dev-2", "tiny-dev-2-weigh"}


def test_protected_tables_and_filled_buckets_stop_everything() -> None:
    filled = Inventory(filled_buckets=["photos"])
    with pytest.raises(ToolError, match=r"photos.*--delete-content"):
        refuse_what_is_kept(filled, delete_content=False)
    refuse_what_is_kept(filled, delete_content=True)
    with pytest.raises(ToolError, match="no-deletion-protection-enabled --table-name rows"):
        refuse_what_is_kept(Inventory(protected_tables=["rows"]), delete_content=True)


# --- the smoke test ---------------------------------------------------------------------------

WELL = {"/health": {"service": "tiny", "stage": "dev", "status": "ok"}}


def answered(path: str, *, status: int = 200, kind: str = "text/html") -> httpx.Response:
    request = httpx.Request("GET", "https://x")
    if path.endswith("health"):
        return httpx.Response(status, json=WELL["/health"], request=request)
    return httpx.Response(status, text="<html>", headers={"content-type": kind}, request=request)


def test_the_smoke_test_asks_for_health_and_page(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def get(url: str, timeout: float) -> httpx.Response:
        asked.append(url)
        return answered(url)

    monkeypatch.setattr(httpx, "get", get)
    target = Target("aws", "us-east-1", "123456789012")
    deployed = Deployed([], {}, "https://api.example/api/")
    lines = smoke.smoke_test(service, "dev", target, deployed)
    assert lines == ["GET /health answers 200", "GET / answers 200"]
    assert asked == ["https://api.example/api/health", "https://api.example/api/"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"status": 500}, "answers 500"), ({"kind": "application/json"}, "not a page")],
)
def test_a_page_that_is_not_well_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], said: str
) -> None:
    def get(url: str, timeout: float) -> httpx.Response:
        return answered(url) if url.endswith("health") else answered(url, **change)

    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setattr(smoke, "SETTLING_SECONDS", 0.0)
    target = Target("aws", "us-east-1", "123456789012")
    with pytest.raises(StackError, match=said):
        smoke.smoke_test(service, "dev", target, Deployed([], {}, "https://api.example/api/"))
