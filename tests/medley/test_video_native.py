"""The kernel is built by whatever compiler there is, and only when it has to be."""

import ctypes
import shutil
from pathlib import Path

import pytest

from medley import native
from medley.layers import build, catalogue
from medley.native import NativeError


def abi(library: Path) -> int:
    return int(ctypes.CDLL(str(library)).medley_abi())


def test_what_is_there_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = native.ensure(tmp_path)
    assert abi(first) == 1
    monkeypatch.setattr(native, "build", lambda *_, **__: pytest.fail("built again"))
    assert native.ensure(tmp_path) == first


def test_other_sources_are_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "native"
    shutil.copytree(native.SOURCES, sources)
    monkeypatch.setattr(native, "SOURCES", sources)
    out = tmp_path / "out"
    native.ensure(out)
    text = (sources / "dispatch.c").read_text()
    (sources / "dispatch.c").write_text(text.replace("#define ABI 1", "#define ABI 7"))
    assert abi(native.ensure(out)) == 7


def test_ziglang_takes_over_where_there_is_no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "system_compiler", lambda: None)
    assert abi(native.ensure(tmp_path)) == 1


def test_without_any_compiler_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "system_compiler", lambda: None)
    monkeypatch.setattr(native, "zig_compiler", lambda: None)
    with pytest.raises(NativeError, match="no C compiler"):
        native.ensure(tmp_path)
    with pytest.raises(NativeError, match="ziglang"):
        native.build_for_lambda(tmp_path / "kernel.so")
    assert list(tmp_path.iterdir()) == []


def test_what_the_compiler_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "native"
    shutil.copytree(native.SOURCES, sources)
    (sources / "resize.c").write_text("int broken(")
    monkeypatch.setattr(native, "SOURCES", sources)
    with pytest.raises(NativeError, match="expected"):
        native.ensure(tmp_path / "out")
    assert not (tmp_path / "out" / native.NAME).exists()


def test_lambdas_library_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    first = native.build_for_lambda(tmp_path / "a" / native.LAMBDA_NAME)
    second = native.build_for_lambda(tmp_path / "b" / native.LAMBDA_NAME)
    assert first.read_bytes() == second.read_bytes()
    assert str(native.ROOT).encode() not in first.read_bytes()
    assert first.stat().st_size < 100_000


def test_the_media_layer_is_built_again_when_the_kernel_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (media,) = catalogue.find(["media"])
    assert media.kernel
    before = build._key(media, {})
    monkeypatch.setattr(native, "source_digest", lambda: "other")
    assert build._key(media, {}) != before
