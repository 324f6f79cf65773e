"""A night's batch from strangers: many good files, some hostile ones, and what is left of it all.

python -m tests.hostile.night --files 1000 --hostile .05
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import fervid
from tests.hostile.batch import Batch, make_batch
from tests.hostile.peak import Peak
from tests.hostile.whole_run import Ran, Surroundings, analyze

_RESULT = ("results.parquet", "results.sources.parquet", "results.run.json")

_MOST_S = 3600.0


def _change(changing: Sequence[Path], partial: Path, ended: threading.Event) -> None:
    """Once the run has begun: let the first grow until it ends, the second go, the third change."""
    while not partial.exists() and not ended.wait(0.05):
        pass
    grows, goes, is_replaced = changing
    goes.unlink()
    other = is_replaced.with_name("other.txt")
    other.write_bytes(is_replaced.read_bytes() + bytes(1000))
    other.replace(is_replaced)
    while not ended.wait(0.1):
        with grows.open("ab") as file:
            file.write(bytes(100))


def _run(batch: Batch, surroundings: Surroundings, out: Path, options: Sequence[str]) -> Ran:
    if not batch.changing:
        return analyze(surroundings, [batch.folder], out, *options, most_s=_MOST_S)
    ended = threading.Event()
    arguments = (batch.changing, out.with_name(f"{out.name}.partial"), ended)
    changes = threading.Thread(target=_change, args=arguments)
    changes.start()
    try:
        return analyze(surroundings, [batch.folder], out, *options, most_s=_MOST_S)
    finally:
        ended.set()
        changes.join()


def faults(batch: Batch, ran: Ran, out: Path) -> Iterator[str]:
    """Yield what is not as it should be."""
    if ran.exit_code != 3:
        yield f"exit {ran.exit_code}: {ran.stderr[-2000:]}"
        return
    if "Traceback" in ran.stderr:
        yield f"a stack trace: {ran.stderr[-2000:]}"
    sources = fervid.read_results(out, table="sources").set_index("uri")
    counted = len(batch.good) + len(batch.hostile)
    if len(sources) != counted:
        yield f"{len(sources)} rows of {counted} files"
    shown = fervid.read_results(out).groupby("source", observed=True)["frame"].nunique()
    for case in batch.good:
        row = sources.loc[(batch.folder / case.name).as_uri()]
        if (row["status"], row["frames_total"]) != ("ok", case.frames):
            yield f"{case.name}: {row['status']}, {row['frames_total']} frames: {row['error']}"
        if shown.get(row["source"], 0) != row["frames_sampled"]:
            yield f"{case.name}: rows of {shown.get(row['source'], 0)} frames"
    for case in batch.hostile:
        row = sources.loc[(batch.folder / case.name).as_uri()]
        if row["status"] != case.status or not re.search(case.error, str(row["error"])):
            yield f"{case.name}: {row['status']}: {row['error']}"
        if not (isinstance(row["error_type"], str) and row["remedy"]):
            yield f"{case.name}: no reason or no remedy"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a batch, run it, say what was wrong and what it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.night", description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--hostile", type=float, default=0.05, help="share of hostile files")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("options", nargs="*", help="of fervid analyze, behind --")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fervid-night-") as folder:
        top = Path(folder)
        (top / "temporary").mkdir()
        batch = make_batch(top, chosen.files, chosen.hostile, chosen.seed)
        surroundings = Surroundings(top / "temporary")
        out = top / "out" / "results.parquet"
        out.parent.mkdir()
        options = ["--stall-timeout", "30", "--no-charts", *chosen.options]
        began_at = time.monotonic()
        with Peak(surroundings) as peak:
            ran = _run(batch, surroundings, out, options)
        seconds = time.monotonic() - began_at
        found = [*faults(batch, ran, out), *surroundings.left_behind()]
        found += [
            str(path) for path in out.parent.iterdir() if not path.name.startswith("results.")
        ]
    figures = {
        "good": len(batch.good),
        "hostile": len(batch.hostile),
        "exit": ran.exit_code,
        "seconds": round(seconds, 1),
        "peak_mb": round(peak.nbytes / 1e6),
        "most_processes": peak.processes,
        "most_threads": peak.threads,
        "faults": found,
        "said": ran.stdout.splitlines()[:1],
    }
    print(json.dumps(figures, indent=2))  # noqa: T201 (what it is for)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
