"""What only event-images' deployment files say: which buckets and which key of Drive it reads."""

import json
from pathlib import Path

CHALICE = Path(__file__).resolve().parents[2] / "services" / "event-images" / ".chalice"
CONFIG = json.loads((CHALICE / "config.json.in").read_text())
POLICY = json.loads((CHALICE / "policy.json.in").read_text())


def test_only_stage_local_reads_any_bucket() -> None:
    readable = {
        stage: config["environment_variables"]["SOURCE_BUCKETS"]
        for stage, config in CONFIG["stages"].items()
    }
    assert readable == {"local": "*", "${Stage}": ""}


def test_who_reads_google_drive_has_its_layer_and_may_read_the_key_that_the_setting_names() -> None:
    for stage in CONFIG["stages"].values():
        name = stage["environment_variables"]["GDRIVE_SA_SSM_PARAM"]
        arn = f"arn:${{Partition}}:ssm:${{Region}}:${{AccountId}}:parameter/{name}"
        readers = {
            function
            for function, policy in POLICY.items()
            if any(statement["Resource"] == [arn] for statement in policy["Statement"])
        }
        assert readers == {"list_images_handler", "extract_bib_number_handler"}
    layered = {
        function
        for function, config in CONFIG["lambda_functions"].items()
        if "${GoogleLayerArn}" in config.get("layers", [])
    }
    assert layered == readers
