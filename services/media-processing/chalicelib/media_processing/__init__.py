"""media-processing: what listings and image jobs need, behind the Chalice app."""
