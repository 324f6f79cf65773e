"""Make a result in a folder on this machine, and put it into a store when it is complete."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fervid.counted import counted
from fervid.errors import UsageError
from fervid.presets.files import cache_dir
from fervid.store.claim import Claim
from fervid.store.objects import abort_uploads
from fervid.write.manifest import Manifest
from fervid.write.output import Output
from fervid.write.place import present_run
from fervid.write.remote.check import check_remote
from fervid.write.remote.deliver import clear, deliver, forget_copy
from fervid.write.remote.earlier import bring, check_uploaded, not_uploaded
from fervid.write.remote.mirror import Mirror
from fervid.write.remote.result import CLAIM_NAME, RemoteResult


def check_url(url: str, *, overwrite: bool, is_read: bool = False) -> bool:
    """Check, before anything costly starts, that a result can be written to a store.

    Args:
        url: `--out`.
        overwrite: Whether an existing result may be replaced, or added to.
        is_read: Whether the new result is to have the rows of the one there.

    Returns:
        Whether there is a complete result.

    Raises:
        UsageError: The ending is unknown, a result exists, or something there is not fervid's; or
            one that is to be read was not uploaded.
        FervidError: The store does not tell.
    """
    remote = _remote(url)
    found = check_remote(remote, overwrite=overwrite)
    if is_read:
        check_uploaded(remote)
    return found is not None


@contextmanager
def open_remote(url: str, *, overwrite: bool, resume: bool, smoothed: bool) -> Iterator[Output]:
    """Open a result in a store.

    Args:
        url: `--out`.
        overwrite: Whether an existing result may be replaced.
        resume: Whether to go on with what is there.
        smoothed: Whether the rows are smoothed over time, too.

    Yields:
        The output, whose place is the work folder. When the context is left, what was finished is
        in the store, and the parts of what was not.

    Raises:
        UsageError: Another run writes there, or something there must not be replaced.
        FervidError: The store does not take it.
    """
    remote = _remote(url)
    folder = remote.place.out.parent
    output = Output(remote.place, overwrite=overwrite, resume=resume, smoothed=smoothed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output.cannot_write(error) from error
    if present_run(remote.place) is not None and not (overwrite or resume):
        raise not_uploaded(
            remote,
            "Upload it by fervid analyze --resume, start again with --overwrite, which deletes it, "
            "or give another --out.",
        )
    with (
        output,
        Claim(remote.partial.child(CLAIM_NAME), remote.location.url, _folder_id(folder)) as claim,
    ):
        found = _settle(remote, output, claim, overwrite=overwrite, resume=resume)
        replaces = output.claim.replaces = None if found is None else found.run_id
        try:
            with Mirror(remote, output, claim):
                yield output
        except BaseException:
            if output.is_finished:  # but for its charts or its report
                deliver(remote, claim, replaces)
            raise
        if remote.place.observations.exists():
            deliver(remote, claim, replaces)
    with suppress(OSError):  # another run began this moment
        (folder / "id").unlink()
        folder.rmdir()


def _settle(
    remote: RemoteResult, output: Output, claim: Claim, *, overwrite: bool, resume: bool
) -> Manifest | None:
    """Decide about what an earlier run left, and end what it began to upload."""
    # Again: until it was claimed, another run may have ended there.
    found = check_remote(remote, overwrite=overwrite or resume)
    names = [path.name for path in (*remote.place.results(), remote.place.partial)]
    abort_uploads(remote.location.parent, names)
    if resume:
        return bring(remote, output, claim, found)
    parts = remote.parts() if remote.unfinished() is not None else {}
    if parts and not overwrite:
        raise UsageError(
            f"{remote.partial.url} is what a run that did not end left behind: "
            f"{counted(len(parts), 'finished part')}.",
            "Go on with it by fervid analyze --resume, start again with --overwrite, which deletes "
            "it, or give another --out.",
        )
    clear(remote)
    forget_copy(remote.place)
    return found


def _remote(url: str) -> RemoteResult:
    """Name the work folder of a URL: the same one for every run of this user."""
    name = hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16]
    return RemoteResult.of(url, cache_dir() / "results" / name)


def _folder_id(folder: Path) -> str:
    """Tell this work folder from that of any other machine or user."""
    path = folder / "id"
    if not path.exists():
        path.write_text(uuid.uuid4().hex)
    return path.read_text()
