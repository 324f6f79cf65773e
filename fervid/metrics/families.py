"""Name the figures of a run; the names, units and labels are a promise to who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fervid.metrics.exposition import Family, Labels
from fervid.metrics.tally import STATUSES, Tally
from fervid.stages import Stage, StageTime

_NO_LABELS: Labels = {}

LAST_SUCCESS = "fervid_run_last_success_timestamp_seconds"


@dataclass(slots=True)
class State:
    """What is known of a run; None and nothing as long as it is not.

    Args:
        started_s: Seconds since 1970.
        updated_s: Likewise.
        ended_s: Likewise; None while it goes on.
        last_success_s: Likewise: the end of the last run that left a complete result.
        exit_code: Of the command.
        info: Facts that do not change, by name.
        found: Sources of the run.
        outside: Others, outside the interval asked for.
        resumed: Sources of the run that an earlier one had done.
        progress: Share of the run that is done.
        tally: What this run did.
        result: Sources of the whole result by status.
        stages: What this run's stages took, where its engine says so.
    """

    started_s: float
    updated_s: float = 0.0
    ended_s: float | None = None
    last_success_s: float | None = None
    exit_code: int | None = None
    info: Mapping[str, str] | None = None
    found: int | None = None
    outside: int | None = None
    resumed: int | None = None
    progress: float | None = None
    tally: Tally = field(default_factory=Tally)
    result: Mapping[str, int] | None = None
    stages: Mapping[Stage, StageTime] = field(default_factory=dict)


def families(state: State) -> Iterator[Family]:
    """Give all figures of a run."""
    yield from _of_run(state)
    tally = state.tally
    yield _counter(
        "fervid_sources_total",
        "Sources that this run analysed, by how they ended.",
        "status",
        {status: tally.sources[status] for status in STATUSES},
    )
    yield _counter(
        "fervid_source_failures_total",
        "Failed and partial sources of this run, by type of the error.",
        "error_type",
        dict(sorted(tally.failures.items())),
    )
    for name, about, value in (
        ("frames", "Sampled frames of sources that this run analysed.", tally.frames),
        ("frames_failed", "Of these, not decoded.", tally.frames_failed),
        ("faces", "Faces found in them.", tally.faces),
    ):
        yield Family(f"fervid_{name}_total", "counter", about, ((_NO_LABELS, value),))
    yield _counter(
        "fervid_stage_seconds_total",
        "Seconds in a stage, threads side by side added up, as far as the engine tells.",
        "stage",
        {name: stage.wall_s for name, stage in state.stages.items()},
    )
    yield _counter(
        "fervid_stage_cpu_seconds_total",
        "CPU seconds of a stage, without threads that libraries start, as far as the engine tells.",
        "stage",
        {name: stage.cpu_s for name, stage in state.stages.items()},
    )
    if state.result is not None:
        samples = tuple(({"status": each}, state.result.get(each, 0)) for each in STATUSES)
        about = "Sources of the whole result, by status."
        yield Family("fervid_result_sources", "gauge", about, samples)


def _of_run(state: State) -> Iterator[Family]:
    info = () if state.info is None else ((state.info, 1.0),)
    yield Family("fervid_run_info", "gauge", "What runs, or ran last.", info)
    is_over = state.ended_s is not None
    duration_s = (state.ended_s or state.updated_s) - state.started_s
    for name, about, value in (
        ("active", "Whether the run goes on; killed, it seems to.", not is_over),
        ("start_timestamp_seconds", "When the run began.", state.started_s),
        ("updated_timestamp_seconds", "When this was written.", state.updated_s),
        ("end_timestamp_seconds", "When the run ended.", state.ended_s),
        ("duration_seconds", "From its start to now or its end.", duration_s),
        ("exit_code", "How the run ended.", state.exit_code if is_over else None),
        ("progress_ratio", "Share of the run that is done.", state.progress),
        ("sources", "Sources of the run, done before or not.", state.found),
        ("sources_resumed", "Of these, done by an earlier run.", state.resumed),
        ("sources_outside", "Sources outside the interval asked for.", state.outside),
    ):
        yield _gauge(f"fervid_run_{name}", about, value)
    about = "When the last run ended that left a complete result (exit code 0 or 3)."
    yield _gauge(LAST_SUCCESS, about, state.last_success_s)


def _gauge(name: str, about: str, value: float | None) -> Family:
    return Family(name, "gauge", about, () if value is None else ((_NO_LABELS, value),))


def _counter(name: str, about: str, label: str, values: Mapping[str, float]) -> Family:
    samples = tuple(({label: each}, value) for each, value in values.items())
    return Family(name, "counter", about, samples)
