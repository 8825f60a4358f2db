"""Brings the fonts that videos are lettered with: into `.tools/fonts`, and into the layer `fonts`.

They are Debian's packages of Google's Noto, under the SIL Open Font License, and are not in the
repository: 55 MB. `tools/setup` runs ``python -m medley.fonts``, which needs no root where apt has
its lists. On macOS, Homebrew brings them into the user's own font folder.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from medley.layers import debian
from medley.layers.debian_files import DebianFiles, bring, offered
from medley.layers.errors import LayerError
from medley.paths import ROOT

FOLDER = ROOT / ".tools" / "fonts"
COMPLETE = FOLDER / ".complete"
# A new list here must bring new fonts on machines that have the old ones.
EDITION = "1"
SCRIPTS = (
    *("", "Arabic", "Armenian", "Bengali", "Devanagari", "Ethiopic", "Georgian", "Gujarati"),
    *("Gurmukhi", "Hebrew", "Kannada", "Khmer", "Lao", "Malayalam", "Myanmar", "Sinhala"),
    *("Symbols", "Tamil", "Telugu", "Thai"),
)
_NOTO = "usr/share/fonts/truetype/noto"
FONTS = (
    DebianFiles(
        package="fonts-noto-core",
        paths=(
            *(f"{_NOTO}/NotoSans{script}-Regular.ttf" for script in SCRIPTS),
            *(f"{_NOTO}/NotoSans{script}-Bold.ttf" for script in SCRIPTS),
            f"{_NOTO}/NotoSansMath-Regular.ttf",
            f"{_NOTO}/NotoSansSymbols2-Regular.ttf",
        ),
        into="share/fonts",
    ),
    DebianFiles(
        package="fonts-noto-cjk",
        paths=(
            "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
        ),
        into="share/fonts",
    ),
    DebianFiles(
        package="fonts-noto-color-emoji",
        paths=(f"{_NOTO}/NotoColorEmoji.ttf",),
        into="share/fonts",
    ),
)
# Pillow's wheel opens FriBidi when it is there, and without it neither shapes Arabic nor Indic.
# Lambda's Linux lacks it, and /opt/lib is on the path of its loader.
SHAPING = DebianFiles(
    package="libfribidi0", paths=("usr/lib/x86_64-linux-gnu/libfribidi.so.0",), into="lib"
)
CASKS = (
    *("font-noto-sans", "font-noto-sans-cjk", "font-noto-sans-arabic", "font-noto-sans-hebrew"),
    *("font-noto-sans-symbols", "font-noto-sans-symbols-2"),
)


def main() -> int:
    """Bring the fonts, unless they are there; what the set-up runs."""
    if COMPLETE.exists() and COMPLETE.read_text() == EDITION:
        COMPLETE.touch()  # newer than this file, which is what the set-up looks at
        return 0
    try:
        if all(shutil.which(tool) for tool in debian.NEEDED):
            _say("bringing the fonts for videos into .tools/fonts ...")
            _bring_debian()
        elif shutil.which("brew"):
            _say("installing the fonts for videos ...")
            _run(["brew", "install", "--quiet", "--cask", *CASKS])
            _run(["brew", "install", "--quiet", "fribidi"])
        else:
            raise LayerError(
                "neither apt-get nor brew is here. Put Noto Sans, Noto Sans CJK and Noto Color "
                "Emoji into a folder of system fonts or into .tools/fonts."
            )
    except LayerError as error:
        _say(f"The fonts for videos are missing: {error}")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    COMPLETE.write_text(EDITION)
    return 0


def _bring_debian() -> None:
    try:
        packages = offered(FONTS)
    except LayerError:
        # A fresh machine's apt has no lists yet.
        root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        _run([*root, "apt-get", "update", "-qq"])
        packages = offered(FONTS)
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER.parent, prefix=".fonts-") as name:
        work = Path(name)
        bring(FONTS, packages, work / "new", work / "debian")
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.move(work / "new" / "share" / "fonts", FOLDER)
        shutil.move(work / "new" / "share" / "doc", FOLDER / "licences")


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise LayerError(f"{command[0]} failed: " + " ".join(said))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
