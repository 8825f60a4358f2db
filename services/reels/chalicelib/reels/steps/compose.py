"""What a runner's reel is made of: the template, the photos, the texts and the materials."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.reels.domain import variables
from chalicelib.reels.domain.fingerprint import fingerprint
from chalicelib.reels.domain.material_rows import material_key, material_of
from chalicelib.reels.domain.selection import Choice, choose, usable
from chalicelib.reels.models import (
    Material,
    MaterialState,
    Shot,
    Template,
    WantedReel,
)
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.templates import template_version
from shared.errors import PermanentError


@dataclass(frozen=True)
class Composition:
    """A reel before it is rendered; ``fingerprint`` tells whether another one is the same."""

    name: str | None
    template: Template
    known: dict[str, str]
    choice: Choice
    materials: tuple[Material, ...]
    fingerprint: str
    engine: str

    def with_shots(self, shots: Sequence[Shot]) -> "Composition":
        """The same with other photos; the fingerprint stays that of the photos chosen first, so
        that the next run finds nothing changed."""
        return replace(self, choice=Choice(tuple(shots), ()))


def compose(event_id: str, wanted: WantedReel, deps: Dependencies) -> Composition:
    """Choose the photos, and fetch what the template names.

    Raises:
        PermanentError: ``template_not_found``, ``material_not_found``, ``material_not_ready``,
            ``no_photos``, ``no_usable_photos``, ``event_not_found``.
    """
    stored = template_version(wanted.template_id, wanted.template_version, deps)
    template = stored.template
    source, settings = deps.event_images, deps.settings
    event = source.event(event_id)
    if event is None:
        raise PermanentError("event_not_found", f"There is no event {event_id}.")
    runner = source.runner(event_id, wanted.bib)
    materials = _materials(template, deps)
    shots = source.shots(event_id, wanted.bib, settings.max_reel_photos)
    if not shots:
        raise PermanentError("no_photos", "No photo shows this runner any more.")
    if not any(usable(shot) for shot in shots):
        raise PermanentError(
            "no_usable_photos", "Each photo of this runner is too small or too narrow for a frame."
        )
    choice = choose(shots, len(template.slots), duplicate_bits=settings.near_duplicate_bits)
    known = variables.values(event, wanted.bib, runner)
    engine = deps.renderer().version
    return Composition(
        name=runner.name if runner else None,
        template=template,
        known=known,
        choice=choice,
        materials=materials,
        fingerprint=fingerprint(
            shots=choice.shots,
            template=template,
            aspects=wanted.aspects,
            known=known,
            materials=materials,
            engine=engine,
            preview=wanted.preview,
        ),
        engine=engine,
    )


def _materials(template: Template, deps: Dependencies) -> tuple[Material, ...]:
    parts = (("music", template.music), ("logo", template.logo))
    named = [(kind, part.material_id) for kind, part in parts if part]
    found = []
    for kind, material_id in named:
        row = deps.reels.get(material_key(material_id))
        if row is None or row["kind"] != kind:
            raise PermanentError(
                "material_not_found", f"The {kind} of the template is not there: {material_id}."
            )
        material = material_of(row)
        if material.state is MaterialState.FAILED and material.error:
            raise PermanentError(material.error.code, f"The {kind}: {material.error.message}")
        if material.state is not MaterialState.DONE:
            raise PermanentError(
                "material_not_ready", f"The {kind} of the template is not uploaded yet."
            )
        found.append(material)
    return tuple(found)
