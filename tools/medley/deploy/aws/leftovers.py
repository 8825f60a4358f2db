"""What CloudFormation does not know of: functions, roles and log groups, by their exact names."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from medley.deploy.aws.target import Target
from medley.deploy.services import Service


@dataclass(frozen=True)
class Names:
    """The handlers of a service's stage. By exact name: stage `a` is a prefix of stage `a-b`."""

    prefix: str
    handlers: frozenset[str]

    @property
    def functions(self) -> set[str]:
        """The functions that there may be; Chalice gives the routes' one the name of the stage."""
        return {self.prefix} | self.roles

    @property
    def roles(self) -> set[str]:
        """The functions' roles: one each, by the handler."""
        return {f"{self.prefix}-{handler}" for handler in self.handlers}

    @property
    def log_groups(self) -> set[str]:
        """What the functions log to; Lambda makes it by itself."""
        return {f"/aws/lambda/{name}" for name in self.functions}


def names_of(service: Service, stage: str, record: Path) -> Names:
    """The handlers that config.json.in configures, and those that were deployed once."""
    handlers = set(json.loads(service.config_template.read_text()).get("lambda_functions", {}))
    if record.exists():
        handlers |= {
            item["name"]
            for item in json.loads(record.read_text())["resources"]
            if item["resource_type"] == "lambda_function"
        }
    handlers.add("api_handler")
    return Names(service.function_name(stage, "").rstrip("-"), frozenset(handlers))


def what_is_left(target: Target, names: Names) -> list[str]:
    """What there is of it: ``function NAME``, ``role NAME``, ``log-group NAME``."""
    functions = target.client("lambda").get_paginator("list_functions").paginate()
    roles = target.client("iam").get_paginator("list_roles").paginate()
    groups = (
        target.client("logs")
        .get_paginator("describe_log_groups")
        .paginate(logGroupNamePrefix=f"/aws/lambda/{names.prefix}")
    )
    there = {
        "function": [one["FunctionName"] for page in functions for one in page["Functions"]],
        "role": [one["RoleName"] for page in roles for one in page["Roles"]],
        "log-group": [one["logGroupName"] for page in groups for one in page["logGroups"]],
    }
    ours = {"function": names.functions, "role": names.roles, "log-group": names.log_groups}
    return [f"{kind} {name}" for kind in there for name in sorted(_both(there[kind], ours[kind]))]


def remove_leftovers(target: Target, names: Names) -> list[str]:
    """Remove what is left; what was removed, one line each."""
    removed = []
    client, iam, logs = (target.client(name) for name in ("lambda", "iam", "logs"))
    for line in what_is_left(target, names):
        kind, _, name = line.partition(" ")
        if kind == "function":
            pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=name)
            for mapping in [one for page in pages for one in page["EventSourceMappings"]]:
                client.delete_event_source_mapping(UUID=mapping["UUID"])
            client.delete_function(FunctionName=name)
        elif kind == "role":
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                iam.delete_role_policy(RoleName=name, PolicyName=policy)
            iam.delete_role(RoleName=name)
        else:
            logs.delete_log_group(logGroupName=name)
        removed.append(f"{line}: removed")
    return removed


def _both(found: Iterable[str], ours: set[str]) -> set[str]:
    return set(found) & ours
