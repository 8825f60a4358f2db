"""Lambda layers, built without Docker from the lock's wheels and from Debian packages."""
