"""``/templates``: how reels are made."""

import json
from typing import Any

from chalice.app import Request, Response
from pydantic import ConfigDict

from chalicelib.reels.api.found import template_of
from chalicelib.reels.domain import material_rows, template_rows, template_rules
from chalicelib.reels.domain.default_template import BUILT_IN
from chalicelib.reels.models import (
    CreateTemplate,
    ReplaceTemplate,
    Template,
    TemplateCheck,
    TemplateList,
    TemplateProblem,
)
from chalicelib.reels.ports import Dependencies
from shared.errors import Conflict, NotFound, UnprocessableInput
from shared.http import answer, here, page_params, parse, path_param
from shared.models import Model
from shared.tables import ConditionFailed, Delete, Item, Put


class AnyDocument(Model):
    """A body whose fields another check looks at."""

    model_config = ConfigDict(extra="allow")


def validate_template(request: Request, deps: Dependencies) -> Response:
    """``POST /templates/validate`` -> TemplateCheck: all that is wrong, and nothing is kept."""
    parse(request, AnyDocument)
    raw = request.raw_body
    document: Any = json.loads(raw or b"{}")
    template, problems = template_rules.check(document)
    if template is not None:
        problems = [*problems, *_material_problems(template, deps)]
    return answer(TemplateCheck(valid=not problems, problems=tuple(problems)))


def list_templates(request: Request, deps: Dependencies) -> Response:
    """``GET /templates?limit&cursor`` -> TemplateList; the built-in ones lead the first page."""
    limit, cursor = page_params(request)
    found = deps.reels.query(template_rows.LIST, limit=limit, cursor=cursor)
    ready = [template_rows.built_in(one) for one in BUILT_IN] if cursor is None else []
    stored = [template_rows.stored_of(row) for row in found.items]
    return answer(
        TemplateList(items=[*(one for one in ready if one), *stored], cursor=found.cursor)
    )


def get_template(request: Request, deps: Dependencies) -> Response:
    """``GET /templates/{templateId}`` -> StoredTemplate. NotFound ``template_not_found``."""
    return answer(template_of(path_param(request, "templateId")[:60], deps))


def create_template(request: Request, deps: Dependencies) -> Response:
    """``POST /templates`` -> 201 StoredTemplate.

    Raises:
        Conflict: ``template_exists``.
        UnprocessableInput: ``invalid_template``, with everything that is wrong.
    """
    wanted = parse(request, CreateTemplate)
    exists = Conflict("template_exists", f"There is a template {wanted.template_id} already.")
    if template_rows.built_in(wanted.template_id):
        raise exists
    _hold(wanted.template, deps)
    version = _last_version(wanted.template_id, deps) + 1
    puts = template_rows.first(wanted.template_id, wanted.template, deps.clock(), version=version)
    _write(puts, exists, deps)
    location = f"{here(request)}/{wanted.template_id}"
    return answer(template_of(wanted.template_id, deps), 201, {"Location": location})


def replace_template(request: Request, deps: Dependencies) -> Response:
    """``PUT /templates/{templateId}`` -> StoredTemplate of the next version.

    Raises:
        Conflict: ``template_changed``, it is not the version that was read; ``template_built_in``.
        UnprocessableInput: ``invalid_template``, with everything that is wrong.
    """
    row = _own_row(request, deps)
    wanted = parse(request, ReplaceTemplate)
    changed = Conflict("template_changed", f"The template has version {row['version']} by now.")
    if wanted.version != row["version"]:
        raise changed
    _hold(wanted.template, deps)
    _write(template_rows.next_version(row, wanted.template, deps.clock()), changed, deps)
    return answer(template_of(row["templateId"], deps))


def delete_template(request: Request, deps: Dependencies) -> Response:
    """``DELETE /templates/{templateId}`` -> 204. Reels that were made of it stay."""
    row = _own_row(request, deps)
    deps.reels.write(Delete((row["pk"], row["sk"])))
    return Response(body="", status_code=204, headers={})


def _own_row(request: Request, deps: Dependencies) -> Item:
    stored = template_of(path_param(request, "templateId")[:60], deps)
    if stored.built_in:
        raise Conflict(
            "template_built_in", "This template comes with the service; make one of your own."
        )
    row = deps.reels.get(template_rows.current_key(stored.template_id))
    if row is None:
        raise NotFound("template_not_found", "The template was deleted just now.")
    return row


def _last_version(template_id: str, deps: Dependencies) -> int:
    """The last version that a template of this id ever had, before it was deleted; 0 if none."""
    pk, _ = template_rows.version_key(template_id, 0)
    found = deps.reels.query(pk, limit=1, forward=False)
    return int(found.items[0]["version"]) if found.items else 0


def _write(puts: list[Put], otherwise: Conflict, deps: Dependencies) -> None:
    try:
        deps.tables.transact([(deps.reels.name, put) for put in puts])
    except ConditionFailed:
        raise otherwise from None


def _hold(template: Template, deps: Dependencies) -> None:
    """Refuse a template that is well-formed and could not be rendered all the same."""
    _, problems = template_rules.check(template.model_dump(mode="json", by_alias=True))
    problems = [*problems, *_material_problems(template, deps)]
    if problems:
        raise UnprocessableInput(
            "invalid_template",
            f"The template has {len(problems)} problems, first: {problems[0].message}",
            errors=[
                {"field": one.path, "code": one.code, "message": one.message} for one in problems
            ],
        )


def _material_problems(template: Template, deps: Dependencies) -> list[TemplateProblem]:
    parts = (("music", template.music), ("logo", template.logo))
    problems = []
    for kind, part in parts:
        if part is None:
            continue
        row = deps.reels.get(material_rows.material_key(part.material_id))
        if row is None or row["kind"] != kind:
            code, message = "unknown_material", f"There is no {kind} with this id."
        elif row["state"] == "FAILED":
            code, message = row["error"]["code"], row["error"]["message"]
        else:
            continue
        problems.append(TemplateProblem(path=f"{kind}.materialId", code=code, message=message))
    return problems
