"""The rows of materials."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.reels.models import CreateMaterial, Material, MaterialState, Sound
from shared.errors import ItemError
from shared.tables import Exists, Item, Key, Update

LIST = "MATERIALS"


def material_key(material_id: str) -> Key:
    """Where a material is."""
    return f"MATERIAL#{material_id}", "MATERIAL"


def new_row(material_id: str, wanted: CreateMaterial, now: datetime) -> Item:
    """The row of a material that is not uploaded yet."""
    pk, sk = material_key(material_id)
    stamp = now.isoformat()
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": LIST,
        "gsi1sk": f"{stamp}#{material_id}",
        "materialId": material_id,
        "kind": wanted.kind,
        "name": wanted.filename,
        "licence": wanted.licence,
        "state": MaterialState.PENDING.value,
        "createdAt": stamp,
    }


def heard(material_id: str, etag: str, sound: Sound) -> Update:
    """Music that was checked."""
    change = {"seconds": sound.seconds, "beats": len(sound.beats), "error": None}
    return _outcome(material_id, etag, MaterialState.DONE, change)


def seen(material_id: str, etag: str, width: int, height: int) -> Update:
    """A logo that was checked."""
    change = {"width": width, "height": height, "error": None}
    return _outcome(material_id, etag, MaterialState.DONE, change)


def refused(material_id: str, etag: str, error: ItemError) -> Update:
    """A material that cannot be used."""
    change = {"error": error.model_dump(by_alias=True)}
    return _outcome(material_id, etag, MaterialState.FAILED, change)


def material_of(row: Item) -> Material:
    """A row as the API shows it."""
    known = {field.alias or name for name, field in Material.model_fields.items()}
    return Material.model_validate({name: row[name] for name in row if name in known})


def _outcome(
    material_id: str, etag: str, state: MaterialState, change: Mapping[str, object]
) -> Update:
    values = {**change, "etag": etag, "state": state.value}
    return Update(material_key(material_id), set=values, when=Exists())
