"""The services in the repository, found by their folders."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from medley.deploy.errors import ConfigureError, ToolError

# The order gives each service its port, so it does not move when another service is added.
ORDER = ("event-images", "reels", "media-processing", "manga", "burns-video")
# Whose resources a service's own stack refers to by name, so that they come first.
NEEDS = {"reels": ("event-images",)}


@dataclass(frozen=True)
class Service:
    """One Chalice app and what lies around it."""

    folder: Path

    @property
    def slug(self) -> str:
        """The folder's name, which is the service's name everywhere."""
        return self.folder.name

    @property
    def needs(self) -> tuple[str, ...]:
        """The services whose resources must be there before this one's are made."""
        return NEEDS.get(self.slug, ())

    @property
    def template(self) -> Path:
        """The CloudFormation template of everything but functions and routes."""
        return self.folder / "resources.yaml"

    @property
    def config_template(self) -> Path:
        """Chalice's configuration before an account is known."""
        return self.folder / ".chalice" / "config.json.in"

    @property
    def policy_template(self) -> Path:
        """The functions' policy before an account is known."""
        return self.folder / ".chalice" / "policy.json.in"

    @cached_property
    def app_name(self) -> str:
        """The first part of the functions' names.

        Raises:
            ConfigureError: no template, or one without a name.
        """
        try:
            name = json.loads(self.config_template.read_text())["app_name"]
        except FileNotFoundError:
            raise ConfigureError(f"{self.config_template} is missing") from None
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigureError(f"{self.config_template} has no app_name: {error!r}") from None
        return str(name)

    def stack_name(self, stage: str) -> str:
        """The CloudFormation stack of one stage."""
        return f"{self.slug}-{stage}"

    def function_name(self, stage: str, name: str) -> str:
        """The Lambda that Chalice makes of the handler ``name``."""
        return f"{self.app_name}-{stage}-{name}"


def find_services(root: Path) -> list[Service]:
    """The services below ``root``, in the order of their ports."""

    def place(service: Service) -> tuple[int, str]:
        known = ORDER.index(service.slug) if service.slug in ORDER else len(ORDER)
        return known, service.slug

    folders = [path.parent for path in root.glob("*/app.py")] if root.is_dir() else []
    return sorted((Service(folder) for folder in folders), key=place)


def select(services: Sequence[Service], names: Sequence[str] | None) -> list[Service]:
    """The services that ``names`` asks for; all of them without names.

    Raises:
        ToolError: an unknown name, or no service at all.
    """
    known = {service.slug: service for service in services}
    if unknown := [name for name in names or () if name not in known]:
        raise ToolError(f"No service {unknown[0]!r}. Known: {', '.join(known) or 'none'}.")
    if not known:
        raise ToolError("There is no service: no folder with an app.py.")
    return [service for service in services if not names or service.slug in names]


def port_offset(services: Sequence[Service], slug: str) -> int:
    """How far a service's port lies above the first one."""
    if slug in ORDER:
        return ORDER.index(slug)
    others = [service.slug for service in services if service.slug not in ORDER]
    return len(ORDER) + others.index(slug)
