"""State, placeholder, Lambda, step and models: one word chain, in every service."""

import re
from pathlib import Path
from typing import Any

import pytest
from house_rules import layout, roles, wiring
from pydantic import Field

from medley.layers.catalogue import LAYERS
from shared.models import Model

each_service = pytest.mark.parametrize("service", layout.services(), ids=str)


@each_service
def test_the_longest_stage_leaves_every_function_a_name_that_lambda_takes(
    service: layout.Service,
) -> None:
    pattern = service.resources["Parameters"]["Stage"]["AllowedPattern"]
    (more,) = re.findall(r"\{0,(\d+)\}", pattern)
    stage = "s" * (1 + int(more))
    assert re.fullmatch(pattern, stage)
    names = [f"{service.slug}-{stage}-{one}" for one in service.config["lambda_functions"]]
    assert [name for name in names if len(name) > 64] == []


@each_service
def test_every_placeholder_of_the_machine_is_substituted(service: layout.Service) -> None:
    given = wiring.substitutions(service.resources)

    assert wiring.placeholders(service.machine_text, given) == []


@each_service
def test_a_tasks_name_is_one_word_chain(service: layout.Service) -> None:
    assert wiring.service_chains(service) == []


@each_service
def test_a_task_sends_what_its_step_takes(service: layout.Service) -> None:
    assert wiring.service_payloads(service) == []


@each_service
def test_a_task_waits_longer_than_its_function_may_run(service: layout.Service) -> None:
    lambdas = wiring.lambda_names(service.path / "app.py")

    assert lambdas
    assert wiring.timeouts(service.machine, lambdas, service.config) == []


@each_service
def test_the_configuration_asks_for_what_the_stack_gives(service: layout.Service) -> None:
    own = {"Stage", "Region", "AccountId", "Partition", "EndpointUrl"}
    own |= {layer.placeholder for layer in LAYERS}

    assert roles.config(service.config, set(service.resources["Outputs"]), own) == []


@each_service
@pytest.mark.parametrize(
    "name",
    [".chalice/config.json.in", ".chalice/policy.json.in", "resources.yaml"],
)
def test_what_is_committed_names_no_account(service: layout.Service, name: str) -> None:
    assert roles.free_of_accounts((service.path / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ExtractBibNumber", "extract_bib_number"), ("ListImages", "list_images"), ("Read", "read")],
)
def test_a_states_name_as_a_function(name: str, expected: str) -> None:
    assert wiring.snake(name) == expected


def test_a_placeholder_without_a_value_is_caught() -> None:
    assert wiring.placeholders('"${MediaBucket}"', []) == ["${MediaBucket} is not substituted"]


def test_a_value_that_nothing_asks_for_is_caught() -> None:
    assert len(wiring.placeholders("{}", ["MediaBucket"])) == 1


APP = """
from chalicelib.one import models, steps
from chalicelib.one.steps import write_all

@app.lambda_function(name="read_handler")
def read_handler(event, context):
    return run_step(steps.read, models.ReadInput, event, context, deps())

@app.lambda_function()
def write_handler(event, context):
    return run_step(write_all, models.WriteAllInput, event, context, deps())

@app.on_sqs_message(queue="q", name="upload_handler")
def upload_handler(event):
    steps.upload(event)
"""


def test_the_lambdas_of_an_app_are_found_by_the_step_that_they_call(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP, "utf-8")

    assert wiring.lambda_names(tmp_path / "app.py") == {
        "read": "read_handler",
        "write_all": "write_handler",
    }
    assert wiring.queue_handlers(tmp_path / "app.py") == ["upload_handler"]


def _chain(**changes: Any) -> dict[str, Any]:
    arn = {"Fn::Sub": "arn:${AWS::Partition}:lambda:x:y:function:one-${Stage}-read_handler"}
    return {
        "tasks": {"Read"},
        "step_functions": {"read"},
        "model_names": {"ReadInput", "ReadOutput"},
        "lambdas": {"read": "read_handler"},
        "arns": {"ReadFunctionArn": arn},
        "app_name": "one",
        **changes,
    }


def test_an_unbroken_chain_is_let_be() -> None:
    assert wiring.chains(**_chain()) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"step_functions": {"reads"}}, "no function read in steps"),
        ({"model_names": {"ReadInput"}}, "no model ReadOutput"),
        ({"lambdas": {}}, "no @app.lambda_function"),
        ({"lambdas": {"read": "reader"}}, "does not end in"),
        ({"app_name": "two"}, "does not end in"),
        ({"arns": {}}, "does not end in"),
        ({"lambdas": {"read": "read_handler", "idle": "idle_handler"}}, "no Task invokes"),
    ],
)
def test_a_broken_chain_is_caught(changes: dict[str, Any], says: str) -> None:
    violations = wiring.chains(**_chain(**changes))

    assert any(says in violation for violation in violations), violations


class ReadInput(Model):
    request_id: str
    error: str = Field(alias="Error")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"requestId.$"}, "does not send Error"),
        ({"requestId.$", "Error", "extra"}, "sends extra"),
        ({"request_id.$", "Error"}, "does not send requestId"),
    ],
)
def test_a_payload_that_is_not_the_models_is_caught(sent: set[str], says: str) -> None:
    assert any(says in wrong for wrong in wiring.payload("Read", sent, ReadInput))


def test_a_payload_of_the_models_fields_is_let_be() -> None:
    assert wiring.payload("Read", {"requestId.$", "Error"}, ReadInput) == []


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({}, 60),
        ({"lambda_timeout": 10}, 10),
        ({"lambda_timeout": 10, "lambda_functions": {"f": {"lambda_timeout": 20}}}, 20),
        ({"stages": {"local": {"lambda_timeout": 30}}, "lambda_timeout": 10}, 30),
        (
            {
                "stages": {
                    "local": {
                        "lambda_timeout": 30,
                        "lambda_functions": {"f": {"lambda_timeout": 40}},
                    }
                }
            },
            40,
        ),
    ],
)
def test_a_functions_timeout_is_found_as_chalice_finds_it(
    config: dict[str, Any], seconds: int
) -> None:
    assert wiring.timeout_of(config, "f") == seconds


def test_a_task_that_gives_up_on_a_live_function_is_caught() -> None:
    state = {"Type": "Task", "TimeoutSeconds": 60}
    machine = {"States": {"Read": state}}

    assert wiring.timeouts(machine, {"read": "f"}, {"stages": {"local": {}}}) != []
    state["TimeoutSeconds"] = 61
    assert wiring.timeouts(machine, {"read": "f"}, {"stages": {"local": {}}}) == []


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"stages": {}}, "no stage local"),
        ({"stages": {"local": {}}}, "autogen_policy"),
        ({"autogen_policy": False, "stages": {"local": {}}}, "minimum_compression_size"),
        ({"stages": {"local": {"environment_variables": {"A": "${Gone}"}}}}, "${Gone}"),
    ],
)
def test_a_wrong_configuration_is_caught(config: dict[str, Any], says: str) -> None:
    assert any(says in wrong for wrong in roles.config(config, {"MediaBucket"}, {"Stage"}))


def test_an_accounts_number_is_caught() -> None:
    number = "1234" * 3

    assert roles.free_of_accounts(f"arn:aws:s3:::photos-{number}") != []
    assert roles.free_of_accounts("a sha: " + "1" * 40) == []
