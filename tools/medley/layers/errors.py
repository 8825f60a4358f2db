"""Errors of layers and packages."""

from medley.deploy.errors import ToolError


class LayerError(ToolError):
    """A layer cannot be built here; the message says what is missing."""


class OtherMachineError(LayerError):
    """A layer is made of what only another kind of machine has."""


class BudgetError(ToolError):
    """A package breaks a limit of Lambda or of the house."""
