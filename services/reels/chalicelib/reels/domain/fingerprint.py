"""What a reel depends on, in one number: where it is the same, nothing has to be rendered again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.reels.domain import variables
from chalicelib.reels.models import Aspect, Material, Shot, Template


def fingerprint(
    *,
    shots: Sequence[Shot],
    template: Template,
    aspects: Sequence[Aspect],
    known: Mapping[str, str],
    materials: Sequence[Material],
    engine: str,
    preview: bool,
) -> str:
    """64 hexadecimal digits; another engine, template, photo or text gives others.

    Of the runner only what the template names counts: a changed team needs no new reel where no
    text tells the team.
    """
    named = {name: known[name] for name in sorted(known) if _is_named(name, template)}
    document: dict[str, Any] = {
        "engine": engine,
        "template": template.model_dump(mode="json", by_alias=True),
        "aspects": sorted(aspect.value for aspect in aspects),
        "known": named,
        "preview": preview,
        "materials": [[one.material_id, one.etag] for one in materials],
        "shots": [[shot.image_id, shot.etag, list(shot.box)] for shot in shots],
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_named(name: str, template: Template) -> bool:
    return any(
        name in variables.named(value)
        for text in template.texts
        for value in (text.text, text.subtext, text.otherwise)
        if value
    )
