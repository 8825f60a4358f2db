"""Builds the video engine's kernel, native/*.c, with the machine's compiler or with ziglang's.

resize.c is compiled twice on x86-64: for every such processor, and for those with AVX2, which is
nearly all. The library chooses when it is loaded.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from medley.deploy.errors import ToolError
from medley.paths import ROOT

SOURCES = ROOT / "native"
OUT = ROOT / ".tools" / "native"
NAME = "medley-kernel" + (".dylib" if sys.platform == "darwin" else ".so")
_FLAGS = ("-O3", "-std=c11", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror")
# What zig, another clang than the system's, adds for debugging.
_ZIG_FLAGS = ("-fno-sanitize=undefined", "-g0")
# What Lambda runs: x86-64 with a C library not newer than its own.
LAMBDA_TARGET = "x86_64-linux-gnu.2.28"
LAMBDA_NAME = "medley-kernel.so"


class NativeError(ToolError):
    """The kernel cannot be built here."""


def source_digest() -> str:
    """Of all that decides the library: the sources and the flags."""
    digest = hashlib.sha256(repr((_FLAGS, _ZIG_FLAGS)).encode())
    for path in sorted(SOURCES.glob("*.[ch]")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def system_compiler() -> list[str] | None:
    """The machine's C compiler, if it works; None otherwise."""
    for name in ("cc", "gcc", "clang"):
        found = shutil.which(name)
        # On a Mac without its tools, `cc` is there and only asks to install them.
        if (
            found
            and not subprocess.run(
                [found, "--version"], capture_output=True, check=False
            ).returncode
        ):
            return [found]
    return None


def zig_compiler() -> list[str] | None:
    """The compiler of the package ziglang, if it is installed."""
    if find_spec("ziglang") is None:
        return None
    return [sys.executable, "-m", "ziglang", "cc"]


def ensure(out: Path = OUT) -> Path:
    """The library for this machine; built when it is absent or of other sources.

    Raises:
        NativeError: There is no compiler, or it failed.
    """
    library, mark = out / NAME, out / "sources.txt"
    digest = source_digest()
    if library.is_file() and mark.is_file() and mark.read_text() == digest:
        mark.touch()  # newer than the sources, which is what tools/setup looks at
        return library
    compiler = system_compiler()
    if compiler is not None:
        build(compiler, library, _is_x86())
    else:
        zig = zig_compiler()
        if zig is None:
            raise NativeError("There is no C compiler; the package ziglang brings one.")
        build(zig, library, _is_x86(), target=_zig_target(), extra=_ZIG_FLAGS)
    mark.write_text(digest)
    return library


def build_for_lambda(library: Path) -> Path:
    """The library for Lambda's x86-64, the same bytes on every machine that builds it.

    Raises:
        NativeError: The package ziglang is not there, or it failed.
    """
    zig = zig_compiler()
    if zig is None:
        raise NativeError("The kernel for Lambda is built with the package ziglang.")
    return build(zig, library, newer=True, target=LAMBDA_TARGET, extra=_ZIG_FLAGS)


def build(
    compiler: Sequence[str],
    library: Path,
    newer: bool,
    *,
    target: str | None = None,
    extra: Sequence[str] = (),
) -> Path:
    """Compile and link; `newer` adds the build for processors with AVX2.

    Raises:
        NativeError: The compiler failed; with the end of what it said.
    """
    library.parent.mkdir(parents=True, exist_ok=True)
    base = [*compiler, *_FLAGS, *extra]
    if target is not None:
        base += ["-target", target]
    # Without one, zig would build for this very processor.
    plain = ["-mcpu=baseline"] if target is not None else []
    with TemporaryDirectory(dir=library.parent) as name:
        folder = Path(name)
        objects = [_compile([*base, *plain, "-DVARIANT=plain"], "resize.c", folder / "plain.o")]
        defined: list[str] = []
        if newer:
            wider = ["-mcpu=x86_64_v3"] if target is not None else ["-mavx2", "-mbmi2", "-mfma"]
            command = [*base, *wider, "-DVARIANT=newer"]
            objects.append(_compile(command, "resize.c", folder / "newer.o"))
            defined = ["-DHAVE_NEWER"]
        objects.append(_compile([*base, *plain, *defined], "dispatch.c", folder / "dispatch.o"))
        made = folder / library.name
        # Without the paths of this machine in it.
        strip = [] if sys.platform == "darwin" and target is None else ["-s"]
        _run([*base, *plain, "-shared", *strip, *map(str, objects), "-o", str(made), "-lm"])
        os.replace(made, library)  # noqa: PTH105 -- over one that a process may have loaded
    return library


def _compile(command: Sequence[str], source: str, out: Path) -> Path:
    _run([*command, "-c", str(SOURCES / source), "-o", str(out)])
    return out


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-12:])
        raise NativeError(f"The kernel cannot be compiled:\n{said}")


def _is_x86() -> bool:
    return platform.machine().lower() in {"x86_64", "amd64"}


def _zig_target() -> str:
    machine = "x86_64" if _is_x86() else "aarch64"
    return f"{machine}-macos" if sys.platform == "darwin" else f"{machine}-linux-gnu.2.28"


if __name__ == "__main__":
    # Called by tools/setup. Without a kernel, video is rendered all the same.
    try:
        ensure()
    except NativeError as error:
        print(f"{error}\nVideo will be rendered without it, more slowly.", file=sys.stderr)  # noqa: T201
