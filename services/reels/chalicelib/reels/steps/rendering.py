"""Fetching a reel's files, rendering its videos, and putting them where they are read from."""

import json
from collections.abc import Mapping, Sequence

from chalicelib.reels.domain import names
from chalicelib.reels.domain.selection import in_course_order, usable
from chalicelib.reels.domain.storyboard import LOGO, MUSIC, photo_source, plan_reel
from chalicelib.reels.models import (
    Material,
    Picture,
    ReelWarning,
    Rendered,
    Shot,
    VideoFile,
    WantedReel,
)
from chalicelib.reels.ports import Dependencies
from chalicelib.reels.steps.compose import Composition
from chalicelib.reels.steps.outcomes import Rendering
from shared.errors import NotFound, PermanentError


def render_all(
    event_id: str, wanted: WantedReel, found: Composition, deps: Dependencies
) -> tuple[list[VideoFile], Rendering]:
    """Render every aspect, and only then upload: each object is written whole, by one put.

    A photo that has vanished or is damaged gives its place to the next best one, and is named in
    the reel's warnings.

    Raises:
        PermanentError: no photo is left (then with the last one's reason), or it cannot be
            rendered.
    """
    shots, files, pictures, warnings = _photos(event_id, found, deps)
    composed = found.with_shots(in_course_order(shots))
    beats = _materials(found.materials, files, deps)
    made: list[tuple[str, Rendered]] = []
    for aspect in wanted.aspects:
        plan = plan_reel(
            composed.template,
            composed.choice.shots,
            pictures,
            aspect,
            known=composed.known,
            beats=beats,
            preview=wanted.preview,
        )
        rendered = deps.renderer().render(plan, files, fast=wanted.preview)
        key = names.video_key(
            event_id, wanted.bib, found.fingerprint, aspect, preview=wanted.preview
        )
        made.append((key, rendered))
    videos = [
        _upload(key, aspect_of, rendered, deps)
        for aspect_of, (key, rendered) in zip(wanted.aspects, made, strict=True)
    ]
    return videos, Rendering(
        name=found.name,
        fingerprint=found.fingerprint,
        engine=found.engine,
        shots=composed.choice.shots,
        warnings=tuple(warnings),
    )


def _photos(
    event_id: str, found: Composition, deps: Dependencies
) -> tuple[list[Shot], dict[str, bytes], dict[str, Picture], list[ReelWarning]]:
    shots: list[Shot] = []
    files: dict[str, bytes] = {}
    sizes: dict[str, Picture] = {}
    warnings: list[ReelWarning] = []
    last: PermanentError | None = None
    needed = len(found.choice.shots)
    for shot in (*found.choice.shots, *filter(usable, found.choice.spares)):
        if len(shots) == needed:
            break
        try:
            data = deps.event_images.picture(event_id, shot.image_id)
            sizes[shot.image_id] = deps.pictures().measure(data)
        except PermanentError as exc:
            last = exc
            warnings.append(
                ReelWarning(image_id=shot.image_id, code=exc.code, message=exc.message[:300])
            )
            continue
        shots.append(shot)
        files[photo_source(shot.image_id)] = data
    if not shots:
        raise last or PermanentError("no_photos", "No photo shows this runner any more.")
    return shots, files, sizes, warnings


def _materials(
    materials: Sequence[Material], files: dict[str, bytes], deps: Dependencies
) -> list[float]:
    """Add the files of music and logo; the music's beats."""
    beats: list[float] = []
    for material in materials:
        source = MUSIC if material.kind == "music" else LOGO
        etag = material.etag or ""
        files[source] = _read(names.material_key(material.material_id, etag), material, deps)
        if material.kind == "music":
            told = _read(names.beats_key(material.material_id, etag), material, deps)
            beats = [float(beat) for beat in json.loads(told)]
    return beats


def _read(key: str, material: Material, deps: Dependencies) -> bytes:
    settings = deps.settings
    try:
        return deps.storage.get(
            settings.media_bucket, key, max_bytes=2 * settings.max_material_bytes
        )
    except NotFound as exc:
        raise PermanentError(
            "material_gone", f"The file of {material.name} is not there any more."
        ) from exc


def _upload(key: str, aspect: object, rendered: Rendered, deps: Dependencies) -> VideoFile:
    poster = names.poster_key(key)
    bucket = deps.settings.media_bucket
    # Named by their contents, so a browser may keep them.
    files: Mapping[str, tuple[bytes, str]] = {
        poster: (rendered.poster, "image/jpeg"),
        key: (rendered.video, "video/mp4"),
    }
    for name, (data, kind) in files.items():
        deps.storage.put(
            bucket, name, data, content_type=kind, cache_control="private, max-age=86400"
        )
    return VideoFile.model_validate(
        {
            "aspect": aspect,
            "key": key,
            "poster_key": poster,
            "width": rendered.width,
            "height": rendered.height,
            "seconds": rendered.seconds,
            "size": len(rendered.video),
        }
    )
