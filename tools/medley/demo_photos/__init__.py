"""The demo's race photos, drawn by the project itself, with labels of what can be read in them."""

from medley.demo_photos.bad_files import draw_bad_files
from medley.demo_photos.draw import draw_bulk, draw_photo, draw_photos
from medley.demo_photos.truth import BibTruth, DrawnPhoto

__all__ = ["BibTruth", "DrawnPhoto", "draw_bad_files", "draw_bulk", "draw_photo", "draw_photos"]
