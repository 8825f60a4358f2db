"""After a deployment: the service says that it is well, and shows its page."""

import base64
import json
import time
from typing import Any

import httpx

from medley.deploy.aws.functions import Deployed
from medley.deploy.aws.target import Target
from medley.deploy.errors import StackError
from medley.deploy.services import Service

# A new REST API answers 403 and 500 for some seconds.
SETTLING_SECONDS = 60.0
API_HANDLER = "api_handler"


def smoke_test(service: Service, stage: str, target: Target, deployed: Deployed) -> list[str]:
    """What was asked and answered, one line each.

    On AWS through the REST API; on MiniStack, which has none here, by the function of the routes.

    Raises:
        StackError: an answer is not what it should be.
    """
    lines = []
    for path in ("health", ""):
        if deployed.url is not None:
            answer = ask(f"{deployed.url}{path}", target.poll)
        elif API_HANDLER in deployed.functions:
            answer = invoke(target, deployed.functions[API_HANDLER], f"/{path}")
        else:
            return ["no routes, so nothing was asked"]
        problem = wrong(answer, path, service.slug, stage)
        if problem:
            raise StackError(
                f"{service.slug} is deployed, but GET /{path} {problem}. "
                f"The log: aws logs tail /aws/lambda/{service.app_name}-{stage}"
            )
        lines.append(f"GET /{path} answers {answer[0]}")
    return lines


def wrong(answer: tuple[int, str, str], path: str, slug: str, stage: str) -> str | None:
    """What is wrong with (status, content type, body); None when it is well."""
    status, kind, body = answer
    if status != 200:
        return f"answers {status}: {body[:300]}"
    if path:
        try:
            well = json.loads(body)
        except ValueError:
            return f"answers no JSON: {body[:300]}"
        wanted = {"service": slug, "stage": stage, "status": "ok"}
        return None if well == wanted else f"answers {well}, not {wanted}"
    return None if kind.startswith("text/html") else f"answers {kind}, not a page"


def ask(url: str, poll: float) -> tuple[int, str, str]:
    """Status, content type and body; a new API gets time to settle."""
    end = time.monotonic() + SETTLING_SECONDS
    while True:
        try:
            answer = httpx.get(url, timeout=30)
            found = answer.status_code, answer.headers.get("content-type", ""), answer.text
        except httpx.HTTPError as error:
            found = 0, "", str(error)
        if found[0] == 200 or time.monotonic() > end:
            return found
        time.sleep(poll)


def invoke(target: Target, function: str, path: str) -> tuple[int, str, str]:
    """The same, asked of the function as API Gateway would."""
    reply = target.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(rest_event(path)).encode()
    )
    answer = json.loads(reply["Payload"].read())
    if "statusCode" not in answer:
        return 0, "", json.dumps(answer)
    headers = answer.get("headers", {}) | {
        name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()
    }
    kinds = [value for name, value in headers.items() if name.lower() == "content-type"]
    body = answer.get("body", "")
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body).decode(errors="replace")
    return answer["statusCode"], kinds[0] if kinds else "", body


def rest_event(path: str) -> dict[str, Any]:
    """API Gateway's event of a GET without a key."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": {"accept": "text/html, application/json"},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "path": f"/api{path}",
            "httpMethod": "GET",
            "stage": "api",
            "requestId": "medley-deploy",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": None,
        "isBase64Encoded": False,
    }
