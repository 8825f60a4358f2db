"""Where Chalice keeps its files for one stack, outside of the project's folder.

Chalice keeps them in the project's ``.chalice/``. Two local stacks would then overwrite each
other's, so each has a workspace in its state folder instead.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Workspace:
    """Where Chalice reads and writes for one stack."""

    folder: Path

    @property
    def config(self) -> Path:
        """The rendered configuration."""
        return self.folder / "config.json"

    @property
    def policy(self) -> Path:
        """The functions' policy."""
        return self.folder / "policy.json"

    @property
    def deployed(self) -> Path:
        """What Chalice has deployed, by its own schema."""
        return self.folder / "deployed.json"

    @property
    def package(self) -> Path:
        """The functions' code."""
        return self.folder / "package.zip"

    def write(self, config: dict[str, Any], policy: dict[str, Any]) -> None:
        """Keep the rendered documents; Chalice takes the policy from here."""
        stages = {
            name: {**stage, "autogen_policy": False, "iam_policy_file": str(self.policy)}
            for name, stage in config["stages"].items()
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(json.dumps({**config, "stages": stages}, indent=2) + "\n")
        self.policy.write_text(json.dumps(policy, indent=2) + "\n")
