"""One file for each thing outside, and the fakes that tests use in their place."""
