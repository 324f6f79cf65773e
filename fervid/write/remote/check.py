"""Check, before anything costly starts, that a result can be written to a store."""

from __future__ import annotations

import re

from fervid.errors import UsageError
from fervid.write.manifest import Manifest
from fervid.write.remote.result import RemoteResult

_OURS = re.compile(
    r"(observations/part-\d+\.parquet|charts/[^/]+\.png|sources\.parquet|run\.json|report\.html"
    r"|(charts/)?\.fervid)"
)
"""What lies in a folder of results."""
_CHART = re.compile(r"[^/]+\.png|\.fervid")


def check_remote(remote: RemoteResult, *, overwrite: bool) -> Manifest | None:
    """Look whether a result may be written there.

    Args:
        remote: `--out`.
        overwrite: Whether an existing result may be replaced, or added to.

    Returns:
        The manifest of the result there; None if there is no complete one.

    Raises:
        UsageError: Nothing can be written there, a result exists, or something is not fervid's.
        FervidError: The store does not tell.
    """
    if remote.location.is_web:
        raise UsageError(
            f"{remote.location.url} is on a web server, which takes no results.",
            "Give a file, a folder or an object store: s3://, gs:// or az://.",
        )
    present = remote.present()
    check_is_ours(remote, present)
    _check_beside(remote)
    manifest = remote.manifest()
    if manifest is not None:
        _check_same_name(remote, manifest)
    if (present or manifest is not None) and not overwrite:
        state = "" if manifest is not None else ", though not a complete one: it has no manifest"
        raise UsageError(
            f"There is a result already: {', '.join(_tops(remote, present))}{state}.",
            "Add to it by fervid analyze --resume, replace it with --overwrite, or give another "
            "--out.",
        )
    return manifest


def _tops(remote: RemoteResult, present: dict[str, int]) -> list[str]:
    """Name what a user would name of a result that is there."""
    tops = {name.partition("/")[0] for name in present}
    found = [path for path in remote.place.results() if path.name in tops]
    return [remote.at(path).url for path in found] or [remote.manifest_location.url]


def check_is_ours(remote: RemoteResult, present: dict[str, int]) -> None:
    """Refuse to write among objects that somebody else has put there, or to fetch them.

    Args:
        remote: The result.
        present: What `remote` found there.

    Raises:
        UsageError: There is such an object.
    """
    is_folder = remote.place.kind == "folder"
    ours, folder = (_OURS, remote.place.out) if is_folder else (_CHART, remote.place.charts)
    below = [name for name in present if name.startswith(f"{folder.name}/")]
    for name in below:
        if not ours.fullmatch(name.removeprefix(f"{folder.name}/")):
            raise UsageError(
                f"{remote.location.parent.child(name).url} is no part of a result, and would lie "
                "among its files.",
                "Move it away, or give another --out.",
            )


def _check_beside(remote: RemoteResult) -> None:
    """Refuse to mix what a run leaves beside its result with what somebody else put there."""
    _, others = remote.beside()
    if others:
        raise UsageError(
            f"{remote.partial.child(*others[0].split('/')).url} is not fervid's, and lies where a "
            "run keeps what it has done so far.",
            "Move it away, or give another --out.",
        )


def _check_same_name(remote: RemoteResult, manifest: Manifest) -> None:
    """Refuse to replace what tells of a result with another ending."""
    names = {each.name for each in manifest.tables}
    if remote.place.kind != "folder" and remote.place.out.name not in names:
        raise UsageError(
            f"{remote.manifest_location.url} belongs to another result ({', '.join(names)}): "
            "manifest, run file, charts and report have the same names whatever its ending.",
            "Choose another name for --out.",
        )
