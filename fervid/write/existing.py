"""Find the result that somebody names, and say what is wrong where there is none."""

from __future__ import annotations

from pathlib import Path

from fervid.errors import FervidError, UsageError
from fervid.write.manifest import read_manifest
from fervid.write.place import GO_ON, Place

_MOST_NAMES = 3
_GIVE_OUT = "Give the path that was given to fervid analyze as --out."


def existing_place(path: Path) -> Place:
    """Name the files of a result that is there; a folder may have been given any name since.

    Args:
        path: What `--out` was, or where it was moved to.

    Raises:
        UsageError: Nothing of that name can be a result.
        FervidError: The system refuses to say whether it is there.
    """
    folder = Place(path.resolve() if path.name in ("", "..") else path, "folder")
    try:
        if folder.observations.exists() or folder.sources.exists():
            return folder
        return Place.of(folder.out)
    except OSError as error:
        raise FervidError(
            f"{path} cannot be looked at: {error.strerror or error}.",
            "Check the spelling and the permissions.",
        ) from error
    except UsageError as error:
        whole = _whole(path)
        if whole is not None:
            raise _part_of(whole, path) from error
        raise UsageError(
            f"{path} is no result of fervid: that is a .parquet, .csv or .csv.gz file, or a "
            "folder.",
            _others(path) or _GIVE_OUT,
        ) from error


def absent(place: Place, file: Path) -> UsageError:
    """Say why a table of a result cannot be read, and what to do.

    Args:
        place: The result that was asked for.
        file: Its table, which is not there.
    """
    whole = _whole(place.out)
    if whole is not None:
        return _part_of(whole, place.out)
    if file == place.sources and place.observations.exists():
        return UsageError(
            f"There is no {file}, which fervid writes beside {place.observations}.",
            "It says of each source how it went and how long it is; summarize, report, annotate "
            f"and convert need it: copy it, too. {place.observations.name} alone can be read by "
            "pandas, R or fervid.read_results.",
        )
    if file == place.observations and place.sources.exists():
        return UsageError(f"There is no {file}, to which {place.sources} belongs.", "Copy it, too.")
    if place.partial.exists():
        return UsageError(
            f"There is no {file}.",
            f"{place.partial} is a run that is under way or did not end: when it is not under way, "
            f"{GO_ON}.",
        )
    if place.out.is_dir():
        return UsageError(
            f"There is no result of fervid in {place.out}.", _others(place.out) or _GIVE_OUT
        )
    return UsageError(f"There is no {place.out}.", _others(place.out.parent) or _GIVE_OUT)


def check_parts(place: Place) -> None:
    """Refuse a folder that lacks a part: the rows of the others would pass for all of them.

    Args:
        place: Of a result; one that an older fervid wrote has no list of its files.

    Raises:
        FervidError: Not all files that its manifest lists are there.
    """
    if place.kind != "folder" or not place.manifest.exists():
        return
    there = {path.relative_to(place.out).as_posix() for path in place.tables()}
    missing = [each.name for each in read_manifest(place.manifest).tables if each.name not in there]
    if missing:
        raise FervidError(
            f"{place.out} is not complete: it lacks {', '.join(missing[:_MOST_NAMES])}"
            f"{' ...' * (len(missing) > _MOST_NAMES)}.",
            "Copy it again from where it was made.",
        )


def _whole(path: Path) -> Place | None:
    """Find the result that a table of sources, a run file or a part belongs to."""
    for parent in path.parents[:2]:
        folder = Place(parent, "folder")
        if folder.observations.exists() and folder.sources.exists():
            return folder
    for other in _results(path.parent):
        if path in other.results() and path != other.out:
            return other
    return None


def _part_of(whole: Place, path: Path) -> UsageError:
    return UsageError(f"{path} belongs to the result {whole.out}.", f"Give {whole.out}.")


def _others(folder: Path) -> str:
    """Name the results in a folder, if there are any."""
    names = [place.out.name for place in _results(folder)]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"Results in that folder: {', '.join(names[:_MOST_NAMES])}{more}." if names else ""


def _results(folder: Path) -> list[Place]:
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            place = Place.of(path)
        except UsageError:
            continue
        if place.observations.exists() and place.sources.exists():
            found.append(place)
    return found
