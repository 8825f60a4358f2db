"""The rules: no AWS, no clock, no network."""
