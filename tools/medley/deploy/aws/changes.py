"""What a change set would do to each resource, and whether stored things go with it."""

from dataclasses import dataclass
from typing import Any

# Their content goes when they go, so a person has to ask for it twice.
STATEFUL = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}


@dataclass(frozen=True)
class Change:
    """What happens to one resource. ``replaced`` is `yes`, `perhaps`, or empty for no."""

    action: str
    logical_id: str
    type: str
    replaced: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def loses_content(self) -> bool:
        """Whether stored things go, or may go."""
        return self.type in STATEFUL and (self.action == "Remove" or bool(self.replaced))


def read_changes(listed: list[dict[str, Any]]) -> list[Change]:
    """Changes as AWS lists them.

    AWS tells of a conditional replacement wherever a resource refers to one that changes, though
    names and ARNs change only where that one is replaced itself. So this follows the references.
    """
    changes = [item["ResourceChange"] for item in listed]
    replaced = {one["LogicalResourceId"]: "yes" for one in changes if _surely(one)}
    while more := {
        one["LogicalResourceId"]: "perhaps"
        for one in changes
        if one["LogicalResourceId"] not in replaced and _perhaps(one, set(replaced))
    }:
        replaced |= more
    found = []
    for change in changes:
        names = {
            detail["Target"].get("Name") or detail["Target"].get("Attribute", "")
            for detail in change.get("Details", [])
        }
        logical_id = change["LogicalResourceId"]
        found.append(
            Change(
                change["Action"],
                logical_id,
                change["ResourceType"],
                replaced.get(logical_id, ""),
                tuple(sorted(names - {""})),
            )
        )
    return found


def _surely(change: dict[str, Any]) -> bool:
    return change["Action"] == "Modify" and change.get("Replacement") == "True"


def _perhaps(change: dict[str, Any], replaced: set[str]) -> bool:
    if change["Action"] != "Modify" or change.get("Replacement") != "Conditional":
        return False
    risky = [
        detail
        for detail in change.get("Details", [])
        if detail["Target"].get("RequiresRecreation", "Conditionally") != "Never"
    ]
    if not change.get("Details"):
        return True
    return any(
        detail.get("Evaluation") == "Static"
        or detail.get("CausingEntity", "").split(".")[0] in {*replaced, ""}
        for detail in risky
    )
