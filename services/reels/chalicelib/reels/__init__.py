"""A vertical video for every runner, made of the photos that show their bib."""
