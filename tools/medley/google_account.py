"""``medley upload-service-account``: the key that reads Google Drive, checked and put into SSM."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from medley.deploy.errors import ToolError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

DEFAULT_NAME = "google-service-account"

# What the client library reads of a key; a standard parameter takes 4 KB, so the rest stays out.
_FIELDS = (
    *("type", "project_id", "private_key_id", "private_key", "client_email", "client_id"),
    *("token_uri", "universe_domain"),
)
_MOST_FILE_BYTES = 64 * 1024
_MOST_PARAMETER_BYTES = 4096
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,100}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"(/?[A-Za-z0-9_.-]+|(/[A-Za-z0-9_.-]+){2,15})")


@dataclass(frozen=True)
class ServiceAccountKey:
    """A key that was checked. ``text`` is what is stored."""

    email: str
    text: str


def read_key(path: Path) -> ServiceAccountKey:
    """The key in a file, as Google Cloud's console gives it.

    Raises:
        ToolError: it is none, in one line that says why.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_FILE_BYTES + 1)
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > _MOST_FILE_BYTES:
        raise ToolError(f"{path} is over 64 KB; a service account's key has about 2.")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ToolError(f"{path} is no JSON. Create the key as JSON, not as P12.") from None
    try:
        return _checked(document)
    except ValueError as error:
        raise ToolError(f"{path} is no key of a service account: {error}.") from None


def _checked(document: Any) -> ServiceAccountKey:
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    if "installed" in document or "web" in document:
        raise ValueError("it is the secret of an OAuth client; create a service account's key")
    if document.get("type") != "service_account":
        raise ValueError("its type is not service_account")
    texts = {name: document[name] for name in _FIELDS if name in document}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise ValueError(f"its {wrong[0]} is no text")
    if not _EMAIL.fullmatch(texts.get("client_email", "")):
        raise ValueError("its client_email is no address")
    _check_token_uri(texts.get("token_uri", ""))
    _check_private_key(texts.get("private_key", ""))
    text = json.dumps(texts, separators=(",", ":"))
    if len(text.encode()) > _MOST_PARAMETER_BYTES:
        raise ValueError("it has over 4 KB, which a parameter of SSM does not take")
    return ServiceAccountKey(texts["client_email"], text)


def _check_token_uri(uri: str) -> None:
    from medley.deploy.aws.target import is_loopback

    try:
        parts = urlsplit(uri)
        fine = bool(parts.hostname) and (parts.scheme == "https" or is_loopback(uri))
    except ValueError:
        fine = False
    # The key signs what is sent there.
    if not fine or "@" in uri:
        raise ValueError("its token_uri is no https address")


def _check_private_key(pem: str) -> None:
    # Imported late: `medley --help` does not pay for it.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("its private_key cannot be read; was the file copied whole?") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("its private_key is no RSA key")


def store(client: "SSMClient", name: str, key: ServiceAccountKey, *, overwrite: bool) -> bool:
    """Put a key into SSM, encrypted by the account's own key for SSM.

    Returns:
        False when there is a parameter of that name, and ``overwrite`` is not set.

    Raises:
        ToolError: AWS refuses, or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client.put_parameter(
            Name=name,
            Value=key.text,
            Type="SecureString",
            Overwrite=overwrite,
            Description="Medley: the key of the Google service account that reads Drive.",
        )
    except ClientError as error:
        # Never the request itself, which holds the key.
        code = str(error.response.get("Error", {}).get("Code"))
        if code == "ParameterAlreadyExists" and not overwrite:
            return False
        raise ToolError(f"SSM does not take the parameter {name}: {code}.") from error
    except BotoCoreError as error:
        raise ToolError(f"AWS cannot be reached: {error}") from error
    return True


def upload_service_account(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The key, as JSON.")],
    name: Annotated[
        str, typer.Option("--name", help="The SSM parameter; GDRIVE_SA_SSM_PARAM names it.")
    ] = DEFAULT_NAME,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="local for the local stack; any other is the AWS account."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Replace a key that is there, without asking.")
    ] = False,
) -> None:
    """Check a Google service account's key, and put it into SSM, from where Drive is read."""
    if not _NAME.fullmatch(name):
        raise ToolError(f"{name!r} cannot be the name of a parameter.")
    key = read_key(file)
    client = _client(stage)
    if not store(client, name, key, overwrite=yes):
        typer.confirm(f"There is a parameter {name} already. Replace it?", abort=True, err=True)
        store(client, name, key, overwrite=True)
    typer.echo(f"The key of {key.email} is in the SSM parameter {name}.")
    typer.echo(
        f"Share each folder with {key.email} as a viewer. Functions that run use a new key within "
        "five minutes."
    )


def _client(stage: str | None) -> "SSMClient":
    import boto3
    from botocore.exceptions import BotoCoreError

    from medley.deploy.configure import LOCAL
    from medley.local.clients import make_client
    from medley.local.control import running
    from medley.local.layout import Layout
    from medley.settings import LocalSettings

    settings = LocalSettings()
    if stage == LOCAL:
        endpoint = running(Layout(settings.state_dir.resolve())).endpoint_url
        local: SSMClient = make_client("ssm", endpoint, settings)
        return local
    try:
        return boto3.client("ssm")
    except BotoCoreError as error:
        raise ToolError(f"AWS cannot be reached: {error}") from error
