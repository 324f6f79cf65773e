"""Runs whose results go into a bucket, over made-up streams; as a program, runs to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from fervid import read_results
from fervid.keywords import make_options
from fervid.resume import Resumed, begin
from fervid.write import Place, RunIdentity, Written, open_output
from tests.observed import Item, source
from tests.resumed import CHOSEN, Stop, left, video
from tests.s3_faults import Answered, Fault
from tests.s3_server import Asked, Bucket, environment

LETTERS = "abc"

KEYS = {f"night/results.{end}" for end in ("parquet", "sources.parquet", "run.json")}
WHOLE = {*KEYS, "night/results.manifest.json"}
CLAIM = "night/results.parquet.partial/claim.json"
"""Keys of a result `night/results.parquet`: its files, with its manifest, and of a run's claim."""


def stream(names: str = LETTERS) -> list[Item]:
    return [item for name in names for item in video(f"{name}.mp4")]


def run(
    out: str | Path,
    names: str = LETTERS,
    *,
    number: int = 1,
    resume: bool = False,
    overwrite: bool = False,
    dies_after: str | None = None,
    report: bool = False,
) -> tuple[Resumed, Written | None]:
    """Analyse a video per letter, as `analyze` does, with a part for each.

    Args:
        number: Of the run, whose `run_id` tells it.
        dies_after: The letters that are committed before the run breaks off.
    """
    identity = RunIdentity(f"run-{number}", "residual-se", "mtcnn", "0.1.0")
    facts = {**CHOSEN, "run_id": identity.run_id}
    options = make_options(resume=resume, overwrite=overwrite, charts=False, report=report)
    sources = [source(f"{name}.mp4") for name in names]
    with open_output(out, overwrite=overwrite, resume=resume) as output:
        resumed = begin(output, sources, facts, options)
        if resumed.finished is not None:
            return resumed, output.unchanged(resumed.finished)
        output.note({**facts, **resumed.facts})
        for some in names if dies_after is None else dies_after:
            output.write(left(stream(some), resumed.done, dies=False), identity)
        if dies_after is not None:
            raise Stop
        drawn, paged = (_draw, _page) if report else (None, None)
        return resumed, output.finish({**facts, **resumed.facts}, drawn, paged)


def _draw(folder: Path, *_: object) -> int:
    (folder / "emotion-shares.png").write_bytes(b"a chart")
    return 0


def _page(place: Place) -> None:
    place.report.write_text("<title>x · fervid</title>")


@contextmanager
def on_machine(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Be on a machine with a cache of its own."""
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / name))
        yield tmp_path / name


class Nursery:
    """A process that has loaded everything and forks a run for each line that it is told.

    Such a run can be killed as a machine dies: nothing of it is cleaned up.
    """

    child: int | None = None

    def __enter__(self) -> Nursery:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stored"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:
            _of(process.stdin).close()
            process.wait(30)

    def start(self, bucket: Bucket, url: str, cache: Path) -> None:
        """Start run number 1, with a cache of its own."""
        told, said = _of(self._process.stdin), _of(self._process.stdout)
        variables = {**environment(bucket), "XDG_CACHE_HOME": str(cache)}
        told.write(json.dumps([url, variables]) + "\n")
        told.flush()
        self.child = int(said.readline())

    def ended(self) -> int:
        """Wait for it; return its exit status, or the negative number of the signal."""
        status = int(_of(self._process.stdout).readline())
        self.child = None
        return status


def _of(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def killing(nursery: Nursery) -> Fault:
    """Kill a run before its request is answered: the server did what was asked."""

    def fault(handler: object, answered: Answered) -> bool:  # noqa: ARG001 - a `Fault`
        while nursery.child is None:  # not yet told
            time.sleep(0.001)
        os.kill(nursery.child, signal.SIGKILL)
        return False

    return fault


def writes(asked: Sequence[Asked]) -> list[Asked]:
    return [each for each in asked if each.method in ("PUT", "POST", "DELETE")]


def kept(bucket: Bucket) -> set[str]:
    return set(bucket.keys())


def sources_of(url: str) -> list[str]:
    return sorted(set(read_results(url)["source"]))


def uploads_left(bucket: Bucket) -> list[str]:
    """Name what multipart uploads that nobody completed are of."""
    found = bucket.client.list_multipart_uploads(Bucket=bucket.name)
    return [each["Key"] for each in found.get("Uploads", ())]


def _main() -> None:
    import fsspec.core  # noqa: F401 - what a run loads, for all forks
    import s3fs  # noqa: F401

    from fervid.write import remote  # noqa: F401

    for line in sys.stdin:
        url, variables = json.loads(line)
        process = os.fork()
        if not process:
            os.environ |= variables
            status = 1
            try:
                run(url)
                status = 0
            finally:
                os._exit(status)
        print(process, flush=True)  # noqa: T201 - to the test
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    _main()
