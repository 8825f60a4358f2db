"""The rows of templates: the current version of each, and every version for what was started."""

from datetime import datetime

from chalicelib.reels.domain.default_template import BUILT_IN, VERSION
from chalicelib.reels.models import StoredTemplate, Template
from shared.tables import Absent, Equals, Item, Key, Put

LIST = "TEMPLATES"


def current_key(template_id: str) -> Key:
    """Where the current version is; all of them are in one partition."""
    return LIST, f"TEMPLATE#{template_id}"


def version_key(template_id: str, version: int) -> Key:
    """Where one version is kept, also after the template was deleted."""
    return f"TEMPLATE#{template_id}", f"VERSION#{version:08d}"


def built_in(template_id: str) -> StoredTemplate | None:
    """A template that comes with the service."""
    template = BUILT_IN.get(template_id)
    if template is None:
        return None
    return StoredTemplate(
        template_id=template_id, version=VERSION, built_in=True, template=template
    )


def first(template_id: str, template: Template, now: datetime, *, version: int = 1) -> list[Put]:
    """The rows of a new template; ``version`` goes on after one that was deleted."""
    stamp = now.isoformat()
    row = _row(template_id, version, template) | {"createdAt": stamp, "updatedAt": stamp}
    return _both(template_id, version, row, current=Put(row, when=Absent()))


def next_version(row: Item, template: Template, now: datetime) -> list[Put]:
    """The rows of a template's next version; the current one must still be ``row``."""
    version = row["version"] + 1
    after = _row(row["templateId"], version, template) | {
        "createdAt": row["createdAt"],
        "updatedAt": now.isoformat(),
    }
    same = Equals({"version": row["version"]})
    return _both(row["templateId"], version, after, current=Put(after, when=same))


def stored_of(row: Item) -> StoredTemplate:
    """A row as the API shows it."""
    return StoredTemplate.model_validate(
        {
            name: row[name]
            for name in ("templateId", "version", "createdAt", "updatedAt", "template")
        }
    )


def _row(template_id: str, version: int, template: Template) -> Item:
    pk, sk = current_key(template_id)
    return {
        "pk": pk,
        "sk": sk,
        "templateId": template_id,
        "version": version,
        "template": template.model_dump(mode="json", by_alias=True),
    }


def _both(template_id: str, version: int, row: Item, *, current: Put) -> list[Put]:
    pk, sk = version_key(template_id, version)
    return [current, Put({**row, "pk": pk, "sk": sk}, when=Absent())]
