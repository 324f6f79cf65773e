"""Tell a result as one page that opens anywhere: timelines, overview, faults, how it was made."""

from __future__ import annotations

import os
from pathlib import Path

from fervid.errors import FervidError, UsageError
from fervid.store import is_url
from fervid.write import Place
from fervid.write.existing import existing_place
from fervid.write.remote.reading import at_hand

__all__ = ["write_page", "write_report"]

_ENDINGS = (".html", ".htm")


def write_report(
    result: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    thumbnails: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write a report of a result: one HTML file that needs nothing else, no network either.

    Args:
        result: What `--out` of the analysis was: a `.parquet`, `.csv` or `.csv.gz` file, or a
            folder; a URL, too, with `out`.
        out: The page, `.html`; by default `results.report.html` beside the result, in a folder
            `report.html`.
        thumbnails: Whether to open the sources again and show a small face of each track. Without
            it no pixel of anyone gets onto the page.
        overwrite: Whether a page that is there may be replaced.

    Returns:
        Where the page lies.

    Raises:
        UsageError: The ending is unknown, or there is a page already.
        FervidError: The result cannot be read, or the page not be written.
    """
    page = _page(result, out)
    if page.suffix.lower() not in _ENDINGS:
        raise UsageError(
            f"A report is an HTML page; {page} has another ending.", "Give a name in .html."
        )
    if page.is_dir():
        raise UsageError(f"{page} is a folder.", "Give the name of a file.")
    if not page.parent.is_dir():
        raise UsageError(f"There is no folder {page.parent}.", "Create it first.")
    if page.exists() and not overwrite:
        raise UsageError(
            f"There is a page already: {page}.",
            "Replace it with --overwrite, or give another name.",
        )
    with at_hand(result) as here:
        try:
            write_page(existing_place(here), page, thumbnails=thumbnails)
        except OSError as error:
            raise FervidError(
                f"Cannot write {page}: {error.strerror or error}.",
                "Free some space or fix the permissions, or give another name.",
            ) from error
    return page


def _page(result: str | os.PathLike[str], out: str | os.PathLike[str] | None) -> Path:
    """Say where the page goes."""
    if out is not None:
        if is_url(os.fspath(out)):
            raise UsageError(
                f"A page is written to a file, and {os.fspath(out)} is a URL.",
                "Give the name of a file; fervid analyze --report puts one beside its result.",
            )
        return Path(out)
    if is_url(os.fspath(result)):
        raise UsageError(
            f"{os.fspath(result)} lies in a store, where no page is added to it.",
            "Say where the page goes: -o report.html",
        )
    return existing_place(Path(result)).report


def write_page(place: Place, page: Path, *, thumbnails: bool) -> None:
    """Write the page of a result, complete or not at all.

    Args:
        place: Where the result lies.
        page: The file; what is there is replaced.
        thumbnails: As in `write_report`.

    Raises:
        FervidError: The result cannot be read.
        OSError: The page cannot be written.
    """
    from fervid.report.contents import gather
    from fervid.report.page import render

    pieces = render(gather(place, thumbnails=thumbnails))
    growing = page.with_name(f".{page.name}.partial")
    try:
        with growing.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        growing.replace(page)
    finally:
        growing.unlink(missing_ok=True)
