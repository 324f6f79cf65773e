"""What must hold at every moment: a file with a final name is readable and complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from PIL import Image

from fervid import read_results
from fervid.errors import FervidError
from fervid.write import Place
from tests.same_rows import differences

CHARTS = "*.png"


def broken(out: Path, may_be: Sequence[Path], *, had_result: bool = False) -> list[str]:
    """Say what is wrong with what lies under the final names of a result, and with its parts.

    Args:
        out: `--out`.
        may_be: Results; once there are observations they must be those of one of them. None where
            sources were lost on the way.
        had_result: Whether one of them was there before, so that one must be whole ever after.
    """
    place = Place.of(out)
    said = [*_unreadable(place), *_bad_parts(place)]
    if said:
        return said
    if place.observations.exists():
        found = [differences(out, each) for each in may_be]
        return [f"{out.name} is none of the results: {found}"] if found and all(found) else []
    if had_result and not _stands_aside(place, may_be):
        return [f"neither the result before nor the new one is whole: {_listed(place)}"]
    return []


def is_begun(place: Place, older: Path) -> bool:
    """Whether a run that was to replace an older result has something to be resumed."""
    waits = (place.partial / "ready.json").exists() or any(place.partial.glob("parts/part-*"))
    if waits or not place.observations.exists():
        return waits
    return bool(differences(place.out, older))


def leftovers(out: Path, temporary: Path) -> list[str]:
    """Say what lies about after a success that is no result."""
    expected = {path.name for path in Place.of(out).results()}
    found = {path.name for path in out.parent.iterdir()} - expected
    return [*sorted(found), *sorted(str(path) for path in temporary.iterdir())]


def _unreadable(place: Place) -> Iterator[str]:
    for path in place.results():
        if not path.exists():
            continue
        try:
            _read(place, path)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is what is looked for)
            yield f"{path.name}: {type(error).__name__}: {error}"
    if place.kind == "folder" and place.out.exists() and not place.observations.exists():
        yield f"{place.out.name} has no observations"
    if place.observations.exists():
        missing = [path for path in (place.sources, place.run) if not path.exists()]
        yield from (f"{path.name} is missing beside the observations" for path in missing)


def _read(place: Place, path: Path) -> None:
    """Read a file, or the folder of a result or of charts, in full."""
    if path == place.charts:
        for chart in path.glob(CHARTS):
            with Image.open(chart) as image:
                image.load()
    elif path == place.run:
        json.loads(path.read_text())
    elif path == place.report:
        if not path.read_text().rstrip().endswith("</html>"):
            raise FervidError("The page has no end.", "")
    elif path == place.sources:
        _read_alone(path)
    else:
        read_results(place.out)
        if place.kind == "folder":
            for each in (place.charts, place.report, place.run, place.sources):
                if each.exists():
                    _read(place, each)


def _read_alone(path: Path) -> None:
    """Read a table beside which the observations may not have got their name."""
    if path.suffix == ".parquet":
        pq.read_table(path)
    else:
        pacsv.read_csv(path, parse_options=pacsv.ParseOptions(newlines_in_values=True))


def _bad_parts(place: Place) -> Iterator[str]:
    if (place.partial / "ready.json").exists():
        return  # the result is whole: they are of no use any more, and being deleted
    for part in sorted((place.partial / "parts").glob("part-*")):
        try:
            pq.read_table(part / "sources.parquet")
            for path in part.glob("observations-*.parquet"):
                pq.ParquetFile(path).read()
        except Exception as error:  # noqa: BLE001 (likewise)
            yield f"{part.name} in the partial folder: {type(error).__name__}: {error}"


def _stands_aside(place: Place, may_be: Sequence[Path]) -> bool:
    """Whether one of the results is whole, though its files are on their way."""
    for name in ("replaced", "final"):
        with TemporaryDirectory() as folder:
            gathered = place.in_folder(Path(folder))
            for path, target in zip(place.results(), gathered.results(), strict=True):
                waiting = place.partial / name / path.name
                _copy(waiting if waiting.exists() else path, target)
            whole = gathered.observations.exists() and not [*_unreadable(gathered)]
            if whole and not all(differences(gathered.out, each) for each in may_be):
                return True
    return False


def _copy(path: Path, target: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, target)
    elif path.exists():
        shutil.copy(path, target)


def _listed(place: Place) -> str:
    found = [*place.out.parent.glob(f"{place.out.name}*"), *place.partial.rglob("*")]
    return ", ".join(str(path.relative_to(place.out.parent)) for path in sorted(found))
