"""Where things lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "services"
STATE = ROOT / ".medley"
TOOLS = ROOT / ".tools"


def shown(path: Path) -> str:
    """``path`` as a person would type it: relative when it lies below the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
