"""The API keys of one stage in Secrets Manager, where only their hashes are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from medley.deploy.errors import ToolError
from shared.http.api_keys import IssuedKey, StoredKey, StoredKeys, issue, keys_document

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# The label of a version that is written, but not yet the one that functions read.
_NEXT = "MEDLEYNEXT"
_CURRENT = "AWSCURRENT"


@dataclass(frozen=True)
class _Version:
    id: str
    keys: tuple[StoredKey, ...]


class KeyRing:
    """The keys of one stage. Every call may raise ToolError.

    Functions read the keys every five minutes, and API Gateway keeps an answer for five more.

    Args:
        client: Of the stage's account and region.
        secret: The secret's name or ARN.
        stage: The stage that keys are made for.
    """

    def __init__(self, client: "SecretsManagerClient", secret: str, stage: str) -> None:
        self._client = client
        self._secret = secret
        self._stage = stage

    def alive(self) -> tuple[StoredKey, ...]:
        """The keys that live, oldest first."""
        return self._read().keys

    def create(self, scope: str, now: datetime) -> IssuedKey:
        """Make a key beside those that live; its token is nowhere but in the answer.

        Raises:
            ToolError: no such scope, or somebody else changed the keys at the same time.
        """
        try:
            issued = issue(self._stage, [scope], now)
        except ValueError as error:
            raise ToolError(f"No key can be made: {error}.") from None
        version = self._read()
        self._replace(version, [*version.keys, issued.stored])
        return issued

    def revoke(self, key_id: str) -> StoredKey:
        """Take a key away; it is known for ten more minutes at most.

        Raises:
            ToolError: no such key, or somebody else changed the keys at the same time.
        """
        version = self._read()
        gone = next((key for key in version.keys if key.id == key_id), None)
        if gone is None:
            known = ", ".join(key.id for key in version.keys) or "none"
            raise ToolError(f"No key {key_id!r}. There are: {known}.")
        self._replace(version, [key for key in version.keys if key is not gone])
        return gone

    def _read(self) -> _Version:
        with _explained(self._secret):
            answer = self._client.get_secret_value(SecretId=self._secret, VersionStage=_CURRENT)
        try:
            keys = StoredKeys.model_validate_json(answer.get("SecretString", "")).keys
        except ValidationError:
            raise ToolError(f"The secret {self._secret} holds no document of keys.") from None
        return _Version(answer["VersionId"], keys)

    def _replace(self, read: _Version, keys: Sequence[StoredKey]) -> None:
        """Write the keys, if they are still those that were read.

        A plain write would bring a key back that somebody revokes at this moment. The label of
        the current version only moves away from the version that is named.
        """
        with _explained(self._secret):
            written = self._client.put_secret_value(
                SecretId=self._secret, SecretString=keys_document(keys), VersionStages=[_NEXT]
            )
            self._client.update_secret_version_stage(
                SecretId=self._secret,
                VersionStage=_CURRENT,
                RemoveFromVersionId=read.id,
                MoveToVersionId=written["VersionId"],
            )


@contextmanager
def _explained(secret: str) -> Iterator[None]:
    """Errors of AWS as something that a developer can act on."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        moved = error.operation_name == "UpdateSecretVersionStage"
        if moved and code == "InvalidParameterException":
            raise ToolError(
                "Somebody else changed the keys at the same time. Nothing was changed; try again."
            ) from error
        if code == "ResourceNotFoundException":
            raise ToolError(f"There is no secret {secret}. Deploy the stage first.") from error
        raise ToolError(f"The secret {secret} cannot be used: {error}") from error
    except BotoCoreError as error:
        raise ToolError(f"AWS cannot be reached: {error}") from error
