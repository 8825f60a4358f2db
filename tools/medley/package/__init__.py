"""A service's function package, as Lambda gets it, and the sizes that it must keep."""
