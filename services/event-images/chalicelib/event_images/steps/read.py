"""Reading one photo: fetch, decode, derivatives, bibs. What is wrong with it is its outcome."""

import hashlib

from chalicelib.event_images.domain import names
from chalicelib.event_images.domain.photos import Outcome, identify
from chalicelib.event_images.models import SourceObject
from chalicelib.event_images.ports import BibReader, Dependencies
from shared import images
from shared.errors import ItemError, PermanentError
from shared.images import likeness
from shared.observability import logger

log = logger("event-images")


def read_photo(event_id: str, photo: SourceObject, deps: Dependencies) -> Outcome:
    """The outcome of reading ``photo``; its derivatives are then in the media bucket.

    Raises:
        RetryableError: something on the way did not answer.
    """
    # Outside of the try: an engine that cannot start is not the photo's fault.
    reader = deps.reader()
    try:
        return _read(event_id, photo, reader, deps)
    except PermanentError as exc:
        log.info("photo refused", extra={"key": photo.key, "code": exc.code})
        return Outcome(photo=photo, error=ItemError.of(exc))


def _read(event_id: str, photo: SourceObject, reader: BibReader, deps: Dependencies) -> Outcome:
    settings = deps.settings
    if photo.size > settings.max_photo_bytes:
        raise PermanentError(
            "object_too_large",
            f"{photo.filename} has {photo.size} bytes; the most is {settings.max_photo_bytes}.",
        )
    data = deps.source.fetch(photo, settings.max_photo_bytes)
    limits = images.ImageLimits(
        max_bytes=settings.max_photo_bytes,
        max_pixels=settings.max_photo_pixels,
        max_side=settings.max_photo_side,
    )
    decoded = images.decode(data, limits)
    _write_derivatives(event_id, identify(photo), decoded, deps)
    seen = tuple(reader.read(decoded.image))
    return Outcome(
        photo=photo,
        width=decoded.width,
        height=decoded.height,
        taken_at=decoded.taken_at.isoformat() if decoded.taken_at else None,
        camera=decoded.camera,
        md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        seen=seen,
        engine=reader.name,
        perceptual_hash=likeness.perceptual_hash(decoded.image),
        sharpness=likeness.sharpness(decoded.image),
    )


def _write_derivatives(
    event_id: str, image_id: str, decoded: images.DecodedImage, deps: Dependencies
) -> None:
    sizes = {
        names.web_key(event_id, image_id): deps.settings.web_side,
        names.thumb_key(event_id, image_id): deps.settings.thumb_side,
    }
    image = decoded.image
    for key, side in sorted(sizes.items(), key=lambda size: -size[1]):
        picture = images.derivative(image, side)
        deps.storage.put(deps.settings.media_bucket, key, picture, content_type="image/jpeg")
