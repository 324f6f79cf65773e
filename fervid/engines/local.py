"""Run the pipeline over many sources on this machine."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fervid import pipeline, run_log
from fervid.decode_worker.kept_nursery import KeptNursery
from fervid.engines.engine import Job
from fervid.engines.media_total import MediaTotal
from fervid.engines.networks import BATCH_BYTES, Networks, load_networks, memory_of_frames
from fervid.reader_pool import DecodePlan, ReaderPool, plan_decoding
from fervid.runtime import Device, default_threads, resolve_device
from fervid.types import Observation, Progress, SourceEnd

if TYPE_CHECKING:
    from fervid.options import AnalyzeOptions
    from fervid.write import Output, RunIdentity

log = logging.getLogger("fervid")

FRAMES = 16
"""Frames searched for faces in one call on a CPU."""

GPU_FRAMES = 64

_PROGRESS_INTERVAL_S = 0.2


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen from the options and the machine; part of the run file.

    Args:
        device: Where the networks run, and what runs them.
        detectors: Batches searched for faces at the same time.
        network_threads: Of the classifier on a CPU.
        batch_size: Frames per call of the detector.
        face_batch_size: Faces per call of the classifier's network; on a GPU found by a trial.
        memory_bytes: Bound on decoded frames in flight.
        decoding: What decodes.
    """

    device: Device
    detectors: int
    network_threads: int
    batch_size: int
    face_batch_size: int
    memory_bytes: int
    decoding: DecodePlan


class LocalEngine:
    """Models loaded, ready to run over sources; to be closed.

    Args:
        job: What to analyse, and how.
        networks: Loaded before, for such a job; None to load them.
        kept: Where the process that starts decoders outlives the job; None to end it with the job.

    Raises:
        FervidError: The device is not there, or a model cannot be loaded.
    """

    def __init__(
        self, job: Job, networks: Networks | None = None, kept: KeptNursery | None = None
    ) -> None:
        sources, options = job.sources, job.options
        self._todo = [source for source in sources if source.id not in job.done]
        self._options = options
        device = networks.device if networks else resolve_device(options.device)
        memory_bytes = memory_of_frames(options)
        decoding = _decoding(job, memory_bytes)
        self._total = MediaTotal(self._todo)
        # Half for the queue, half for the batches: in work, waiting, and being filled.
        self._half = max(1, memory_bytes // 2)
        self._readers = ReaderPool(
            sources,
            options.sampling,
            decoding,
            self._half,
            options.limits,
            self._total.learn,
            job.done,
            job.stop,
            hashes=options.hash,
            stage_bytes=options.stage_disk_bytes,
            kept=kept,
        )
        # Processes that decode load their libraries while this one loads the models.
        self._readers.start()
        try:
            self._networks = networks or load_networks(job, device)
        except BaseException:
            self.close()
            raise
        self.settings = _settings(options, self._networks, memory_bytes, decoding)

    def close(self) -> None:
        """End all that decodes."""
        self._readers.close()

    def fill(
        self,
        output: Output,
        run: RunIdentity,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Analyse all sources, as `Engine.fill` says."""
        with closing(self.run(on_progress)) as stream:
            output.write(stream, run)

    def run(
        self, on_progress: Callable[[Progress], None] | None = None
    ) -> Generator[Observation | SourceEnd]:
        """Analyse all sources.

        Args:
            on_progress: Called a few times a second.

        Yields:
            Observations and end markers; closing the iterator stops the run.
        """
        batch_bytes = self._half // (self.settings.detectors + 2)
        if self.settings.device.runtime == "litert":
            batch_bytes = min(batch_bytes, BATCH_BYTES)
        analyzed = pipeline.analyze(
            self._readers.items(),
            self._networks.detectors,
            self._networks.classifier,
            batch_frames=self.settings.batch_size,
            batch_bytes=batch_bytes,
            min_quality=self._options.min_quality,
            tracking=self._options.track,
            smooth_s=self._options.smooth_s,
            smooth_labels=self._options.smooth_labels,
        )
        with closing(self), closing(analyzed):
            observed = _logged(analyzed, hashed=self._options.hash)
            if on_progress is None:
                yield from observed
            else:
                yield from _reported(observed, len(self._todo), self._total, on_progress)


def settings_of(job: Job, networks: Networks) -> Settings:
    """Return what `LocalEngine` would choose for a job."""
    memory_bytes = memory_of_frames(job.options)
    return _settings(job.options, networks, memory_bytes, _decoding(job, memory_bytes))


def _settings(
    options: AnalyzeOptions, networks: Networks, memory_bytes: int, decoding: DecodePlan
) -> Settings:
    frames = FRAMES if networks.device.runtime == "litert" else GPU_FRAMES
    return Settings(
        device=networks.device,
        detectors=len(networks.detectors),
        network_threads=default_threads(),
        batch_size=options.batch_size or frames,
        face_batch_size=networks.classifier.network_batch,
        memory_bytes=memory_bytes,
        decoding=decoding,
    )


def _decoding(job: Job, memory_bytes: int) -> DecodePlan:
    nvdec = _nvdec(job.options)
    return plan_decoding(
        job.sources,
        job.options.decode_threads,
        nvdec,
        isolated=job.options.isolate and nvdec is None,
        memory_bytes=memory_bytes,
    )


def _nvdec(options: AnalyzeOptions) -> int | None:
    """Return the number of the GPU that decodes; None for the CPU, without loading PyAV."""
    if options.decode_device == "cpu":
        return None
    from fervid.decode.nvdec import resolve_decode_device

    if options.isolate:
        log.warning("NVDEC decodes in this process: a decoder that crashes ends the run.")
    return resolve_decode_device(options.decode_device)


def _logged(
    stream: Iterator[Observation | SourceEnd], *, hashed: bool
) -> Iterator[Observation | SourceEnd]:
    """Pass a stream through and log the end of each source."""
    for item in stream:
        if isinstance(item, SourceEnd):
            run_log.source_ended(run_log.how_ended(item))
            if hashed and item.sha256 is None and _had_one(item.source.path):
                log.warning("No sha256 of %s: it changed meanwhile, or is gone.", item.source.id)
        yield item


def _had_one(path: Path) -> bool:
    """Tell what changed or went from a pipe, a device or a dead link: their rows say what is up."""
    return not os.path.lexists(path) or (os.path.isfile(path) and os.access(path, os.R_OK))


def _reported(
    stream: Iterator[Observation | SourceEnd],
    sources_total: int,
    total: MediaTotal,
    on_progress: Callable[[Progress], None],
) -> Iterator[Observation | SourceEnd]:
    """Pass a stream through and call `on_progress` now and then, and at the end."""
    sources_done = frames = faces = 0
    ended_s = reported_at = 0.0
    running_s: dict[str, float] = {}
    for item in stream:
        if isinstance(item, SourceEnd):
            sources_done += 1
            seconds = item.duration_s or running_s.get(item.source.id, 0.0)
            ended_s += seconds
            total.learn(item.source, seconds)
            running_s.pop(item.source.id, None)
        else:
            frames += item.face in (None, 0)
            faces += item.face is not None
            running_s[item.source_id] = item.time_s or 0.0
        yield item
        due = time.monotonic() - reported_at >= _PROGRESS_INTERVAL_S
        if due or sources_done == sources_total:
            done_s = ended_s + sum(running_s.values())
            total_s = max(done_s, total.seconds())
            on_progress(Progress(sources_done, sources_total, frames, faces, done_s, total_s))
            reported_at = time.monotonic()
