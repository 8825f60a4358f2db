"""Race photos: bib numbers read, photos found."""
