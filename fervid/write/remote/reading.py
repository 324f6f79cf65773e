"""Have a result at hand that lies in a store or on a web server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fervid.errors import FervidError, UsageError
from fervid.schema import TableName
from fervid.store import is_url
from fervid.store.several import download_all
from fervid.write.manifest import ListedFile, Manifest, damaged
from fervid.write.remote.result import RemoteResult


@contextmanager
def at_hand(
    result: str | os.PathLike[str], tables: Sequence[TableName] = ("observations", "sources")
) -> Iterator[Path]:
    """Name a result by a path for as long as it is read.

    Args:
        result: A path, which stays as it is, or a URL, of which a copy is fetched.
        tables: Those of a URL to fetch, beside the run file.

    Yields:
        The path; a copy is deleted afterwards.

    Raises:
        UsageError: There is no complete result at a URL.
        FervidError: It cannot be fetched.
    """
    url = os.fspath(result)
    if not is_url(url):
        yield Path(url)
        return
    with TemporaryDirectory(prefix="fervid-") as folder:
        remote = RemoteResult.of(url, Path(folder))
        manifest = remote.manifest()
        if manifest is None:
            raise _absent(remote)
        try:
            _fetch(remote, manifest, tables)
        except OSError as error:
            raise FervidError(
                f"Cannot fetch {remote.location.url} to {folder}: {error.strerror or error}.",
                "Free some space there, or name another folder in $TMPDIR.",
            ) from error
        yield remote.place.out


def _fetch(remote: RemoteResult, manifest: Manifest, tables: Sequence[TableName]) -> None:
    files = [each for each in manifest.files if _is_wanted(remote, each, tables)]
    base = remote.location if remote.place.kind == "folder" else remote.location.parent
    folder = remote.place.out if remote.place.kind == "folder" else remote.place.out.parent
    download_all((base.child(*each.name.split("/")), folder / each.name) for each in files)
    wrong = damaged(files, folder)
    if wrong or not files:
        raise FervidError(
            f"{remote.location.url} is not the result that its manifest lists: "
            f"{wrong[0] if wrong else 'that is of another one'}.",
            "If a run is replacing it this moment, try again when that has ended.",
        )


def _is_wanted(remote: RemoteResult, file: ListedFile, tables: Sequence[TableName]) -> bool:
    """Whether a listed file is one that the result's names allow, and asked for."""
    place = remote.place
    folder = place.out if place.kind == "folder" else place.out.parent
    path = folder / file.name
    wanted = [place.run, *(place.table(table) for table in tables)]
    is_part = place.kind == "folder" and path.parent in wanted and path.suffix == ".parquet"
    return ".." not in path.parts and (path in wanted or is_part)


def _absent(remote: RemoteResult) -> UsageError:
    what = f"There is no complete result at {remote.location.url}"
    if not remote.location.is_web and remote.unfinished() is not None:
        return UsageError(
            f"{what}.",
            f"{remote.partial.url} is a run that is under way or did not end: go on with it by "
            "fervid analyze --resume.",
        )
    return UsageError(
        f"{what}: {remote.manifest_location.url} is missing.",
        "Give the URL that was given to fervid analyze as --out.",
    )
