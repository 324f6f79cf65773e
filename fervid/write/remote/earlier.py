"""Bring what an earlier run did to this machine, as far as it is not here and still counts.

The store decides what counts. What lies in the work folder is taken for a copy of that, or for what
came after it, by the `run_id`s of both; else it goes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fervid.counted import counted
from fervid.errors import FervidError, UsageError
from fervid.store.claim import Claim
from fervid.store.several import download_all
from fervid.write.manifest import Manifest, damaged
from fervid.write.merge import sources_of
from fervid.write.output import Output
from fervid.write.partial import mark
from fervid.write.place import present_run
from fervid.write.remote.deliver import clear, deliver, forget_copy
from fervid.write.remote.result import RemoteResult

_logger = logging.getLogger(__name__)


def bring(
    remote: RemoteResult, output: Output, claim: Claim, found: Manifest | None
) -> Manifest | None:
    """Bring the parts of a run that did not end, or a finished result, for a run that resumes.

    Args:
        remote: Where they lie, claimed.
        output: Its place is the work folder.
        claim: Of the store's place.
        found: The manifest of the result there, if there is one.

    Returns:
        The manifest of the result there now: one that waited here to be uploaded is.

    Raises:
        UsageError: There is something there that cannot be resumed.
        FervidError: The store does not give it, or it cannot be written here.
    """
    left = _unfinished(remote, found)
    if left is not None and found is not None and left.get("replaces") != found.run_id:
        raise UsageError(
            "Since the run that did not end began, another result has come to "
            f"{remote.location.url}.",
            "Replace both with --overwrite, or give another --out.",
        )
    waiting = present_run(output.place)
    if waiting is not None and _is_to_be_uploaded(waiting, left, found):
        _logger.info("The run before ended, but its result was not uploaded; done now.")
        found = deliver(remote, claim, None if found is None else found.run_id)
        left = None
    if found is None and left is None and remote.present():
        raise UsageError(
            f"What lies at {remote.location.url} is no complete result: it has no manifest.",
            "Replace it with --overwrite, or give another --out.",
        )
    try:
        _bring_parts(remote, output, left, None if found is None else found.run_id)
        if found is not None:
            _bring_result(remote, output, found)
        else:
            _check_is_all(remote, output, left or {})
            forget_copy(output.place)
    except OSError as error:
        raise output.cannot_write(error) from error
    return found


def check_uploaded(remote: RemoteResult) -> None:
    """Refuse to begin anew where a result waits here that is to go on in the new one.

    Args:
        remote: Where the result would have been uploaded to.

    Raises:
        UsageError: There is one that came after all that the store has.
        FervidError: The store does not tell.
    """
    waiting = present_run(remote.place)
    if waiting is not None and _is_to_be_uploaded(waiting, remote.unfinished(), remote.manifest()):
        raise not_uploaded(remote, "Upload it by fervid analyze --resume, then try again.")


def not_uploaded(remote: RemoteResult, remedy: str) -> UsageError:
    """Say that a complete result waits in the work folder.

    Args:
        remote: Where it belongs.
        remedy: What to do.
    """
    return UsageError(
        f"The result for {remote.location.url} is complete, but was not uploaded: it lies in "
        f"{remote.place.out.parent}.",
        remedy,
    )


def _unfinished(remote: RemoteResult, found: Manifest | None) -> Mapping[str, Any] | None:
    """Read the run file of a run that did not end; one that ended may have left its behind."""
    left = remote.unfinished()
    if left is None or (found is not None and left.get("run_id") == found.run_id):
        clear(remote)
        return None
    return left


def _is_to_be_uploaded(
    waiting: str, left: Mapping[str, Any] | None, found: Manifest | None
) -> bool:
    """Whether a complete result in the work folder came after all that the store has."""
    if found is not None and found.run_id == waiting:
        return False
    if left is not None:
        return left.get("run_id") == waiting
    return found is None and bool(waiting)


def _bring_parts(
    remote: RemoteResult, output: Output, left: Mapping[str, Any] | None, replaced: str | None
) -> None:
    """Keep the parts that lie here, or bring those that lie there."""
    here = _read(output.partial.manifest)
    runs = {here.get("run_id"), *(each.get("run_id") for each in here.get("earlier_runs", ()))}
    if left is None:
        is_same = bool(here) and here.get("replaces") == replaced
    else:
        is_same = left.get("run_id") in runs
    if not is_same:
        if output.partial.part_folders():
            _logger.warning("The parts in %s are out of date.", output.partial.path)
        output.partial.empty()
        output.partial.prepare()
    if left is None or (is_same and here.get("run_id") != left.get("run_id")):
        return
    _download_parts(remote, output)
    output.partial.manifest.write_text(json.dumps(left))


def _download_parts(remote: RemoteResult, output: Output) -> None:
    have = {part.name for part in output.partial.part_folders()}
    lacking = {part: files for part, files in remote.parts().items() if part not in have}
    names = [f"{part}/{name}" for part, files in lacking.items() for name in files]
    _logger.info("Fetching %s of the run before.", counted(len(lacking), "part"))
    there, here = remote.partial.child("parts"), output.partial.growing
    download_all((there.child(*name.split("/")), here / name) for name in names)
    for part in sorted({name.partition("/")[0] for name in names}):
        (here / part).rename(output.partial.parts / part)


def _check_is_all(remote: RemoteResult, output: Output, left: Mapping[str, Any]) -> None:
    """Refuse to go on without the rows of a result that was being replaced by itself and more."""
    before = [each.get("run_id") for each in left.get("earlier_runs", ())]
    if left.get("replaces") not in before:  # nothing was kept of what it replaces, if anything
        return
    runs = set(before[: before.index(left["replaces"]) + 1])
    for part in output.partial.part_folders():
        if runs.issuperset(sources_of(part)["run_id"].to_pylist()):
            return
    raise UsageError(
        f"The result at {remote.location.url} was being replaced, and the run that did so did not "
        "end; what it kept of that result is not in the store.",
        "Go on with --resume on the machine of that run, whose work folder may have it; or begin "
        "anew with --overwrite.",
    )


def _bring_result(remote: RemoteResult, output: Output, found: Manifest) -> None:
    """Bring a finished result, unless it lies here already."""
    place = output.place
    folder = place.out if place.kind == "folder" else place.out.parent
    if present_run(place) == found.run_id and not damaged(found.files, folder):
        return
    forget_copy(place)
    names = remote.present()
    _logger.info("Fetching the result that is there: %s.", counted(len(names), "file"))
    above = remote.location.parent
    download_all((above.child(*name.split("/")), place.out.parent / name) for name in names)
    if place.charts.is_dir():
        mark(place.charts)
    if place.kind == "folder":
        mark(place.out)
        place.manifest.write_text(found.text())
    wrong = damaged(found.files, folder)
    if wrong:
        raise FervidError(
            f"{remote.location.url} is no complete result: {wrong[0]}.",
            "Replace it with --overwrite, or give another --out.",
        )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
