"""List the files of a result: which rows lie where, and whether all of it is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fervid.errors import FervidError
from fervid.json_text import json_text

MANIFEST_NAME = "manifest.json"
"""In a folder of results."""

_PARSE = pacsv.ParseOptions(newlines_in_values=True)
_SOURCE = ["source"]


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a result.

    Args:
        name: Below the folder of the manifest, `/`-separated.
        bytes: Its size.
        rows: Of a table; None of anything else.
        first: The first source that it tells of, by the order of the bytes; None without rows.
        last: The last one.
        sha256: Of its content, in hex.
    """

    name: str
    bytes: int
    rows: int | None
    first: str | None
    last: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a result.

    Args:
        run_id: Of the run that made it.
        schema_version: Of its tables.
        fervid_version: The program's.
        files: Ordered by name; the manifest itself is not among them.
    """

    run_id: str
    schema_version: str
    fervid_version: str
    files: tuple[ListedFile, ...]

    @property
    def tables(self) -> tuple[ListedFile, ...]:
        """The files that hold rows: charts and pages beside them may be made anew at any time."""
        return tuple(each for each in self.files if each.rows is not None)

    def text(self) -> str:
        """Give the manifest as JSON, ASCII only."""
        return json_text(asdict(self)) + "\n"

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Manifest:
        """Read a manifest.

        Args:
            text: Its content.
            where: Its path or URL, for errors.

        Raises:
            FervidError: It is none of fervid's.
        """
        try:
            facts = json.loads(text)
            files = tuple(_listed(each) for each in facts["files"])
            return cls(*_made_by(facts), files)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise FervidError(
                f"{where} is no list of a result's files ({type(error).__name__}: {error}).",
                "Was it written by fervid, and copied completely?",
            ) from error


def build_manifest(folder: Path, files: Iterable[Path], run: Mapping[str, Any]) -> Manifest:
    """List files that lie complete on disk, each read once for its sha256.

    Args:
        folder: What the names are relative to.
        files: Below it; Parquet and CSV files are tables, whose rows are ordered by source.
        run: What the run file says, for `run_id`, `schema_version` and `fervid_version`.

    Raises:
        OSError: A file cannot be read.
        pyarrow.ArrowException: A table is none.
    """
    listed = (_look_at(path, path.relative_to(folder).as_posix()) for path in files)
    return Manifest(*_made_by(run), tuple(sorted(listed, key=lambda each: each.name)))


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a result on disk.

    Raises:
        FervidError: It cannot be read, or is none of fervid's.
    """
    try:
        return Manifest.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise FervidError(
            f"{path} cannot be read: {error.strerror or error}.", "Check its permissions."
        ) from error


def differing(files: Sequence[ListedFile], sizes: Mapping[str, int]) -> list[str]:
    """Compare sizes alone, which a listing of a folder or of a bucket tells.

    Args:
        files: Those that must be there.
        sizes: In bytes, of what is there, by name.

    Returns:
        A line for each file that is missing or has another size.
    """
    return [
        f"{each.name} is missing"
        if each.name not in sizes
        else f"{each.name} has {sizes[each.name]:,} bytes, not {each.bytes:,}"
        for each in files
        if sizes.get(each.name) != each.bytes
    ]


def damaged(files: Sequence[ListedFile], folder: Path) -> list[str]:
    """Read files on disk again and compare their sha256.

    Args:
        files: Those that must be there.
        folder: Of the manifest.

    Returns:
        A line for each file that is missing, has another content or cannot be read.
    """
    sizes = sizes_below(folder, files)
    wrong = differing(files, sizes)
    for each in files:
        if sizes.get(each.name) == each.bytes:
            try:
                if _sha256(folder / each.name) != each.sha256:
                    wrong.append(f"{each.name} has another content than was written")
            except OSError as error:
                wrong.append(f"{each.name} cannot be read: {error.strerror or error}")
    return wrong


def sizes_below(folder: Path, files: Sequence[ListedFile]) -> dict[str, int]:
    """Say how large those of the files are that lie in a folder, in bytes."""
    paths = {each.name: folder / each.name for each in files}
    return {name: path.stat().st_size for name, path in paths.items() if path.is_file()}


def _made_by(facts: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(facts["run_id"]), str(facts["schema_version"]), str(facts["fervid_version"])


def _listed(facts: Mapping[str, Any]) -> ListedFile:
    numbers = (facts["bytes"], 0 if facts["rows"] is None else facts["rows"])
    names = (facts["name"], facts["sha256"], facts["first"] or "", facts["last"] or "")
    if not all(isinstance(each, int) for each in numbers):
        raise TypeError("bytes and rows are no numbers")
    if not all(isinstance(each, str) for each in names):
        raise TypeError("name, first, last or sha256 is no text")
    return ListedFile(**{name: facts[name] for name in ListedFile.__slots__})


def _look_at(path: Path, name: str) -> ListedFile:
    rows, first, last = _extent(path)
    return ListedFile(name, path.stat().st_size, rows, first, last, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _extent(path: Path) -> tuple[int | None, str | None, str | None]:
    """Count the rows of a table, and name its first source and its last."""
    if path.suffix == ".parquet":
        return _extent_of_parquet(path)
    if path.name.endswith((".csv", ".csv.gz")):
        return _extent_of_csv(path)
    return None, None, None


def _extent_of_parquet(path: Path) -> tuple[int, str | None, str | None]:
    # The statistics would do, but names longer than 4,096 bytes have none.
    with pq.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        if not rows:
            return 0, None, None
        filled = [at for at in range(file.num_row_groups) if file.metadata.row_group(at).num_rows]
        ends = [file.read_row_group(at, _SOURCE)["source"] for at in (filled[0], filled[-1])]
        return rows, ends[0][0].as_py(), ends[1][-1].as_py()


def _extent_of_csv(path: Path) -> tuple[int, str | None, str | None]:
    convert = pacsv.ConvertOptions(
        include_columns=_SOURCE,
        column_types={"source": pa.string()},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    rows, first, last = 0, None, None
    with pacsv.open_csv(path, parse_options=_PARSE, convert_options=convert) as batches:
        for batch in batches:
            if batch.num_rows:
                rows += batch.num_rows
                first = batch["source"][0].as_py() if first is None else first
                last = batch["source"][-1].as_py()
    return rows, first, last
