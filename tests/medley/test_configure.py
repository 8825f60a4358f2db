"""A stage's configuration and policy, from the templates and a stack's outputs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from medley.deploy.configure import (
    configure,
    configure_from_aws,
    render_config,
    render_policy,
    values_of,
)
from medley.deploy.errors import ConfigureError, StackError
from medley.deploy.services import Service
from medley.deploy.stacks import Stack, deploy_stack, read_stack
from medley.deploy.workspace import Workspace

STACK = Stack(
    name="parcels-dev",
    partition="aws",
    region="eu-west-1",
    account_id="123456789012",
    outputs={"Outgoing": "the-bucket", "OcrLayerArns": "arn:one:1,arn:two:2"},
)
TEMPLATE: dict[str, Any] = {
    "version": "2.0",
    "app_name": "parcels",
    "lambda_functions": {"weigh": {"layers": "${OcrLayerArns}"}},
    "stages": {
        "local": {"environment_variables": {"OUTGOING": "${Outgoing}"}},
        "${Stage}": {
            "iam_policy_file": "policy-${Stage}.json",
            "environment_variables": {
                "OUTGOING": "${Outgoing}",
                "AWS_ENDPOINT_URL": "${EndpointUrl}",
            },
        },
    },
}
POLICY = {"Resource": "arn:${Partition}:s3:::${Outgoing}/${Region}/${AccountId}/*"}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    made = Service(tmp_path / "parcels")
    (made.folder / ".chalice").mkdir(parents=True)
    write_templates(made, TEMPLATE, POLICY)
    return made


def write_templates(service: Service, config: Any, policy: Any) -> None:
    service.config_template.write_text(json.dumps(config))
    service.policy_template.write_text(json.dumps(policy))


def written(service: Service, name: str) -> Any:
    return json.loads((service.folder / ".chalice" / name).read_text())


def test_a_stage_gets_what_its_stack_puts_out(service: Service) -> None:
    paths = configure(service, "dev", values_of(STACK, "dev"))
    assert [path.name for path in paths] == ["config.json", "policy-dev.json"]
    assert written(service, "config.json") == {
        "version": "2.0",
        "app_name": "parcels",
        "lambda_functions": {"weigh": {}},
        "stages": {
            "dev": {
                "iam_policy_file": "policy-dev.json",
                "environment_variables": {"OUTGOING": "the-bucket"},
                # A layer's ARN is one stage's own, though every stage takes the layer.
                "lambda_functions": {"weigh": {"layers": ["arn:one:1", "arn:two:2"]}},
            }
        },
    }
    assert written(service, "policy-dev.json") == {
        "Resource": "arn:aws:s3:::the-bucket/eu-west-1/123456789012/*"
    }


def test_stages_that_are_there_already_stay(service: Service) -> None:
    configure(service, "dev", values_of(STACK, "dev"))
    configure(service, "prod", values_of(STACK, "prod"))
    stages = written(service, "config.json")["stages"]
    assert set(stages) == {"dev", "prod"}
    assert stages["prod"]["iam_policy_file"] == "policy-prod.json"


def test_the_local_stage_reaches_the_embedded_aws_and_has_no_layers(service: Service) -> None:
    config = render_config(service, "local", values_of(STACK, "local", "http://127.0.0.1:4566"))
    assert config["lambda_functions"] == {"weigh": {}}
    assert config["stages"]["local"]["environment_variables"] == {
        "OUTGOING": "the-bucket",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


def test_values_may_hold_what_json_would_have_to_escape(service: Service) -> None:
    values = values_of(STACK, "dev") | {"Outgoing": 'a "quoted"\\name'}
    variables = render_config(service, "dev", values)["stages"]["dev"]["environment_variables"]
    assert variables["OUTGOING"] == 'a "quoted"\\name'


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**TEMPLATE, "stages": {"dev": {"x": "${Nowhere}"}}}, r"names \$\{Nowhere\}.*Outgoing"),
        ({**TEMPLATE, "stages": {"local": {}}}, "no stage 'dev'. It has: local"),
        ([], "is not a JSON object"),
    ],
)
def test_a_template_that_cannot_be_rendered_is_a_clear_error(
    service: Service, config: Any, message: str
) -> None:
    write_templates(service, config, POLICY)
    with pytest.raises(ConfigureError, match=message):
        configure(service, "dev", values_of(STACK, "dev"))
    assert not (service.folder / ".chalice" / "config.json").exists()


def test_a_missing_template_is_a_clear_error(service: Service) -> None:
    service.policy_template.unlink()
    with pytest.raises(ConfigureError, match=r"policy\.json\.in is missing"):
        configure(service, "dev", values_of(STACK, "dev"))
    service.config_template.unlink()
    with pytest.raises(ConfigureError, match=r"config\.json\.in is missing"):
        _ = service.app_name


@pytest.fixture
def cloudformation() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("cloudformation", region_name="eu-west-1")


def test_an_account_is_read_from_its_stack(service: Service, cloudformation: Any) -> None:
    template = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Resources": {
            "Box": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": {"Fn::Sub": "parcels-${Stage}"}},
            }
        },
        "Outputs": {
            "Outgoing": {"Value": {"Ref": "Box"}},
            "OcrLayerArns": {"Value": "arn:one:1"},
        },
    }
    parameters = {"Stage": "dev", "NotDeclared": "left out"}
    made = deploy_stack(cloudformation, "parcels-dev", template, parameters)
    assert made == read_stack(cloudformation, "parcels-dev")
    configure_from_aws(service, "dev", cloudformation)
    policy = written(service, "policy-dev.json")
    assert policy["Resource"] == f"arn:aws:s3:::parcels-dev/eu-west-1/{made.account_id}/*"


def test_a_missing_stack_is_an_error_that_tells_how_to_make_it(
    service: Service, cloudformation: Any
) -> None:
    with pytest.raises(StackError) as raised:
        configure_from_aws(service, "dev", cloudformation)
    message = str(raised.value)
    assert "There is no stack parcels-dev in eu-west-1." in message
    assert "`medley deploy parcels --stage dev` makes it." in message


STATEMENT = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["${Outgoing}"]}
EACH = {
    "weigh": {"Version": "2012-10-17", "Statement": [STATEMENT]},
    "arrived": {"Version": "2012-10-17", "Statement": [STATEMENT]},
}


def test_each_function_gets_a_policy_file_of_its_own(service: Service) -> None:
    weigh = {"weigh": {"lambda_timeout": 2}}
    stage = {"iam_policy_file": "policy-${Stage}.json", "lambda_functions": weigh}
    write_templates(service, {**TEMPLATE, "stages": {"${Stage}": stage}}, EACH)
    paths = configure(service, "dev", values_of(STACK, "dev"))
    assert [path.name for path in paths] == [
        "config.json",
        "policy-dev-weigh.json",
        "policy-dev-arrived.json",
    ]
    # The stage names no file, so that a function which was forgotten does not get another's.
    assert written(service, "config.json")["stages"]["dev"] == {
        "lambda_functions": {
            "weigh": {
                "lambda_timeout": 2,
                "layers": ["arn:one:1", "arn:two:2"],
                "iam_policy_file": "policy-dev-weigh.json",
            },
            "arrived": {"iam_policy_file": "policy-dev-arrived.json"},
        }
    }
    policy = written(service, "policy-dev-weigh.json")
    assert policy["Statement"][0]["Resource"] == ["the-bucket"]


def test_the_local_stage_has_no_layers_where_each_function_has_a_policy(service: Service) -> None:
    local = {"lambda_functions": {"weigh": {"layers": ["${OcrLayerArns}"]}}}
    write_templates(service, {**TEMPLATE, "stages": {"local": local}}, EACH)
    config = render_config(service, "local", values_of(STACK, "local", "http://127.0.0.1:4566"))
    weigh = config["stages"]["local"]["lambda_functions"]["weigh"]
    assert weigh == {"iam_policy_file": "policy-local-weigh.json"}


def test_a_workspace_holds_the_policies_that_its_configuration_names(
    service: Service, tmp_path: Path
) -> None:
    write_templates(service, TEMPLATE, EACH)
    values = values_of(STACK, "dev")
    workspace = Workspace(tmp_path / "workspace")
    workspace.write(render_config(service, "dev", values), render_policy(service, values))
    stage = json.loads(workspace.config.read_text())["stages"]["dev"]
    for name in EACH:
        named = Path(stage["lambda_functions"][name]["iam_policy_file"])
        assert named.is_relative_to(workspace.folder)
        assert json.loads(named.read_text())["Statement"][0]["Resource"] == ["the-bucket"]
