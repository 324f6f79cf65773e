"""Write a summary to files, each under a temporary name until it is complete."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from fervid.errors import FervidError, UsageError
from fervid.sources import MARKER_NAME
from fervid.summary.markdown import markdown
from fervid.summary.summarize import Summary
from fervid.write.tables import write_csv

_ENDINGS = (".xlsx", ".csv", ".parquet", ".md")


def save(summary: Summary, out: Path, *, overwrite: bool) -> list[Path]:
    """Write a summary; see `Summary.save`."""
    writers = _writers(summary, out)
    existing = [path for path in writers if path.exists()]
    if existing and not overwrite:
        raise UsageError(
            f"There is a summary already: {', '.join(map(str, existing))}.",
            "Replace it with --overwrite, or give another --out.",
        )
    try:
        folder = next(iter(writers)).parent
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{out.name}.", dir=folder) as growing:
            for path, write in writers.items():
                write(Path(growing) / path.name)
            for path in writers:
                os.replace(Path(growing) / path.name, path)
    except OSError as error:
        raise FervidError(
            f"Cannot write {out}: {error.strerror or error}.",
            "Free some space or fix the permissions, or give another --out.",
        ) from error
    return list(writers)


def check_out(out: Path) -> str:
    """Read the kind of a summary off its name.

    Args:
        out: `--out`.

    Returns:
        The ending; empty for a folder.

    Raises:
        UsageError: The ending is unknown, or a result of `fervid analyze` lies there.
    """
    ending = out.suffix.lower()
    if ending not in ("", *_ENDINGS) or not out.name or out.name.startswith("."):
        raise UsageError(
            f"Cannot tell from the name what kind of summary {out} is.",
            f"Give a name that ends in {', '.join(_ENDINGS)}, or a folder's name without an "
            "ending.",
        )
    is_result = out.exists() if ending in (".csv", ".parquet") else (out / MARKER_NAME).exists()
    if is_result or (ending and out.is_dir()):
        raise UsageError(
            f"{out} is there already, and no summary.", "Give another --out: summary.xlsx"
        )
    return ending


def _writers(summary: Summary, out: Path) -> dict[Path, Callable[[Path], None]]:
    """Say which files there will be, and how each is written."""
    ending = check_out(out)
    if ending == ".xlsx":
        from fervid.summary.workbook import write_workbook

        return {out: lambda path: write_workbook(summary, path)}
    if ending == ".md":
        text = markdown(summary)
        return {out: lambda path: _write_text(text, path)}
    if not ending:
        return {out / f"{name}.csv": _csv_writer(table) for name, table in summary.tables.items()}
    make = _csv_writer if ending == ".csv" else _parquet_writer
    return {
        out.with_name(f"{out.stem}.{name}{ending}"): make(table)
        for name, table in summary.tables.items()
    }


def _csv_writer(table: pa.Table) -> Callable[[Path], None]:
    return lambda path: write_csv(table.schema, path, [table])


def _parquet_writer(table: pa.Table) -> Callable[[Path], None]:
    return lambda path: pq.write_table(table, path, compression="zstd")


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
