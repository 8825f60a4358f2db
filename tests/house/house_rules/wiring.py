"""One word chain: state, placeholder, Lambda, step function, models.

``ExtractBibNumber`` in the machine is ``${ExtractBibNumberFunctionArn}`` in its definition, a
``@app.lambda_function`` in app.py that calls ``steps.extract_bib_number``, and the models
``ExtractBibNumberInput`` and ``ExtractBibNumberOutput``.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from house_rules.asl import every_state
from house_rules.layout import Service

PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def snake(name: str) -> str:
    """``ExtractBibNumber`` as a function is called."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def substitutions(template: dict[str, Any]) -> dict[str, Any]:
    """What the template puts into its machine's placeholders."""
    found: dict[str, Any] = {}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            found |= resource["Properties"].get("DefinitionSubstitutions", {})
    return found


def placeholders(machine_text: str, given: Iterable[str]) -> list[str]:
    """Each placeholder of the machine is substituted, and each substitution is asked for."""
    asked, given = set(PLACEHOLDER.findall(machine_text)), set(given)
    return [f"${{{name}}} is not substituted" for name in sorted(asked - given)] + [
        f"{name} is substituted, and nothing asks for it" for name in sorted(given - asked)
    ]


def lambda_names(app: Path) -> dict[str, str]:
    """The pure Lambdas of an app.py: the step that each calls, and the name it has.

    A step is a name that the body mentions as an attribute of ``steps``, or that the file imports
    from there.
    """
    tree = ast.parse(app.read_text("utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and ".steps" in (node.module or "")
        for alias in node.names
    }
    return {
        step: name
        for function, name in _decorated(tree, "lambda_function")
        for step in _mentioned(function, imported)
    }


def queue_handlers(app: Path) -> list[str]:
    """The names of the Lambdas of an app.py that take messages from a queue."""
    return [name for _, name in _decorated(ast.parse(app.read_text("utf-8")), "on_sqs_message")]


def queues_of_handlers(app: Path) -> dict[str, str]:
    """Lambda -> the logical name of the queue that it takes messages from.

    The name of a queue is known at run time only, so app.py asks ``bootstrap.uploads_queue()``
    for the one that resources.yaml calls ``UploadsQueue``.
    """
    found = {}
    for node, name in _decorated(ast.parse(app.read_text("utf-8")), "on_sqs_message"):
        asked = re.findall(r"bootstrap\.(\w+_queue)\(\)", ast.unparse(node.decorator_list[0]))
        assert len(asked) == 1, f"{name}: which queue it takes cannot be told"
        found[name] = "".join(word.capitalize() for word in asked[0].split("_"))
    return found


def _decorated(tree: ast.Module, kind: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """The functions under ``@app.<kind>(...)``, with the name that Chalice gives each."""
    for node in tree.body:
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                given = {word.arg: word.value for word in decorator.keywords}.get("name")
                if decorator.func.attr == kind and isinstance(node, ast.FunctionDef):
                    yield node, str(given.value if isinstance(given, ast.Constant) else node.name)


def _mentioned(function: ast.FunctionDef, imported: set[str]) -> set[str]:
    steps = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            steps |= {node.attr} if node.value.id == "steps" else set()
        elif isinstance(node, ast.Name) and node.id in imported:
            steps.add(node.id)
    return steps


def chains(
    tasks: set[str],
    *,
    step_functions: set[str],
    model_names: set[str],
    lambdas: dict[str, str],
    arns: dict[str, Any],
    app_name: str,
) -> list[str]:
    """Where the chain of a Task's name is broken, and which Lambdas no Task invokes."""
    wrong = []
    for task in sorted(tasks):
        step = snake(task)
        wrong += [] if step in step_functions else [f"{task}: no function {step} in steps"]
        wrong += [
            f"{task}: no model {task}{side} in models"
            for side in ("Input", "Output")
            if f"{task}{side}" not in model_names
        ]
        if step not in lambdas:
            wrong.append(f"{task}: no @app.lambda_function in app.py calls steps.{step}")
            continue
        arn = str(arns.get(f"{task}FunctionArn"))
        ending = f":function:{app_name}-${{Stage}}-{lambdas[step]}"
        if not arn.rstrip("'}").endswith(ending):
            wrong.append(f"{task}: its ARN is {arn}, and does not end in {ending}")
    idle = {step for step in lambdas if step not in {snake(task) for task in tasks}}
    return wrong + [f"{lambdas[step]} is a Lambda that no Task invokes" for step in sorted(idle)]


def service_chains(service: Service) -> list[str]:
    """The chains of a service's own files."""
    return chains(
        {name for name, _, _ in every_state(service.machine, "Task")},
        step_functions=_defined(service.room("steps"), ast.FunctionDef),
        model_names=_defined(service.room("models"), ast.ClassDef),
        lambdas=lambda_names(service.path / "app.py"),
        arns=substitutions(service.resources),
        app_name=service.config["app_name"],
    )


def _defined(files: list[Path], kind: type[ast.FunctionDef] | type[ast.ClassDef]) -> set[str]:
    return {
        node.name
        for file in files
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, kind)
    }


def payload(task: str, sent: Iterable[str], model: type[BaseModel]) -> list[str]:
    """A Task sends its step every field of its input, and no other."""
    names = {name.removesuffix(".$") for name in sent}
    fields = {field.alias or name for name, field in model.model_fields.items()}
    return [f"{task} does not send {name}" for name in sorted(fields - names)] + [
        f"{task} sends {name}, which {model.__name__} does not have"
        for name in sorted(names - fields)
    ]


def service_payloads(service: Service) -> list[str]:
    """The payloads of a service's Tasks against its models."""
    models = importlib.import_module(f"chalicelib.{service.package_name}.models")
    return [
        wrong
        for name, state, _ in every_state(service.machine, "Task")
        for wrong in payload(name, state["Parameters"]["Payload"], getattr(models, f"{name}Input"))
    ]


def timeout_of(config: dict[str, Any], function: str, stage: str = "local") -> int:
    """A function's timeout in seconds, as Chalice finds it: function, stage, file, then 60."""
    levels = [
        config.get("stages", {}).get(stage, {}).get("lambda_functions", {}).get(function, {}),
        config.get("stages", {}).get(stage, {}),
        config.get("lambda_functions", {}).get(function, {}),
        config,
    ]
    return next((int(level["lambda_timeout"]) for level in levels if "lambda_timeout" in level), 60)


def timeouts(machine: dict[str, Any], lambdas: dict[str, str], config: dict[str, Any]) -> list[str]:
    """A Task waits longer than its function may run, or it would call a live worker lost."""
    return [
        f"{name} waits {state['TimeoutSeconds']} s, {lambdas[snake(name)]} runs up to {limit} s "
        f"in stage {stage}"
        for name, state, _ in every_state(machine, "Task")
        if snake(name) in lambdas
        for stage in config.get("stages", {"local": {}})
        if state["TimeoutSeconds"] <= (limit := timeout_of(config, lambdas[snake(name)], stage))
    ]
