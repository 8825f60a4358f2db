"""A child sees nothing of the developer's account, nor of their settings for MiniStack."""

from pathlib import Path

import pytest

from medley.local.environment import child_environment, ministack_environment
from medley.local.layout import Layout
from medley.settings import LocalSettings


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "LAMBDA_EXECUTOR", "PERSIST_STATE", "AUTH"):
        monkeypatch.setenv(name, "foreign")
    monkeypatch.setenv("TESSDATA_PREFIX", "mine")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")


@pytest.mark.usefixtures("foreign")
def test_a_child_reaches_the_embedded_aws_and_no_account(tmp_path: Path) -> None:
    settings = LocalSettings(state_dir=tmp_path)
    environment = child_environment(settings, Layout(tmp_path), "http://127.0.0.1:9")
    assert "foreign" not in environment.values()
    assert environment["TESSDATA_PREFIX"] == "mine"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert environment["AWS_ACCESS_KEY_ID"] == "000000000000"
    assert "PYTHONDONTWRITEBYTECODE" not in environment


@pytest.mark.usefixtures("foreign")
def test_ministack_stays_on_loopback_and_keeps_only_when_asked(tmp_path: Path) -> None:
    settings, layout = LocalSettings(state_dir=tmp_path), Layout(tmp_path)
    fresh = ministack_environment(settings, layout, 9, keep=False)
    assert "PERSIST_STATE" not in fresh
    assert (fresh["BIND_HOST"], fresh["IOT_MTLS_ENABLED"]) == ("127.0.0.1", "0")
    assert fresh["TMPDIR"].startswith(str(tmp_path))
    kept = ministack_environment(settings, layout, 9, keep=True)
    assert (kept["PERSIST_STATE"], kept["S3_PERSIST"]) == ("1", "1")
    assert kept["STATE_DIR"].startswith(str(tmp_path))
