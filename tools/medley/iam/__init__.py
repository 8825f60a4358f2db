"""Least privilege: policies from small pure functions, a lint, and a check against real calls."""
