"""Python runs this at its start where this folder is on PYTHONPATH; see medley.iam.recorder."""

from medley.iam.recorder import install_from_environment

install_from_environment()
