"""The rules are a package of this folder; its name is its own, since `tests` is a wheel's."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
