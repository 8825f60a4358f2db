"""Templates as the steps find them."""

from chalicelib.reels.domain import template_rows
from chalicelib.reels.models import StoredTemplate
from chalicelib.reels.ports import Dependencies
from shared.errors import PermanentError


def current_template(template_id: str, deps: Dependencies) -> StoredTemplate | None:
    """The current version of a template."""
    if stored := template_rows.built_in(template_id):
        return stored
    row = deps.reels.get(template_rows.current_key(template_id))
    return template_rows.stored_of(row) if row else None


def template_version(template_id: str, version: int, deps: Dependencies) -> StoredTemplate:
    """One version, be it an earlier one. PermanentError ``template_not_found``."""
    if stored := template_rows.built_in(template_id):
        return stored
    row = deps.reels.get(template_rows.version_key(template_id, version))
    if row is None:
        raise PermanentError(
            "template_not_found", f"There is no version {version} of template {template_id}."
        )
    return template_rows.stored_of(row)
