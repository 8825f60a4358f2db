"""What Chalice cannot configure, from ``.chalice/functions.json``, set and read back.

    {"process_upload_handler": {"ephemeralStorageMb": 1024,
                                "functionResponseTypes": ["ReportBatchItemFailures"]}}

Reserved concurrency and memory are in config.json.in and the event source's maximum concurrency in
its decorator, since Chalice would take back what it does not know of.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from medley.deploy.aws.target import Target
from medley.deploy.errors import ConfigureError, StackError
from medley.deploy.services import Service

READY_SECONDS = 120.0


class FunctionExtras(BaseModel):
    """One function's entry; what is left out gets Lambda's default. Storage is in MiB."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    ephemeral_storage_mb: int = Field(512, ge=512, le=10_240)
    function_response_types: tuple[Literal["ReportBatchItemFailures"], ...] = ()


def read_extras(service: Service) -> dict[str, FunctionExtras]:
    """The entries by handler; none without the file.

    Raises:
        ConfigureError: the file is not right, or names a function that config.json.in does not.
    """
    path = service.folder / ".chalice" / "functions.json"
    if not path.exists():
        return {}
    try:
        found = TypeAdapter(dict[str, FunctionExtras]).validate_json(path.read_bytes())
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise ConfigureError(f"{path}: {place}: {problem['msg']}") from None
    known = json.loads(service.config_template.read_text()).get("lambda_functions", {})
    if unknown := sorted(set(found) - set(known)):
        raise ConfigureError(f"{path} names {unknown[0]}, which config.json.in does not.")
    return found


def apply_extras(
    target: Target, functions: Mapping[str, str], extras: Mapping[str, FunctionExtras]
) -> list[str]:
    """Set what differs; what was changed, one line each.

    Args:
        target: where the functions are.
        functions: ARN by handler, as deployed. A handler without an entry gets the defaults.
        extras: the wanted entries by handler.

    Raises:
        StackError: what is read back is not what was set.
    """
    client = target.client("lambda")
    changes = []
    for handler, arn in functions.items():
        wanted = extras.get(handler, FunctionExtras())
        name = arn.rpartition(":")[2]
        if _storage(client, arn) != wanted.ephemeral_storage_mb:
            size = wanted.ephemeral_storage_mb
            client.update_function_configuration(FunctionName=arn, EphemeralStorage={"Size": size})
            client.get_waiter("function_updated_v2").wait(
                FunctionName=arn, WaiterConfig=_often(target)
            )
            _same(name, "ephemeral storage", _storage(client, arn), size)
            changes.append(f"{name}: {size} MiB of ephemeral storage")
        changes += _apply_response_types(target, name, arn, list(wanted.function_response_types))
    return changes


def keep_logs(service: Service, stage: str, target: Target, functions: Iterable[str]) -> list[str]:
    """Give each function's log group the configured retention; what was changed, one line each.

    Chalice does so too, but by the handler's name, and the function of the routes has another one:
    its real group would be kept for ever.
    """
    config = json.loads((service.folder / ".chalice" / "config.json").read_text())
    own = config["stages"][stage].get("log_retention_in_days")
    days = own or config.get("log_retention_in_days")
    if days is None:
        return []
    client = target.client("logs")
    changes = []
    for arn in functions:
        name = f"/aws/lambda/{arn.rpartition(':')[2]}"
        pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        groups = {one["logGroupName"]: one for page in pages for one in page["logGroups"]}
        if name not in groups:
            client.create_log_group(logGroupName=name)
        if groups.get(name, {}).get("retentionInDays") != days:
            client.put_retention_policy(logGroupName=name, retentionInDays=days)
            changes.append(f"log group {name}: kept {days} days")
    return changes


def _apply_response_types(target: Target, name: str, arn: str, wanted: list[str]) -> list[str]:
    client = target.client("lambda")
    changes = []
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=arn)
    for mapping in [one for page in pages for one in page["EventSourceMappings"]]:
        if sorted(mapping.get("FunctionResponseTypes", [])) == sorted(wanted):
            continue
        uuid = mapping["UUID"]
        client.update_event_source_mapping(UUID=uuid, FunctionResponseTypes=wanted)
        settled = _settled(client, uuid, target.poll)
        _same(name, "response types", sorted(settled.get("FunctionResponseTypes", [])), wanted)
        changes.append(f"{name}: response types {', '.join(wanted) or 'none'}")
    return changes


def _settled(client: Any, uuid: str, poll: float) -> dict[str, Any]:
    end = time.monotonic() + READY_SECONDS
    while True:
        mapping: dict[str, Any] = client.get_event_source_mapping(UUID=uuid)
        if not mapping["State"].endswith("ing") or time.monotonic() > end:
            return mapping
        time.sleep(poll)


def _storage(client: Any, arn: str) -> int:
    found = client.get_function_configuration(FunctionName=arn)
    size: int = found.get("EphemeralStorage", {}).get("Size", 512)
    return size


def _often(target: Target) -> dict[str, Any]:
    return {"Delay": target.poll, "MaxAttempts": int(READY_SECONDS / target.poll)}


def _same(name: str, what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise StackError(f"{name}: {what} reads back as {found!r}, not {wanted!r}.")
