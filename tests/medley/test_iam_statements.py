"""Statements are as narrow as they say, and the committed file is what they give."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from medley.iam import lint, render, statements
from medley.iam.commands import iam_app

REGIONAL = "${Region}:${AccountId}"


@pytest.mark.parametrize(
    ("statement", "actions", "resources"),
    [
        (
            statements.read_objects("A", "${B}", "a/*", "b/*"),
            ["s3:GetObject"],
            ["arn:${Partition}:s3:::${B}/a/*", "arn:${Partition}:s3:::${B}/b/*"],
        ),
        (
            statements.write_objects("A", "${B}", "a/*"),
            ["s3:PutObject"],
            ["arn:${Partition}:s3:::${B}/a/*"],
        ),
        (statements.list_bucket("A", "${B}"), ["s3:ListBucket"], ["arn:${Partition}:s3:::${B}"]),
        (
            statements.rows("A", "${T}", "GetItem", "Query"),
            ["dynamodb:GetItem", "dynamodb:Query"],
            [f"arn:${{Partition}}:dynamodb:{REGIONAL}:table/${{T}}"],
        ),
        (
            statements.query_index("A", "${T}"),
            ["dynamodb:Query"],
            [f"arn:${{Partition}}:dynamodb:{REGIONAL}:table/${{T}}/index/gsi1"],
        ),
        (statements.send_messages("A", "${QueueArn}"), ["sqs:SendMessage"], ["${QueueArn}"]),
        (
            statements.receive_messages("A", "${QueueArn}"),
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            ["${QueueArn}"],
        ),
        (statements.start_execution("A", "${MArn}"), ["states:StartExecution"], ["${MArn}"]),
        (statements.read_secret("A", "${S}"), ["secretsmanager:GetSecretValue"], ["${S}"]),
        (
            statements.read_parameter("A", "/keys/google"),
            ["ssm:GetParameter"],
            [f"arn:${{Partition}}:ssm:{REGIONAL}:parameter/keys/google"],
        ),
        (
            statements.write_logs("app-${Stage}-f"),
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"arn:${{Partition}}:logs:{REGIONAL}:log-group:/aws/lambda/app-${{Stage}}-f:*"],
        ),
        (
            statements.send_traces(),
            ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            ["*"],
        ),
    ],
)
def test_a_statement_allows_what_it_says(
    statement: dict[str, Any], actions: list[str], resources: list[str]
) -> None:
    assert (statement["Action"], statement["Resource"]) == (actions, resources)
    assert lint.lint({"f": {"Version": "2012-10-17", "Statement": [statement]}}) == []


def test_what_is_rendered_is_the_same_json_in_fewer_lines() -> None:
    policies = {"f": [statements.send_traces(), statements.read_objects("A", "b" * 90, "*")]}
    text = render.render(policies)
    assert json.loads(text) == render.documents(policies)
    assert '"Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],\n' in text
    assert text.endswith("}\n")
    assert len(text.splitlines()) < len(json.dumps(json.loads(text), indent=2).splitlines())


SOURCE = """
from medley.iam.statements import list_bucket

def build():
    return {{"one": [list_bucket("{sid}", "${{Bucket}}")]}}
"""
STACK = "Resources: {Box: {Type: AWS::S3::Bucket}}"
type Invoke = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two services with policies, and one without."""
    for slug, sid in (("one-service", "First"), ("other-service", "Second")):
        (tmp_path / slug / ".chalice").mkdir(parents=True)
        (tmp_path / slug / render.SOURCE).write_text(SOURCE.format(sid=sid))
        (tmp_path / slug / "resources.yaml").write_text(STACK)
    (tmp_path / "bare").mkdir()
    monkeypatch.setattr(render, "SERVICES", tmp_path)
    monkeypatch.setattr(lint, "SERVICES", tmp_path)
    return tmp_path


@pytest.fixture
def medley_iam(folder: Path) -> Invoke:
    return lambda *arguments: CliRunner().invoke(iam_app, list(arguments))


def test_each_services_policies_are_loaded_under_their_own_name(folder: Path) -> None:
    sids = [
        render.load_policies(slug)["one"][0]["Sid"] for slug in ("one-service", "other-service")
    ]
    assert sids == ["First", "Second"]
    with pytest.raises(FileNotFoundError, match=r"bare has no policies\.py"):
        render.load_policies("bare")


def test_a_stale_file_is_named_and_rendering_mends_it(folder: Path, medley_iam: Invoke) -> None:
    stale = medley_iam("render", "--check")
    assert stale.exit_code == 1
    assert "run `medley iam render one-service`" in stale.output
    assert medley_iam("render").exit_code == 0
    fresh = medley_iam("render", "--check")
    assert (fresh.exit_code, fresh.output.count("is current")) == (0, 2)
    assert json.loads((folder / "one-service" / render.RENDERED).read_text())["one"]["Statement"]


def test_only_the_service_that_was_asked_for_is_rendered(folder: Path, medley_iam: Invoke) -> None:
    assert medley_iam("render", "one-service").exit_code == 0
    assert not (folder / "other-service" / render.RENDERED).exists()
    unknown = medley_iam("render", "bare")
    assert (unknown.exit_code, unknown.output) == (
        2,
        "No policies in 'bare'. Known: one-service, other-service.\n",
    )


def test_the_lint_names_what_is_wrong_and_fails(folder: Path, medley_iam: Invoke) -> None:
    assert medley_iam("lint").exit_code == 0
    broken = SOURCE.format(sid="not a sid")
    (folder / "one-service" / render.SOURCE).write_text(broken)
    result = medley_iam("lint")
    assert result.exit_code == 1
    assert result.output == (
        "services/one-service: one: statement 0 has no Sid of letters and digits\n"
    )
