"""The local stack: an embedded AWS, the services' functions in it, their routes beside it."""
