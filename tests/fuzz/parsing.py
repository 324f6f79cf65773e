"""Have the parsers read damaged files, within bounds, and see that they refuse them with words."""

from __future__ import annotations

import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fervid.errors import FervidError
from fervid.types import Failure
from tests.fuzz.mutations import mutant
from tests.fuzz.parsers import PARSERS
from tests.fuzz.reading import Case, Outcome

MOST_CPU_S = 10.0
"""For a file of some kilobytes. Processor time: other programs take none of it."""

MOST_BYTES = 1 << 30
"""More than before."""

_LONGEST_TEXT = 4000


class TooLongError(Exception):
    """It took too much of the processor's time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a call of a parser came to.

    Args:
        value: What it returned; None where it was refused, or broke.
        failure: With which words it was refused.
        broken: The claims that do not hold.
    """

    value: object = None
    failure: Failure | None = None
    broken: tuple[str, ...] = ()


def judged(call: Callable[[], object]) -> Judged:
    """Call a parser: it must return, or refuse with words, within bounds."""
    try:
        with bounded():
            return Judged(call())
    except FervidError as error:
        failure = Failure(type(error).__name__, error.message, error.remedy)
        return Judged(failure=failure, broken=tuple(unclear(failure)))
    except Exception as error:  # noqa: BLE001 (any is a finding)
        return Judged(broken=(f"{type(error).__name__}: {str(error)[:300]}",))


def parse_mutant(seeds: Mapping[str, bytes], case: Case, folder: Path) -> Outcome:
    """Have a parser read a damaged file.

    Args:
        seeds: Sound files, by parser.
        case: Which.
        folder: Empty; it is empty again afterwards.
    """
    name, number = case
    path = folder / "damaged"
    path.write_bytes(mutant(seeds, name, number))
    began_at = time.process_time()
    came = judged(lambda: PARSERS[name].read(path))
    seconds = time.process_time() - began_at
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    return Outcome(case, "refused" if came.failure else "read", came.failure, seconds, came.broken)


def unclear(failure: Failure) -> Iterator[str]:
    """Say what is wrong with the words of a refusal."""
    for name in ("error", "remedy"):
        text = getattr(failure, name)
        if not (isinstance(text, str) and text.strip()):
            yield f"{name} {text!r}"
        elif len(text) > _LONGEST_TEXT:
            yield f"a {name} of {len(text)} characters: {text[:100]!r}"


@contextmanager
def bounded(cpu_s: float = MOST_CPU_S, more_bytes: int = MOST_BYTES) -> Iterator[None]:
    """Bound what is done within; in the main thread only.

    Args:
        cpu_s: Of this process.
        more_bytes: Of memory, above what it has.

    Raises:
        TooLongError: It took more time.
        MemoryError: It took more memory.
    """

    def stop(_: int, __: FrameType | None) -> None:
        raise TooLongError(f"more than {cpu_s:g} s")

    handler = signal.signal(signal.SIGVTALRM, stop)
    _, hard = limits = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + more_bytes, hard))
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_DATA, limits)
        signal.signal(signal.SIGVTALRM, handler)


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) << 10
    raise RuntimeError("The system does not say how much memory this process has.")
