"""One file for each thing outside, and the fakes beside them."""
