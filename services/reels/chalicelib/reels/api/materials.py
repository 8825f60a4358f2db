"""``/materials``: music and logos, which templates use."""

from chalice.app import Request, Response

from chalicelib.reels.domain import material_rows, names
from chalicelib.reels.models import CreateMaterial, MaterialList, MaterialUpload
from chalicelib.reels.ports import Dependencies
from shared.errors import BadRequest, Conflict, NotFound, TooLarge
from shared.http import answer, here, idempotency_key, page_params, parse, path_param
from shared.idempotency import execution_name
from shared.tables import Absent, ConditionFailed, Put


def create_material(request: Request, deps: Dependencies) -> Response:
    """``POST /materials`` -> 201 MaterialUpload: the form by which the file is uploaded.

    Raises:
        BadRequest: ``licence_missing``: music needs one; ``bad_content_type``.
        TooLarge: ``material_too_large``.
        Conflict: ``idempotency_key_reused`` with another body.
    """
    wanted = parse(request, CreateMaterial)
    _check(wanted, deps)
    material_id = names.material_id(
        execution_name("materials", "POST /materials", idempotency_key(request))
    )
    row = material_rows.new_row(material_id, wanted, deps.clock())
    try:
        deps.reels.write(Put(row, when=Absent()))
    except ConditionFailed:
        there = deps.reels.get((row["pk"], row["sk"])) or {}
        if any(there.get(name) != row[name] for name in ("kind", "name", "licence")):
            raise Conflict(
                "idempotency_key_reused", "This idempotency key came before, with another file."
            ) from None
        row = there
    settings = deps.settings
    form = deps.storage.presign_post(
        settings.incoming_bucket,
        names.material_upload_key(material_id, wanted.filename),
        content_type=wanted.content_type,
        max_bytes=settings.max_material_bytes,
        expires=settings.url_seconds,
    )
    upload = MaterialUpload(
        material=material_rows.material_of(row),
        url=form.url,
        fields=form.fields,
        expires_at=form.expires_at,
    )
    return answer(upload, 201, {"Location": f"{here(request)}/{material_id}"})


def list_materials(request: Request, deps: Dependencies) -> Response:
    """``GET /materials?limit&cursor`` -> MaterialList, newest first."""
    limit, cursor = page_params(request)
    found = deps.reels.query(
        material_rows.LIST, index="gsi1", limit=limit, cursor=cursor, forward=False
    )
    items = [material_rows.material_of(row) for row in found.items]
    return answer(MaterialList(items=items, cursor=found.cursor))


def get_material(request: Request, deps: Dependencies) -> Response:
    """``GET /materials/{materialId}`` -> Material. NotFound ``material_not_found``."""
    material_id = path_param(request, "materialId")[:60]
    row = deps.reels.get(material_rows.material_key(material_id))
    if row is None:
        raise NotFound("material_not_found", "There is no such material.")
    return answer(material_rows.material_of(row))


def _check(wanted: CreateMaterial, deps: Dependencies) -> None:
    most = deps.settings.max_material_bytes
    if wanted.size > most:
        raise TooLarge("material_too_large", f"The file has over {most} bytes.")
    if wanted.kind == "music" and not wanted.licence:
        raise BadRequest("licence_missing", "Music needs the licence that lets it be used.")
    family = wanted.content_type.partition("/")[0]
    if family != {"music": "audio", "logo": "image"}[wanted.kind]:
        raise BadRequest(
            "bad_content_type", "Music has a content type of audio/..., a logo one of image/..."
        )
