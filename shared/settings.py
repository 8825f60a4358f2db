"""The environment, read once into a frozen object, and the clients that it asks for."""

import os
from collections.abc import Mapping
from threading import RLock
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.environment import LOCAL
from shared.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient


class MissingSettings(Unavailable):
    """Settings are absent or wrong; the message names all of them."""

    def __init__(self, service: str, problems: list[str]) -> None:
        listed = ", ".join(problems)
        super().__init__(
            "missing_settings",
            f"{service} lacks settings: {listed}. `medley configure` writes them for a stage.",
        )
        self.args = (service, problems)  # what pickle gives to __init__


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


type CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A setting that lists several texts, with commas between them."""


class AwsSettings(BaseSettings):
    """What every service is told by its environment.

    Each field is the environment variable of the same name in capitals. Read it by `load`:
    the constructor takes only what it is given, so a test never meets the machine's variables.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    service: str
    stage: str = LOCAL
    aws_endpoint_url: str | None = None
    aws_region: str | None = None
    cors_origins: str = "*"
    api_keys_secret: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether this is the stage that is open, on loopback only."""
        return self.stage == LOCAL

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load[S: AwsSettings](cls: type[S], env: Mapping[str, str] | None = None) -> S:
    """The settings of an environment, the process's own by default.

    A variable that is set to nothing counts as absent.

    Raises:
        MissingSettings: With the names of all that are absent or wrong.
    """
    env = os.environ if env is None else env
    values: dict[str, Any] = {
        name: value for name in cls.model_fields if (value := env.get(name.upper(), ""))
    }
    if "AWS_DEFAULT_REGION" in env:
        values.setdefault("aws_region", env["AWS_DEFAULT_REGION"])
    try:
        return cls(**values)
    except ValidationError as exc:
        default = cls.model_fields["service"].default
        service = values.get("service") or (default if isinstance(default, str) else "The service")
        raise MissingSettings(service, [_problem(error) for error in exc.errors()]) from exc


def _problem(error: Any) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else "the settings"
    return name if error["type"] == "missing" else f"{name} ({error['msg']})"


class Clients:
    """boto3 clients, each made when first asked for, and then kept.

    Args:
        settings: Give the region, and the endpoint of a local AWS.
    """

    def __init__(self, settings: AwsSettings) -> None:
        self._settings = settings
        self._made: dict[str, Any] = {}
        self._session: Any = None
        self._lock = RLock()

    @property
    def s3(self) -> "S3Client":
        return cast("S3Client", self._client("s3"))

    @property
    def dynamodb(self) -> "DynamoDBClient":
        return cast("DynamoDBClient", self._client("dynamodb"))

    @property
    def stepfunctions(self) -> "SFNClient":
        return cast("SFNClient", self._client("stepfunctions"))

    @property
    def sqs(self) -> "SQSClient":
        return cast("SQSClient", self._client("sqs"))

    @property
    def sns(self) -> "SNSClient":
        return cast("SNSClient", self._client("sns"))

    @property
    def ssm(self) -> "SSMClient":
        return cast("SSMClient", self._client("ssm"))

    @property
    def rekognition(self) -> "RekognitionClient":
        return cast("RekognitionClient", self._client("rekognition"))

    @property
    def secretsmanager(self) -> "SecretsManagerClient":
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    def _client(self, name: str) -> Any:
        # A session makes one client at a time; clients themselves are safe between threads.
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(name)
            return self._made[name]

    def _make(self, name: str) -> Any:
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.Session(region_name=self._settings.aws_region)
        endpoint = self._settings.aws_endpoint_url
        config = Config(
            connect_timeout=3,
            read_timeout=30 if name == "s3" else 10,
            # A local AWS that does not run should say so at once.
            retries={"mode": "standard", "total_max_attempts": 2 if endpoint else 5},
            max_pool_connections=25,
        )
        if name == "s3":
            # Presigned URLs of the older signature are refused by newer regions; and a local
            # endpoint has no host name for each bucket.
            config = config.merge(
                Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path" if endpoint else "virtual"},
                )
            )
        return self._session.client(name, endpoint_url=endpoint, config=config)
