"""What the environment says about the machine."""

from pathlib import Path

import pytest

from shared.environment import (
    cors_origins,
    in_lambda,
    log_level,
    on_aws_lambda,
    queue_name,
    stage,
    tools_folder,
)


@pytest.mark.parametrize(
    ("env", "aws", "any_lambda"),
    [
        ({}, False, False),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f"}, True, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_ENDPOINT_URL": "http://x"}, False, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_SAM_LOCAL": "true"}, False, True),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f", "STAGE": "local"}, False, True),
    ],
)
def test_where_the_process_runs(env: dict[str, str], aws: bool, any_lambda: bool) -> None:
    assert (on_aws_lambda(env), in_lambda(env)) == (aws, any_lambda)


def test_logs_are_quiet_off_lambda_unless_asked() -> None:
    assert log_level({}) == "WARNING"
    assert log_level({"AWS_LAMBDA_FUNCTION_NAME": "f"}) == "INFO"
    assert log_level({"POWERTOOLS_LOG_LEVEL": "DEBUG"}) == "DEBUG"


def test_what_the_set_up_builds_is_found_beside_the_code_or_where_the_environment_says() -> None:
    assert tools_folder({"TOOLS_DIR": "/elsewhere"}) == Path("/elsewhere")
    assert tools_folder({}) == Path(__file__).resolve().parents[2] / ".tools"


def test_what_decorators_need_has_a_default_for_a_laptop() -> None:
    assert (stage({}), stage({"STAGE": "dev"})) == ("local", "dev")
    assert (cors_origins({}), cors_origins({"CORS_ORIGINS": "https://a"})) == ("*", "https://a")


def test_a_queue_is_named_after_service_and_stage_or_as_the_environment_says() -> None:
    assert queue_name("reels", "opt-outs", {}) == "reels-local-opt-outs"
    assert queue_name("reels", "opt-outs", {"STAGE": "dev"}) == "reels-dev-opt-outs"
    assert queue_name("reels", "opt-outs", {"OPT_OUTS_QUEUE_NAME": "mine"}) == "mine"
