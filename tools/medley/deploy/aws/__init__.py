"""Deploys a service to AWS, and removes it: resources, layers, functions, routes."""
