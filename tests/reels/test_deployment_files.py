"""What only reels' deployment files say: what it is told by event-images, and reads of it."""

import json
from pathlib import Path

from tests.house.house_rules.layout import load_template

SERVICES = Path(__file__).resolve().parents[2] / "services"
CHALICE = SERVICES / "reels" / ".chalice"
CONFIG = json.loads((CHALICE / "config.json.in").read_text())
POLICY = json.loads((CHALICE / "policy.json.in").read_text())
RESOURCES = load_template(SERVICES / "reels" / "resources.yaml")["Resources"]


def test_the_queue_of_opt_outs_listens_to_event_images_and_gives_up_late() -> None:
    queue = RESOURCES["OptOutsQueue"]["Properties"]
    timeout = CONFIG["lambda_functions"]["remove_opted_out_handler"]["lambda_timeout"]
    assert queue["VisibilityTimeout"] >= 6 * timeout
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 20
    subscription = RESOURCES["OptOutsSubscription"]
    assert subscription["Condition"] == "HasEventImages"
    assert subscription["Properties"]["TopicArn"]["Fn::Sub"].endswith(
        ":event-images-${Stage}-opt-outs"
    )
    event_images = (SERVICES / "event-images" / "resources.yaml").read_text()
    assert "event-images-${Stage}-opt-outs" in event_images


def test_the_tables_and_the_bucket_of_event_images_are_only_read() -> None:
    reading = {"GetItem", "BatchGetItem", "Query", "ConditionCheckItem", "GetObject", "ListBucket"}
    foreign = ("${EventRequestsTable}", "${EventImagesTable}", "${EventImagesMediaBucket}")
    for policy in POLICY.values():
        for statement in policy["Statement"]:
            if any(name in json.dumps(statement["Resource"]) for name in foreign):
                assert {action.split(":")[1] for action in statement["Action"]} <= reading
