"""Upload a complete result: its files in any order, and last the manifest that makes it one."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from fervid.counted import counted
from fervid.errors import FervidError, UsageError
from fervid.store.claim import Claim
from fervid.store.faults import StoreError
from fervid.store.objects import delete, write_bytes
from fervid.store.several import delete_all, upload_all
from fervid.write.manifest import Manifest, build_manifest, differing
from fervid.write.place import Place
from fervid.write.remote.check import check_is_ours
from fervid.write.remote.result import CLAIM_NAME, RemoteResult

_logger = logging.getLogger(__name__)


def deliver(remote: RemoteResult, claim: Claim, replaces: str | None) -> Manifest:
    """Put the result that lies in the work folder where it was asked for, and empty the folder.

    Args:
        remote: Where to.
        claim: Of that place.
        replaces: The `run_id` of the result there that may be replaced; None if there is none.

    Returns:
        The result's manifest.

    Raises:
        UsageError: Another run took the place over, or another result or somebody else's objects
            lie there now. The result stays in the work folder.
        FervidError: The store does not take it. It stays in the work folder, and parts of it lie in
            the store, to no reader's harm: the manifest is missing.
    """
    place = remote.place
    manifest = _manifest(place)
    try:
        claim.check()
        if not _is_there(remote, manifest, replaces):
            _tell_what_goes_on(remote, replaces)
            _upload(remote, manifest, claim)
    except (FervidError, OSError) as error:
        if isinstance(error, UsageError) and not isinstance(error, StoreError):
            raise
        raise _not_uploaded(remote, error) from error
    clear(remote)
    forget_copy(place)
    return manifest


def clear(remote: RemoteResult) -> None:
    """Delete what a run left in the store beside its result: first what the rest depends on."""
    names = [name for name in remote.beside()[0] if name != CLAIM_NAME]
    first = [name for name in names if name == "manifest.json"]
    last = [name for name in names if "/" not in name and name not in first]
    delete(remote.partial.child(name) for name in first)
    parts = [name for name in names if "/" in name]
    delete_all([remote.partial.child(*name.split("/")) for name in parts])
    delete(remote.partial.child(name) for name in last)


def forget_copy(place: Place) -> None:
    """Delete the result in the work folder: the store has it, or a later one."""
    for path in (*place.results(), place.manifest):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _manifest(place: Place) -> Manifest:
    folder = place.out if place.kind == "folder" else place.out.parent
    run = json.loads(place.run.read_bytes())
    return build_manifest(folder, [*place.tables(), place.run], run)


def _is_there(remote: RemoteResult, manifest: Manifest, replaces: str | None) -> bool:
    """Whether the result was uploaded already, all of it; another one must not be there."""
    there = remote.manifest()
    if there is not None and there.run_id not in (replaces, manifest.run_id):
        raise UsageError(
            f"Since the run began another result has come to {remote.location.url}; what this one "
            f"finished lies in {remote.place.out.parent}.",
            "Move one of them away, then go on with --resume; or give another --out.",
        )
    return there == manifest


def _tell_what_goes_on(remote: RemoteResult, replaces: str | None) -> None:
    """Leave a run file beside the result: without it, half a result would be nobody's."""
    if remote.unfinished() is None:
        run = json.loads(remote.place.run.read_bytes())
        text = json.dumps({**run, "replaces": replaces})
        write_bytes(remote.partial.child("manifest.json"), text.encode())


def _upload(remote: RemoteResult, manifest: Manifest, claim: Claim) -> None:
    files = dict(_files(remote.place))
    count = counted(len(files), "file")
    _logger.info("Uploading %s to %s.", count, remote.location.parent.url)
    stale = sorted(_replaceable(remote) - files.keys())
    delete([remote.manifest_location])
    delete_all([remote.location.parent.child(*name.split("/")) for name in stale])
    upload_all((path, remote.at(path)) for path in files.values())
    sizes = {name: path.stat().st_size for name, path in files.items()}
    found = remote.present()
    if found != sizes:
        start = f"{remote.place.out.name}/" if remote.place.kind == "folder" else ""
        told = {name.removeprefix(start): size for name, size in found.items()}
        wrong = differing(manifest.files, told) or ["something came to it meanwhile"]
        raise FervidError(
            f"{remote.location.url} is not what was written there: {wrong[0]}.",
            "Does another program write there? Upload it again with --resume.",
        )
    claim.check()
    write_bytes(remote.manifest_location, manifest.text().encode())


def _replaceable(remote: RemoteResult) -> set[str]:
    """List what of the result before may be deleted: what has come since the run began may not."""
    present = remote.present()
    try:
        check_is_ours(remote, present)
    except UsageError as error:
        raise UsageError(
            f"{error.message} It came while the run went on; what that finished lies in "
            f"{remote.place.out.parent}.",
            "Move it away, then upload the result by the same command with --resume.",
        ) from error
    return set(present)


def _files(place: Place) -> Iterator[tuple[str, Path]]:
    """Yield the files of a result but for its manifest, with their names below the work folder."""
    for top in place.results():
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path != place.manifest:
                yield path.relative_to(place.out.parent).as_posix(), path


def _not_uploaded(remote: RemoteResult, error: FervidError | OSError) -> FervidError:
    said = error.message if isinstance(error, FervidError) else f"{error}."
    return FervidError(
        f"The result is complete, but could not be uploaded. {said}",
        f"It lies in {remote.place.out.parent}: upload it by fervid analyze --resume.",
    )
