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
_SHOWN = 3


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
    _check_is_ours(remote, present)
    manifest = remote.manifest()
    if manifest is not None:
        _check_same_name(remote, manifest)
    if (present or manifest is not None) and not overwrite:
        state = "" if manifest is not None else ", though not a complete one: it has no manifest"
        urls = [remote.location.parent.child(name).url for name in sorted(present)]
        raise UsageError(
            f"There is a result already: {', '.join(urls[:_SHOWN]) or remote.location.url}"
            f"{' ...' * (len(urls) > _SHOWN)}{state}.",
            "Add to it with --resume, replace it with --overwrite, or give another --out.",
        )
    return manifest


def _check_is_ours(remote: RemoteResult, present: dict[str, int]) -> None:
    """Refuse to write among objects that somebody else has put there."""
    if remote.place.kind == "folder":
        start = f"{remote.place.out.name}/"
        others = [name for name in present if not _OURS.fullmatch(name.removeprefix(start))]
        if others:
            raise UsageError(
                f"{remote.location.parent.child(others[0]).url} is no part of a result, and would "
                "lie among its files.",
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
