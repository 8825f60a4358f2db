"""resources.yaml, the Chalice templates, requirements.txt and the README name the same things."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.reels.settings import Settings
from medley.layers.catalogue import LAYERS

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "services" / "reels"
CONFIG = json.loads((SERVICE / ".chalice" / "config.json.in").read_text())
POLICY = json.loads((SERVICE / ".chalice" / "policy.json.in").read_text())
HOUSE = {"Stage", "Region", "AccountId", "Partition"} | {layer.placeholder for layer in LAYERS}


class Loader(yaml.SafeLoader):
    """Takes CloudFormation's tags as what they stand for: a mapping of the function's name."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]


Loader.add_multi_constructor("!", _function)
TEMPLATE = yaml.load((SERVICE / "resources.yaml").read_text(), Loader)  # noqa: S506 -- our own
RESOURCES = TEMPLATE["Resources"]


def placeholders(document: Any) -> set[str]:
    return set(re.findall(r"\$\{(\w+)\}", json.dumps(document)))


@pytest.fixture
def handlers(load_app: Any) -> set[str]:
    app = load_app("deployment_app").app
    return {h.name for h in (*app.pure_lambda_functions, *app.event_sources)}


def test_templates_name_only_outputs_of_the_stack() -> None:
    known = set(TEMPLATE["Outputs"]) | HOUSE
    assert placeholders(CONFIG) <= known
    assert placeholders(POLICY) <= known


def test_every_output_is_used() -> None:
    assert set(TEMPLATE["Outputs"]) <= placeholders(CONFIG) | placeholders(POLICY)


def test_functions_are_configured_by_the_names_that_they_have(handlers: set[str]) -> None:
    assert set(CONFIG["lambda_functions"]) == handlers | {"api_handler", "authorize"}


def test_the_stack_knows_exactly_the_functions_of_the_machine(handlers: set[str]) -> None:
    named = set(re.findall(r"\$\{Stage\}-(\w+_handler)", (SERVICE / "resources.yaml").read_text()))
    assert named == handlers - {"process_upload_handler", "remove_opted_out_handler"}
    (steps,) = [s for s in machine_statements() if s["Sid"] == "Steps"]
    assert len(steps["Resource"]) == len(named)


def machine_statements() -> list[Any]:
    (policy,) = RESOURCES["StateMachineRole"]["Properties"]["Policies"]
    statements: list[Any] = policy["PolicyDocument"]["Statement"]
    return statements


def test_variables_are_those_that_the_settings_read() -> None:
    fields = {name.upper() for name in Settings.model_fields}
    required = {n.upper() for n, field in Settings.model_fields.items() if field.is_required()}
    for stage in CONFIG["stages"].values():
        names = set(stage["environment_variables"])
        assert names <= fields | {"UPLOADS_QUEUE_NAME", "OPT_OUTS_QUEUE_NAME"}
        assert names >= required


@pytest.mark.parametrize("bucket", ["IncomingBucket", "MediaBucket"])
def test_buckets_are_private_encrypted_and_reached_by_tls_only(bucket: str) -> None:
    properties = RESOURCES[bucket]["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]
    (statement,) = RESOURCES[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_incoming_bucket_notifies_and_takes_posts_from_browsers() -> None:
    incoming, media = (RESOURCES[name] for name in ("IncomingBucket", "MediaBucket"))
    assert "NotificationConfiguration" not in media["Properties"]
    assert incoming["DependsOn"] == "UploadsQueuePolicy"
    (rule,) = incoming["Properties"]["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    assert rule["AllowedOrigins"] == {"Ref": "CorsOrigins"}


def test_the_last_delivery_is_the_one_that_gives_up() -> None:
    from chalicelib.reels.steps.process_upload import ATTEMPTS

    queue = RESOURCES["UploadsQueue"]["Properties"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == ATTEMPTS + 1
    timeout = CONFIG["lambda_functions"]["process_upload_handler"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout


def test_the_queue_of_opt_outs_listens_to_event_images_and_gives_up_late() -> None:
    queue = RESOURCES["OptOutsQueue"]["Properties"]
    timeout = CONFIG["lambda_functions"]["remove_opted_out_handler"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 20
    subscription = RESOURCES["OptOutsSubscription"]
    assert subscription["Condition"] == "HasEventImages"
    assert subscription["Properties"]["TopicArn"]["Sub"].endswith(":event-images-${Stage}-opt-outs")
    event_images = (ROOT / "services/event-images/resources.yaml").read_text()
    assert "event-images-${Stage}-opt-outs" in event_images


def test_the_tables_and_the_bucket_of_event_images_are_only_read() -> None:
    reading = {"GetItem", "BatchGetItem", "Query", "ConditionCheckItem", "GetObject", "ListBucket"}
    foreign = ("${EventRequestsTable}", "${EventImagesTable}", "${EventImagesMediaBucket}")
    for policy in POLICY.values():
        for statement in policy["Statement"]:
            if any(name in json.dumps(statement["Resource"]) for name in foreign):
                assert {action.split(":")[1] for action in statement["Action"]} <= reading


def test_the_table_is_on_demand_recoverable_and_protected_in_prod() -> None:
    properties = RESOURCES["ReelsTable"]["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"If": ["IsProd", True, False]}
    assert properties["TimeToLiveSpecification"]["AttributeName"] == "expiresAt"


def test_every_function_has_a_policy_of_its_own() -> None:
    assert set(POLICY) == set(CONFIG["lambda_functions"])


def test_requirements_are_the_locks_and_light() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {package["name"]: package["version"] for package in lock["package"]}
    lines = (SERVICE / "requirements.txt").read_text().splitlines()
    pins = dict(line.split(" ;")[0].split("==") for line in lines if line and line[0] not in "# ")
    assert pins == {name: locked[name] for name in pins}
    heavy = {"boto3", "numpy", "pillow", "onnxruntime", "rapidocr", "pytesseract", "stepfunctions"}
    assert not heavy & set(pins)


def test_the_readme_lists_every_route_function_and_setting(
    load_app: Any, handlers: set[str]
) -> None:
    readme = (SERVICE / "README.md").read_text()
    for path, entries in load_app("readme_app").app.routes.items():
        for method in entries:
            assert f"`{method} {path}`" in readme
    for handler in handlers:
        assert f"`{handler}`" in readme
    house = {"service", "aws_endpoint_url", "aws_region"}
    for name in set(Settings.model_fields) - house:
        assert f"`{name.upper()}`" in readme
