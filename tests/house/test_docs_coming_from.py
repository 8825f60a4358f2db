"""docs/coming-from.md answers for every name of the systems that Medley takes the place of."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "coming-from.md"
NAMES = Path(__file__).with_name("coming_from_names.txt")
FATES = ("Kept", "Renamed", "Dropped", "Planned")

# A comma parts two names, but not inside a code span.
_NAME_SEPARATOR = re.compile(r",\s*(?=(?:[^`]*`[^`]*`)*[^`]*$)")
_TEXT_SUFFIXES = {".py", ".json", ".in", ".yaml", ".txt", ".md"}

# The systems that exist, and where the code is that must hold their kept names.
EXISTING = {
    "Marathon: event images and reels": ("event-images", "reels"),
    "Image processing API: uploads, jobs, detections": ("media-processing",),
    "TOQ Server: the listing media pipeline": ("media-processing",),
}

# Kept names that are not spelt in the service as they are here: the file, and what to find in it.
EVIDENCE = {
    "API Gateway": ("services/event-images/app.py", "@app.route("),
    "Step Function": ("services/event-images/resources.yaml", "AWS::StepFunctions::StateMachine"),
    "Map": ("services/event-images/state_machine.asl.json", '"Type": "Map"'),
    "Lambda": ("services/event-images/app.py", "@app.lambda_function("),
    "DynamoDB": ("services/event-images/resources.yaml", "AWS::DynamoDB::Table"),
    "Python 3.13": ("pyproject.toml", 'requires-python = "==3.13.*"'),
    "CloudWatch Logs": ("shared/observability.py", "aws_lambda_powertools"),
    "IAM roles": ("services/event-images/.chalice/policy.json.in", '"Statement"'),
    "Dockerfile": ("services/event-images/Dockerfile", "FROM "),
    "Docker": ("services/event-images/Dockerfile", "docker build"),
    "boto3": ("shared/settings.py", "boto3"),
    "SSM": ("tools/medley/google_account.py", "put_parameter"),
    "SecureString": ("tools/medley/google_account.py", "SecureString"),
    "Secrets Manager": ("shared/secrets.py", "get_secret_value"),
    "get_parameter": ("shared/secrets.py", "get_parameter"),
    "WithDecryption": ("shared/secrets.py", "WithDecryption=True"),
    "service_account": (
        "services/event-images/chalicelib/event_images/adapters/drive_client.py",
        "google.oauth2.service_account",
    ),
    "Credentials.from_service_account_info": (
        "services/event-images/chalicelib/event_images/adapters/drive_client.py",
        "Credentials.from_service_account_info",
    ),
    "/{listingId}/raw/{mediaType}/{uuid}.{ext}": (
        "services/media-processing/chalicelib/media_processing/domain/names.py",
        'f"{listing_id}/raw/{item.media_type}/{item.uuid}.{item.ext}"',
    ),
    "/{listingId}/processed/{mediaType}/{size}/{uuid}.{ext}": (
        "services/media-processing/chalicelib/media_processing/domain/names.py",
        'f"{listing_id}/processed/{media_type}/{size}/{uuid}.jpg"',
    ),
    "/{listingId}/processed/zip/{batchId}.zip": (
        "services/media-processing/chalicelib/media_processing/domain/names.py",
        'f"{listing_id}/processed/zip/{batch_id}.zip"',
    ),
    "uploads/2024/01/15/uuid-car-damage.jpg": (
        "services/media-processing/chalicelib/media_processing/domain/uploads.py",
        "def upload_key(",
    ),
    "uploads/2024/01/15/uuid-image1.jpg": (
        "services/media-processing/chalicelib/media_processing/domain/uploads.py",
        "def upload_key(",
    ),
    "ECS worker": (
        "services/media-processing/chalicelib/media_processing/worker.py",
        "python -m chalicelib.media_processing.worker",
    ),
    "DLQ": ("services/media-processing/resources.yaml", "RedrivePolicy"),
    "API Keys": ("services/media-processing/app.py", "authorizer=authorize"),
    ".secrets/": (".gitignore", ".secrets/"),
    ".gitignore": (".gitignore", ".secrets/"),
    "mkdir -p .secrets": (".gitignore", ".secrets/"),
}

# Kept in systems that do not exist here yet: tools and variables of AWS itself, and the shape
# that all services share.
NOT_OF_A_SERVICE = {
    "AWS CLI",
    "AWS CLI v2",
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SHARED_CREDENTIALS_FILE",
    "CloudWatch",
    "Hexagonal",
    "aws configure",
    "aws sts get-caller-identity",
    "brew install awscli",
    "sudo apt-get install awscli",
}


def names_of_old_systems() -> dict[str, list[str]]:
    """The list of names beside this test, by system."""
    systems: dict[str, list[str]] = {}
    names: list[str] = []
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = systems.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            names.append(line)
    return systems


def rows(system: str) -> list[tuple[list[str], str]]:
    """The table of one system: names on the left, answer on the right."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = [text for text in sections if text.startswith(system + "\n")]
    table = [line for line in section.splitlines() if line.startswith("|")][2:]
    cells = [line.strip("| ").split(" | ") for line in table]
    assert all(len(row) == 2 for row in cells), [row for row in cells if len(row) != 2]
    return [
        ([name.strip("` ") for name in _NAME_SEPARATOR.split(left)], right) for left, right in cells
    ]


def kept(system: str) -> list[str]:
    return [name for names, answer in rows(system) if answer.startswith("Kept") for name in names]


SYSTEMS = sorted(names_of_old_systems())


def test_all_five_systems_have_a_list_and_a_table() -> None:
    headings = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(headings) == SYSTEMS
    assert len(SYSTEMS) == 5


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_name_is_in_the_left_column_exactly_once(system: str) -> None:
    expected = names_of_old_systems()[system]
    found = Counter(name for names, _ in rows(system) for name in names)
    assert {name: found[name] for name in expected if found[name] != 1} == {}
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_answer_begins_with_what_became_of_the_name(system: str) -> None:
    begins = re.compile(rf"({'|'.join(FATES)})\b")
    assert [answer for _, answer in rows(system) if not begins.match(answer)] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_dropped_and_renamed_names_say_why_or_where(system: str) -> None:
    bare = re.compile(r"(Dropped|Renamed)\W*$")
    assert [answer for _, answer in rows(system) if bare.match(answer)] == []


@pytest.mark.parametrize(("system", "slugs"), EXISTING.items())
def test_names_kept_by_a_service_are_in_its_code(system: str, slugs: tuple[str, ...]) -> None:
    code = "\n".join(text for slug in slugs for text in _text_of(ROOT / "services" / slug))
    missing = []
    for name in kept(system):
        if name in NOT_OF_A_SERVICE:
            continue
        file, needle = EVIDENCE.get(name, ("", name))
        text = (ROOT / file).read_text(encoding="utf-8") if file else code
        if needle not in text:
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("system", [name for name in SYSTEMS if name not in EXISTING])
def test_a_service_that_does_not_exist_keeps_nothing_yet(system: str) -> None:
    assert sorted(set(kept(system)) - NOT_OF_A_SERVICE) == []


def _text_of(folder: Path) -> list[str]:
    """What a service's own files hold; the README and the linked `vendor/` are not its code."""
    return [
        path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix in _TEXT_SUFFIXES
        and path.name != "README.md"
        and "vendor" not in path.parts
        and path.name != "config.json"
    ]
