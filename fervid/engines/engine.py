"""What an engine is: something that analyses sources and commits their rows as parts."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fervid.errors import FervidError
from fervid.presets import ClassifierPreset, Preset
from fervid.types import Progress, Source

if TYPE_CHECKING:
    from fervid.options import AnalyzeOptions
    from fervid.write import Output, RunIdentity


@dataclass(frozen=True, slots=True)
class Job:
    """What an engine is to do.

    Args:
        sources: All of the run.
        done: Those of them, by id, that were analysed before.
        options: How to analyse the others.
        detector: What finds the faces.
        classifier: What tells their expressions.
        stop: Once set, a run ends by KeyboardInterrupt soon; what has ended is committed.
    """

    sources: Sequence[Source]
    options: AnalyzeOptions
    detector: Preset
    classifier: ClassifierPreset
    done: frozenset[str] = frozenset()
    stop: threading.Event | None = None


class Engine(Protocol):
    """Models loaded, ready to run a job; to be closed."""

    @property
    def settings(self) -> Any:
        """What was chosen from the options and the machines; part of the run file."""

    def fill(
        self,
        output: Output,
        run: RunIdentity,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Analyse what is left to do and commit it to the parts of an output.

        Args:
            output: Begun; its manifest is written.
            run: What the sources table says of the run.
            on_progress: Called a few times a second from this thread.

        Raises:
            FervidError: What is nobody's source: the disk, a device, a model.
            KeyboardInterrupt: The job was stopped.
        """

    def close(self) -> None:
        """End all that works."""


def load_engine(job: Job) -> Engine:
    """Load the engine that the options name.

    Raises:
        FervidError: It is not installed, a device is not there, or a model cannot be loaded.
    """
    if job.options.engine == "ray":
        if importlib.util.find_spec("ray") is None:
            raise FervidError("Ray is not installed.", "pip install 'fervid[ray]' brings it.")
        from fervid.engines.ray import RayEngine

        return RayEngine(job)
    from fervid.engines.local import LocalEngine

    return LocalEngine(job)
