"""resources.yaml as a request takes it."""

import json
from pathlib import Path

import pytest

from medley.deploy.errors import TemplateError
from medley.deploy.template import load_template

TEMPLATE = """
Parameters: {Stage: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Box:
    Type: AWS::S3::Bucket
    Condition: IsProd
    Properties:
      A: !Sub "${Stage}-box"
      B: !Sub ["${x}", {x: !GetAtt Other.Nested.Arn}]
      C: !If [IsProd, !Ref Stage, !Join ["-", [a, !Select [0, !GetAZs ""]]]]
      D: {Version: 2012-10-17, When: 2026-01-01 10:00:00}
      E: !Condition IsProd
      F: 010-1
      G: [1, 1.5, true, null]
"""
MACHINE = """
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionS3Location: LOCATION
      DefinitionSubstitutions: {Name: value}
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_short_forms_become_long_ones_and_dates_stay_text(tmp_path: Path) -> None:
    template = load_template(write(tmp_path / "resources.yaml", TEMPLATE))
    assert json.loads(json.dumps(template)) == template
    assert template["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert template["Resources"]["Box"]["Condition"] == "IsProd"
    assert template["Resources"]["Box"]["Properties"] == {
        "A": {"Fn::Sub": "${Stage}-box"},
        "B": {"Fn::Sub": ["${x}", {"x": {"Fn::GetAtt": ["Other", "Nested.Arn"]}}]},
        "C": {
            "Fn::If": [
                "IsProd",
                {"Ref": "Stage"},
                {"Fn::Join": ["-", ["a", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}]]},
            ]
        },
        "D": {"Version": "2012-10-17", "When": "2026-01-01 10:00:00"},
        "E": {"Condition": "IsProd"},
        "F": "010-1",
        "G": [1, 1.5, True, None],
    }


def test_a_local_definition_is_inlined_and_its_substitutions_stay(tmp_path: Path) -> None:
    write(tmp_path / "m.asl.json", '{"StartAt": "${Name}",\n "States": {}}')
    path = write(tmp_path / "resources.yaml", MACHINE.replace("LOCATION", "m.asl.json"))
    properties = load_template(path)["Resources"]["Machine"]["Properties"]
    assert properties == {
        "DefinitionString": '{"StartAt":"${Name}","States":{}}',
        "DefinitionSubstitutions": {"Name": "value"},
    }


def test_a_definition_that_is_in_a_bucket_already_is_left(tmp_path: Path) -> None:
    path = write(tmp_path / "resources.yaml", MACHINE.replace("LOCATION", "{Bucket: b, Key: k}"))
    properties = load_template(path)["Resources"]["Machine"]["Properties"]
    assert properties["DefinitionS3Location"] == {"Bucket": "b", "Key": "k"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources: [", "is not YAML"),
        ("just text", "has no Resources"),
        ("Resources:", "has no Resources"),
        (MACHINE.replace("LOCATION", "absent.json"), "absent.json, which is missing"),
        (MACHINE.replace("LOCATION", "resources.yaml"), "is not JSON"),
    ],
)
def test_a_template_that_cannot_be_used_is_a_clear_error(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=message):
        load_template(write(tmp_path / "resources.yaml", text))


def test_a_missing_template_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="is missing"):
        load_template(tmp_path / "resources.yaml")
