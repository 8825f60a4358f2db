"""`medley thumbs`: several smaller versions of one picture, without any AWS."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def thumbs(
    picture: Annotated[
        Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="The picture.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", file_okay=False, help="Write the files here.")
    ],
    sizes: Annotated[
        str, typer.Option(metavar="N,N...", help="The longest sides, in pixels.")
    ] = "1200,800,400,200",
    quality: Annotated[int, typer.Option(min=1, max=100, help="Of the JPEGs.")] = 85,
) -> None:
    """Write DIR/<size>.jpg for each size: upright, in sRGB, without metadata, never enlarged.

    Takes JPEG, PNG, WebP, HEIC, AVIF, and the first frame of a GIF. A file that cannot be read is
    one line with a code, and exit code 1.
    """
    from shared.errors import PermanentError
    from shared.images import ImageLimits, thumbnails

    try:
        wanted = [int(size) for size in sizes.split(",")]
    except ValueError:
        raise typer.BadParameter("whole numbers with commas between them") from None
    limits = ImageLimits()
    try:
        with picture.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
        made = thumbnails(data, wanted, quality, limits=limits)
    except PermanentError as error:
        problem = f"{picture.name}: {error.code}: {error.message}"
        Console(stderr=True).print(problem, markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    for size, file_bytes in made.items():
        (out / f"{size}.jpg").write_bytes(file_bytes)
