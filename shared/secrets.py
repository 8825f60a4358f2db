"""Secrets of SSM Parameter Store and Secrets Manager, kept for a while."""

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from shared.aws_errors import aws_errors, error_code
from shared.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient


class Secrets(Protocol):
    """Reads secrets; a value may be as old as the time to live of the cache."""

    def parameter(self, name: str) -> str:
        """A parameter's value, decrypted. NotFound `parameter_not_found`."""
        ...

    def secret(self, name: str) -> str:
        """A secret's current text, by name or ARN. NotFound `secret_not_found`."""
        ...


class AwsSecrets(Secrets):
    """The real ones.

    Args:
        ssm_client: For parameters.
        secretsmanager_client: For secrets.
        ttl: Seconds that a value is kept.
        clock: Seconds, only ever rising.
    """

    def __init__(
        self,
        ssm_client: "SSMClient",
        secretsmanager_client: "SecretsManagerClient",
        ttl: float = 300,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ssm = ssm_client
        self._manager = secretsmanager_client
        self._ttl = ttl
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, str]] = {}
        self._lock = Lock()

    def parameter(self, name: str) -> str:
        return self._cached("parameter", name, self._read_parameter)

    def secret(self, name: str) -> str:
        return self._cached("secret", name, self._read_secret)

    def _cached(self, kind: str, name: str, read: Callable[[str], str]) -> str:
        # One reader at a time: a burst of cold requests makes one call to AWS, not a hundred.
        with self._lock:
            kept = self._kept.get((kind, name))
            if kept is not None and self._clock() < kept[0]:
                return kept[1]
            value = read(name)
            self._kept[kind, name] = (self._clock() + self._ttl, value)
            return value

    def _read_parameter(self, name: str) -> str:
        try:
            with aws_errors(f"read the parameter {name}"):
                answer = self._ssm.get_parameter(Name=name, WithDecryption=True)
        except ClientError as exc:
            if error_code(exc) in {"ParameterNotFound", "ParameterVersionNotFound"}:
                raise _no_parameter(name) from exc
            raise
        return answer["Parameter"]["Value"]

    def _read_secret(self, name: str) -> str:
        try:
            with aws_errors(f"read the secret {name}"):
                answer = self._manager.get_secret_value(SecretId=name)
        except ClientError as exc:
            if error_code(exc) == "ResourceNotFoundException":
                raise _no_secret(name) from exc
            raise
        return (
            answer["SecretString"] if "SecretString" in answer else answer["SecretBinary"].decode()
        )


class MemorySecrets(Secrets):
    """Secrets given at the start; `parameters` and `secrets` may be changed later."""

    def __init__(
        self,
        parameters: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self.parameters = dict(parameters or {})
        self.secrets = dict(secrets or {})

    def parameter(self, name: str) -> str:
        try:
            return self.parameters[name]
        except KeyError:
            raise _no_parameter(name) from None

    def secret(self, name: str) -> str:
        try:
            return self.secrets[name]
        except KeyError:
            raise _no_secret(name) from None


def _no_parameter(name: str) -> NotFound:
    return NotFound("parameter_not_found", f"There is no parameter {name}.")


def _no_secret(name: str) -> NotFound:
    return NotFound("secret_not_found", f"There is no secret {name}.")
