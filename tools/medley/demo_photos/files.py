"""Photos as a camera would leave them: JPEG with EXIF, some on their side, some with a place."""

from pathlib import Path

from PIL import ExifTags, Image

from medley.demo_photos.shot import Shot
from medley.demo_photos.truth import DrawnPhoto

# What undoes what a viewer does for the orientation.
STORED = {
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
YEAR, MONTH, DAY = 2026, 5, 17
# In the open sea, so that no one lives there.
LATITUDE, LONGITUDE = (31, 24, 36), (41, 12, 9)


def exif_of(shot: Shot) -> Image.Exif:
    """The metadata of a photo."""
    exif = Image.Exif()
    moment = f"{YEAR}:{MONTH:02d}:{DAY:02d} " + ":".join(f"{part:02d}" for part in shot.taken)
    exif[ExifTags.Base.Make] = "Medley"
    exif[ExifTags.Base.Model] = "drawn"
    exif[ExifTags.Base.Software] = "medley.demo_photos"
    exif[ExifTags.Base.Orientation] = shot.orientation
    exif[ExifTags.Base.DateTime] = moment
    details: dict[int, object] = {
        ExifTags.Base.DateTimeOriginal: moment,
        ExifTags.Base.DateTimeDigitized: moment,
        ExifTags.Base.ISOSpeedRatings: 6400 if shot.light.name == "night" else 400,
        ExifTags.Base.FocalLength: round(shot.camera.focal * 36 / max(shot.camera.width, 1)),
    }
    exif[ExifTags.IFD.Exif] = details
    if shot.gps:
        place: dict[int, object] = {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: LATITUDE,
            ExifTags.GPS.GPSLongitudeRef: "W",
            ExifTags.GPS.GPSLongitude: LONGITUDE,
        }
        exif[ExifTags.IFD.GPSInfo] = place
    return exif


def save_photo(path: Path, picture: Image.Image, shot: Shot) -> None:
    """Write an upright picture as the camera would have stored it."""
    turn = STORED.get(shot.orientation)
    stored = picture.transpose(turn) if turn is not None else picture
    stored.save(path, "JPEG", quality=shot.quality, exif=exif_of(shot))


def write_labels(path: Path, photos: list[DrawnPhoto]) -> None:
    """The photos' numbers as CSV: filename, bibs to be read, bibs that count neither way."""
    lines = ["filename,bibs,also_visible"]
    for photo in photos:
        read = ";".join(b.bib for b in photo.bibs if b.legible)
        rest = ";".join(b.bib for b in photo.bibs if not b.legible)
        name = f'"{photo.filename}"' if "," in photo.filename else photo.filename
        lines.append(f"{name},{read},{rest}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
