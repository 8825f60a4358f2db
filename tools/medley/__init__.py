"""The tools of a developer's machine: local AWS, deployment, state machines, demo."""
