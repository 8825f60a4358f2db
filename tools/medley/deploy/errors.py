"""Errors of the tools; the command line prints their message as one line."""


class ToolError(Exception):
    """Something that the developer can act on; the message says how."""


class TemplateError(ToolError):
    """resources.yaml cannot be read or refers to a file that is not there."""


class StackError(ToolError):
    """A CloudFormation stack is missing or could not be made."""


class ConfigureError(ToolError):
    """A configuration template is missing, or names what the stack does not put out."""
