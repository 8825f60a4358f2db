"""The rules of the house as functions: each takes what it judges and returns its violations.

A violation is a sentence that names the place. No violations is an empty list, and each rule has
a test in which a broken sample is caught.
"""
