"""Values that are only known inside a template: written as marks, then made into references."""

import re
from collections.abc import Mapping
from typing import Any

_MARK = re.compile(r"%\{([\w:]+)\}")
Intrinsic = dict[str, Any]


def mark(name: str) -> str:
    """A text that stands for a reference, and goes through Chalice unharmed."""
    return f"%{{{name}}}"


def resolve(node: Any, references: Mapping[str, Intrinsic]) -> Any:
    """``node`` with each mark as the reference of its name: alone, or in ``Fn::Sub``."""
    if isinstance(node, list):
        return [resolve(value, references) for value in node]
    if isinstance(node, dict):
        if set(node) == {"Fn::Sub"} and isinstance(node["Fn::Sub"], str):
            return _substituted(node["Fn::Sub"], references)
        return {key: resolve(value, references) for key, value in node.items()}
    if not isinstance(node, str) or not _MARK.search(node):
        return node
    if whole := _MARK.fullmatch(node):
        return references[whole[1]]
    # A `${` of the text itself is no reference.
    return _substituted(node.replace("${", "${!"), references)


def _substituted(text: str, references: Mapping[str, Intrinsic]) -> Intrinsic:
    variables: dict[str, Intrinsic] = {}

    def place(match: re.Match[str]) -> str:
        reference = references[match[1]]
        if "Ref" in reference:
            return f"${{{reference['Ref']}}}"
        if "Fn::GetAtt" in reference:
            return f"${{{'.'.join(reference['Fn::GetAtt'])}}}"
        variables[match[1].replace(":", "")] = reference
        return f"${{{match[1].replace(':', '')}}}"

    filled = _MARK.sub(place, text)
    return {"Fn::Sub": [filled, variables] if variables else filled}
