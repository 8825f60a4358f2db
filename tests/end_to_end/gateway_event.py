"""What API Gateway gives to a service's function for a route."""

import json
from typing import Any


def gateway_event(method: str, path: str, body: Any = None, **parameters: str) -> dict[str, Any]:
    """The event of a request; ``path`` is the route's, with its names, as ``/jobs/{jobId}``."""
    return {
        "httpMethod": method,
        "resource": path,
        "path": path.format(**parameters),
        "pathParameters": parameters or None,
        "headers": {"content-type": "application/json"},
        "multiValueQueryStringParameters": None,
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": path,
            "path": path,
            "requestId": "r",
        },
    }
