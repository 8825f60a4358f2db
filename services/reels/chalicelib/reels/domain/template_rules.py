"""What is wrong with a template: everything at once, each with the path where it is."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from chalicelib.reels.domain import variables
from chalicelib.reels.models import Template, TemplateProblem

MOST_PROBLEMS = 200
_TEXTS = ("text", "subtext", "otherwise")


def check(document: Any) -> tuple[Template | None, list[TemplateProblem]]:
    """The template of a JSON document, and its problems; None if it cannot be one."""
    problems = list(_unknown_variables(document))
    try:
        template = Template.model_validate(document)
    except ValidationError as exc:
        found = exc.errors(include_url=False, include_context=False, include_input=False)
        problems = [
            TemplateProblem(
                path=".".join(str(part) for part in error["loc"])[:200],
                code=error["type"],
                message=error["msg"][:500],
            )
            for error in found
        ] + problems
        return None, problems[:MOST_PROBLEMS]
    problems += _contradictions(template)
    return (None if problems else template), problems[:MOST_PROBLEMS]


def _unknown_variables(document: Any) -> Iterator[TemplateProblem]:
    texts = document.get("texts") if isinstance(document, dict) else None
    for number, text in enumerate(texts if isinstance(texts, list) else []):
        for field in _TEXTS:
            value = text.get(field) if isinstance(text, dict) else None
            if not isinstance(value, str):
                continue
            path = f"texts.{number}.{field}"
            for name in variables.named(value):
                if name not in variables.KNOWN:
                    yield TemplateProblem(
                        path=path,
                        code="unknown_variable",
                        message=f"There is no variable {name[:60]!r}. There are: "
                        f"{', '.join(variables.KNOWN)}.",
                    )
            if value.count("${") != len(variables.named(value)):
                yield TemplateProblem(
                    path=path, code="broken_variable", message="A variable is not closed by }."
                )


def _contradictions(template: Template) -> Iterator[TemplateProblem]:
    for number, slot in enumerate(template.slots):
        if slot.transition.kind != "cut" and slot.transition.seconds > slot.seconds:
            yield TemplateProblem(
                path=f"slots.{number}.transition.seconds",
                code="transition_too_long",
                message="A transition is longer than what it leads to.",
            )
    card = template.card
    if card and card.transition.kind != "cut" and card.transition.seconds > card.seconds:
        yield TemplateProblem(
            path="card.transition.seconds",
            code="transition_too_long",
            message="A transition is longer than what it leads to.",
        )
    for number, text in enumerate(template.texts):
        if text.during == "card" and card is None:
            yield TemplateProblem(
                path=f"texts.{number}.during",
                code="never_shown",
                message="The template has no card, so this text is never shown.",
            )
