"""What lies there when a run begins that is to be broken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """What lies there when the run begins.

    Args:
        out: Name of the result.
        start: `nothing`; an `older` result to be overwritten; a run that was `cut off`, to be
            resumed, or, if `given up`, to be overwritten; a `finished` result, some of whose
            sources failed and to which one has come.
        options: Of every run.
    """

    out: str
    start: str
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return "-".join((self.start, self.out, *self.options)).replace(" ", "-")


SCENES = (
    *(Scene(f"results{ending}", "nothing") for ending in (".parquet", ".csv.gz", "")),
    Scene("results.parquet", "older", ("--report",)),
    Scene("results", "older"),
    Scene("results.csv", "cut off", ("--no-charts",)),
    Scene("results.parquet", "given up", ("--no-charts",)),
    Scene("results.parquet", "finished"),
    Scene("results", "finished", ("--report", "--no-charts")),
)
