"""Errors of layers and packages."""

from medley.deploy.errors import ToolError


class LayerError(ToolError):
    """A layer cannot be built here; the message says what is missing."""


class BudgetError(ToolError):
    """A package breaks a limit of Lambda or of the house."""
