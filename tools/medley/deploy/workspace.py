"""Where Chalice keeps its files for one stack, outside of the project's folder.

Chalice keeps them in the project's ``.chalice/``. Two local stacks would then overwrite each
other's, so each has a workspace in its state folder instead.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medley.deploy.configure import functions_of, with_policy_files


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
        """The policy of all functions, where they share one."""
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
        """Keep the rendered documents; Chalice takes each function's policy from here."""
        policies = {self.policy_of(name): policy[name] for name in functions_of(policy)}
        policies = policies or {self.policy: policy}
        self.folder.mkdir(parents=True, exist_ok=True)
        for path, document in policies.items():
            path.write_text(json.dumps(document, indent=2) + "\n")
        stages = {name: self._here(stage, policy) for name, stage in config["stages"].items()}
        self.config.write_text(json.dumps({**config, "stages": stages}, indent=2) + "\n")

    def policy_of(self, function: str) -> Path:
        """The policy of one function, where each has its own."""
        return self.folder / f"policy-{function}.json"

    def _here(self, stage: dict[str, Any], policy: dict[str, Any]) -> dict[str, Any]:
        """A stage that takes its policies from the workspace."""
        settings = {**stage, "autogen_policy": False, "iam_policy_file": str(self.policy)}
        files = {name: str(self.policy_of(name)) for name in functions_of(policy)}
        return with_policy_files(settings, files) if files else settings
