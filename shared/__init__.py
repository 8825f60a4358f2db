"""What two or more Medley services use at run time."""
