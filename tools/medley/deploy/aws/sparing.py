"""Chalice's AWS client, but it leaves alone what already is as it should be.

Chalice sends the code, the configuration, the policy and the routes with each deployment. Here
each is compared first, so that a second deployment changes nothing, and the first one after a
change tells what it changed. The private methods that are overridden are held by
``tests/medley/test_deploy_sparing.py``.
"""

import base64
import hashlib
import json
from typing import Any

from chalice.awsclient import ResourceDoesNotExistError, TypedAWSClient

FINGERPRINT = "medley "


class SparingClient(TypedAWSClient):
    """``changes`` tells, one line each, what was made, changed or removed."""

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self.changes: list[str] = []
        self._routes_fingerprint = ""
        self._routes_live: set[str] = set()

    # --- functions -----------------------------------------------------------------------------

    def create_function(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_function(*args, **kwargs)
        self.changes.append(f"{_named(args, kwargs)}: made")
        return made

    def _update_function_code(
        self, function_name: str, zip_contents: Any, architecture: str | None = None
    ) -> dict[str, Any]:
        current: dict[str, Any] = self._configuration(function_name)
        same_code = current["CodeSha256"] == code_sha256(zip_contents)
        wanted = [architecture] if architecture else current.get("Architectures", ["x86_64"])
        if same_code and current.get("Architectures", ["x86_64"]) == wanted:
            return current
        self.changes.append(f"{function_name}: new code")
        result: dict[str, Any] = super()._update_function_code(
            function_name, zip_contents, architecture
        )
        return result

    def _do_update_function_config(self, function_name: str, kwargs: dict[str, Any]) -> None:
        current = comparable(self._configuration(function_name))
        wanted = comparable(kwargs)
        if differing := sorted(key for key in wanted if wanted[key] != current.get(key)):
            self.changes.append(f"{function_name}: new {', '.join(differing)}")
            super()._do_update_function_config(function_name, kwargs)

    def delete_function_concurrency(self, function_name: str) -> None:
        if self._reserved(function_name) is not None:
            self.changes.append(f"{function_name}: no reserved concurrency any more")
            super().delete_function_concurrency(function_name)

    def put_function_concurrency(
        self, function_name: str, reserved_concurrent_executions: int
    ) -> None:
        if self._reserved(function_name) != reserved_concurrent_executions:
            count = reserved_concurrent_executions
            self.changes.append(f"{function_name}: reserved concurrency {count}")
            super().put_function_concurrency(function_name, count)

    def delete_function(self, function_name: str) -> None:
        self._remove("function", function_name, super().delete_function)

    def _configuration(self, function_name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client("lambda").get_function_configuration(
            FunctionName=function_name
        )
        return found

    def _reserved(self, function_name: str) -> int | None:
        asked = self._client("lambda").get_function_concurrency(FunctionName=function_name)
        reserved: int | None = asked.get("ReservedConcurrentExecutions")
        return reserved

    # --- roles, log groups, event sources --------------------------------------------------------

    def create_role(self, name: str, trust_policy: Any, policy: Any) -> Any:
        made = super().create_role(name, trust_policy, policy)
        self.changes.append(f"role {name}: made")
        return made

    def put_role_policy(self, role_name: str, policy_name: str, policy_document: Any) -> None:
        iam = self._client("iam")
        try:
            current = iam.get_role_policy(RoleName=role_name, PolicyName=policy_name)
            if current["PolicyDocument"] == policy_document:
                return
            self.changes.append(f"role {role_name}: new policy")
        except iam.exceptions.NoSuchEntityException:
            pass
        super().put_role_policy(role_name, policy_name, policy_document)

    def delete_role(self, name: str) -> None:
        self._remove("role", name, super().delete_role)

    def log_group_exists(self, name: str) -> bool:
        """Chalice asks by prefix, and takes another stage's group for this one's."""
        return self._log_group(name) is not None

    def put_retention_policy(self, name: str, retention_in_days: int) -> None:
        group = self._log_group(name) or {}
        if group.get("retentionInDays") != retention_in_days:
            self.changes.append(f"log group {name}: kept {retention_in_days} days")
            super().put_retention_policy(name, retention_in_days)

    def _log_group(self, name: str) -> dict[str, Any] | None:
        pages = self._client("logs").get_paginator("describe_log_groups")
        for page in pages.paginate(logGroupNamePrefix=name):
            for group in page["logGroups"]:
                if group["logGroupName"] == name:
                    found: dict[str, Any] = group
                    return found
        return None

    def create_lambda_event_source(
        self,
        event_source_arn: str,
        function_name: str,
        batch_size: int,
        starting_position: str | None = None,
        maximum_batching_window_in_seconds: int | None = 0,
        maximum_concurrency: int | None = None,
    ) -> Any:
        """Make it, or take the one that an unfinished deployment has left; its id."""
        window = maximum_batching_window_in_seconds
        found = self._client("lambda").list_event_source_mappings(
            EventSourceArn=event_source_arn, FunctionName=function_name
        )["EventSourceMappings"]
        if found:
            uuid = found[0]["UUID"]
            self.update_lambda_event_source(uuid, batch_size, window, maximum_concurrency)
            return uuid
        self.changes.append(f"event source {event_source_arn}: made")
        # Chalice's annotation says None; it answers the id.
        create: Any = super().create_lambda_event_source
        return create(
            event_source_arn,
            function_name,
            batch_size,
            starting_position,
            window,
            maximum_concurrency,
        )

    def update_lambda_event_source(
        self,
        event_uuid: str,
        batch_size: int,
        maximum_batching_window_in_seconds: int | None = 0,
        maximum_concurrency: int | None = None,
    ) -> None:
        current = self._client("lambda").get_event_source_mapping(UUID=event_uuid)
        concurrency = current.get("ScalingConfig", {}).get("MaximumConcurrency")
        now = (current["BatchSize"], current.get("MaximumBatchingWindowInSeconds", 0), concurrency)
        window = maximum_batching_window_in_seconds or 0
        if now != (batch_size, window, maximum_concurrency):
            self.changes.append(f"event source {current['EventSourceArn']}: new settings")
            super().update_lambda_event_source(event_uuid, batch_size, window, maximum_concurrency)

    # --- routes: what is live is known by a hash in the deployment's description ------------------

    def import_rest_api(self, swagger_document: Any, endpoint_type: str) -> Any:
        self._routes_fingerprint = fingerprint(swagger_document)
        made = super().import_rest_api(swagger_document, endpoint_type)
        self.changes.append(f"REST API {made}: made")
        return made

    def update_api_from_swagger(self, rest_api_id: str, swagger_document: Any) -> None:
        self._routes_fingerprint = fingerprint(swagger_document)
        self._routes_live = self._live_stages(rest_api_id, self._routes_fingerprint)
        if not self._routes_live:
            self.changes.append(f"REST API {rest_api_id}: new routes")
            super().update_api_from_swagger(rest_api_id, swagger_document)

    def update_rest_api(self, rest_api_id: str, patch_operations: list[dict[str, Any]]) -> None:
        current = self.get_rest_api(rest_api_id)
        size = current.get("minimumCompressionSize")
        types = current.get("endpointConfiguration", {}).get("types", [])
        now = {"/minimumCompressionSize": "" if size is None else str(size)}
        now |= {f"/endpointConfiguration/types/{one}": one for one in types}
        wanted = {patch["path"]: str(patch["value"]) for patch in patch_operations}
        if any(now.get(path) != value for path, value in wanted.items()):
            super().update_rest_api(rest_api_id, patch_operations)

    def deploy_rest_api(self, rest_api_id: str, api_gateway_stage: str, xray: bool) -> None:
        if api_gateway_stage in self._routes_live:
            return
        # Chalice's own, with the description beside it.
        self._client("apigateway").create_deployment(
            restApiId=rest_api_id,
            stageName=api_gateway_stage,
            tracingEnabled=bool(xray),
            description=FINGERPRINT + self._routes_fingerprint,
        )

    def delete_rest_api(self, rest_api_id: str) -> None:
        self._remove("REST API", rest_api_id, super().delete_rest_api)

    def _live_stages(self, rest_api_id: str, digest: str) -> set[str]:
        client = self._client("apigateway")
        live = set()
        for stage in client.get_stages(restApiId=rest_api_id).get("item", []):
            deployment = client.get_deployment(
                restApiId=rest_api_id, deploymentId=stage["deploymentId"]
            )
            if deployment.get("description") == FINGERPRINT + digest:
                live.add(stage["stageName"])
        return live

    def _remove(self, kind: str, name: str, remove: Any) -> None:
        """What someone has removed already is no error."""
        missing = self._client("iam").exceptions.NoSuchEntityException
        try:
            remove(name)
        except (ResourceDoesNotExistError, missing):
            return
        self.changes.append(f"{kind} {name}: removed")


def code_sha256(package: bytes) -> str:
    """The hash of a package as Lambda gives it."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def fingerprint(document: Any) -> str:
    """A hash of a JSON document, whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def comparable(configuration: dict[str, Any]) -> dict[str, Any]:
    """A function's configuration so that what is asked for and what is answered compare."""
    found: dict[str, Any] = {
        key: configuration[key]
        for key in ("Runtime", "Timeout", "MemorySize", "Role")
        if key in configuration
    }
    environment = configuration.get("Environment") or {}
    layers = configuration.get("Layers") or []
    vpc = configuration.get("VpcConfig") or {}
    found["Environment"] = environment.get("Variables", {})
    found["Layers"] = [layer["Arn"] if isinstance(layer, dict) else layer for layer in layers]
    found["VpcConfig"] = [sorted(vpc.get(key, [])) for key in ("SubnetIds", "SecurityGroupIds")]
    if "TracingConfig" in configuration:
        found["TracingConfig"] = configuration["TracingConfig"]["Mode"]
    return found


def _named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return str(kwargs.get("function_name") or args[0])
