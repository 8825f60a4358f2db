"""What a state machine's role must be allowed, and what an account must not show."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from house_rules.asl import every_state
from house_rules.resources import Template, of_type, properties, referred
from house_rules.wiring import substitutions

DISTRIBUTED = ("states:StartExecution", "states:DescribeExecution", "states:StopExecution")
READS = ("s3:GetObject",)
# Large results go up in parts.
WRITES = (
    "s3:PutObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:AbortMultipartUpload",
)


def granted(template: Template) -> dict[str, list[Any]]:
    """What the machine's role may do: the resources of each action."""
    found: dict[str, list[Any]] = {}
    for machine in of_type(template, "StepFunctions::StateMachine").values():
        role = template["Resources"].get(referred(properties(machine)["RoleArn"]), {})
        for policy in properties(role).get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] != "Allow":
                    continue
                for action in _list(statement["Action"]):
                    found.setdefault(action, []).extend(_list(statement["Resource"]))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    """A resource as one string: ``!Sub`` as it is, ``!GetAtt X.Arn`` as ``${X.Arn}``."""
    if isinstance(value, dict) and "Fn::Sub" in value:
        return str(value["Fn::Sub"])
    name = referred(value)
    return f"${{{name}.Arn}}" if name else str(value)


def machine_role(template: Template, machine: dict[str, Any]) -> list[str]:
    """The role may invoke each function, run the children, read the list, write the results."""
    allowed = granted(template)
    wrong = [
        f"the machine's role may not invoke what {name} stands for"
        for name, arn in substitutions(template).items()
        if name.endswith("FunctionArn") and arn not in allowed.get("lambda:InvokeFunction", [])
    ]
    for name, state, _ in every_state(machine, "Map"):
        if state["ItemProcessor"]["ProcessorConfig"]["Mode"] != "DISTRIBUTED":
            continue
        needed = [*DISTRIBUTED, *READS, *(WRITES if "ResultWriter" in state else ())]
        wrong += [
            f"{name}: the machine's role lacks {action}"
            for action in dict.fromkeys(needed)
            if action not in allowed
        ]
        wrong += list(_results(name, state, template, allowed))
    return wrong


def _results(
    name: str, state: dict[str, Any], template: Template, allowed: dict[str, list[Any]]
) -> Iterator[str]:
    """The results' prefix is inside what the role may write, in a bucket that notifies nobody."""
    if "ResultWriter" not in state:
        return
    parameters = state["ResultWriter"]["Parameters"]
    placeholder = re.fullmatch(r"\$\{([A-Za-z0-9]+)\}", str(parameters.get("Bucket", "")))
    bucket = referred(substitutions(template).get(placeholder[1])) if placeholder else None
    resource = template["Resources"].get(bucket, {})
    if resource.get("Type") != "AWS::S3::Bucket":
        yield f"{name}: its results go to {parameters.get('Bucket')}, not to a bucket of the stack"
        return
    if properties(resource).get("NotificationConfiguration"):
        yield f"{name}: its results go to {bucket}, which notifies"
    prefix = str(parameters.get("Prefix") or parameters.get("Prefix.$"))
    inside = re.search(r"'([^']*)'", prefix) if prefix.startswith("States.Format") else None
    sample = f"${{{bucket}.Arn}}/{(inside[1] if inside else prefix).replace('{}', 'id')}/run/file"
    if not any(
        # In IAM a star also stands for slashes, as it does here.
        fnmatchcase(sample, re.sub(r"\[", "[[]", _text(one)))
        for one in allowed.get("s3:PutObject", [])
    ):
        yield f"{name}: the machine's role may not write {sample}"


def free_of_accounts(text: str) -> list[str]:
    """No account's number is in a file that is committed."""
    return [f"an account's number: {number}" for number in re.findall(r"(?<!\d)\d{12}(?!\d)", text)]


def config(given: dict[str, Any], outputs: set[str], own_names: set[str]) -> list[str]:
    """Chalice's configuration: our policies, compression, stage ``local``, known placeholders.

    Args:
        given: config.json.in.
        outputs: the outputs of the stack.
        own_names: what `medley configure` knows besides them.
    """
    stages = given.get("stages", {})
    wrong = [] if "local" in stages else ["no stage local"]
    for stage, settings in stages.items():
        if settings.get("autogen_policy", given.get("autogen_policy")) is not False:
            wrong.append(f"{stage}: autogen_policy is not false")
        if "minimum_compression_size" not in {**given, **settings}:
            wrong.append(f"{stage}: no minimum_compression_size")
    asked = set(re.findall(r"\$\{([A-Za-z0-9]+)\}", str(given)))
    return wrong + [
        f"${{{name}}} is no output of the stack" for name in sorted(asked - outputs - own_names)
    ]
