"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

import click

from fervid.options import USUAL_FACE, AnalyzeOptions, EngineName
from fervid.quantities import parse_moment, parse_rate, parse_size, parse_time

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULTS = AnalyzeOptions()


class Quantity(click.ParamType):  # type: ignore[type-arg]
    """What people write with a unit or as a fraction, and a file holds as a number, too.

    Args:
        check: Raises `UsageError` where a text is none.
    """

    name = "quantity"

    def __init__(self, check: Callable[[str], object]) -> None:
        self._check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Return the text."""
        self._check(str(value))
        return str(value)


class Moment(Quantity):
    """A date, a time or an age; a file holds the first two without quotes, too."""

    name = "moment"


RATE, TIME, SIZE = Quantity(parse_rate), Quantity(parse_time), Quantity(parse_size)
MOMENT = Moment(lambda text: parse_moment(text, datetime.now(UTC)))


def _stacked(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Make one decorator of several, which help lists in this order."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


frame_options = _stacked(
    click.option(
        "--fps",
        type=RATE,
        metavar="F",
        help="Frames per second of video.  [default: 5]",
    ),
    click.option("--every", type=int, metavar="N", help="Each Nth frame instead."),
    click.option("--all-frames", is_flag=True, help="Every frame instead."),
)
"""Which frames to look at."""


model_options = _stacked(
    click.option(
        "--min-face",
        type=float,
        metavar="PX",
        help="Smallest face: shorter side of its box.  "
        f"[default: {USUAL_FACE:g}, or half the picture's shorter side where that is less]",
    ),
    click.option("--min-score", type=float, metavar="P", help="Lowest detector score."),
    click.option("--max-faces", type=int, metavar="N", help="The N largest faces only."),
    click.option(
        "--detector",
        metavar="NAME",
        help=f"See fervid models; or a YuNet .onnx file.  [default: {DEFAULTS.detector}]",
    ),
    click.option(
        "--model",
        metavar="NAME",
        help=f"See fervid models; or an exported folder.  [default: {DEFAULTS.model}]",
    ),
    click.option(
        "--trust-model",
        is_flag=True,
        help="Load weights of your own: files that fervid does not know.",
    ),
)
"""What to find, with which models."""


machine_options = _stacked(
    click.option("--batch-size", type=int, metavar="N", help="Frames and faces per call."),
    click.option("--decode-threads", type=int, metavar="N", help="Threads that decode."),
    click.option(
        "--memory",
        type=SIZE,
        metavar="SIZE",
        help="Bound on decoded frames (800M, 2G).",
    ),
    click.option("--device", metavar="auto|cpu|gpu|gpu:N", help=f"[default: {DEFAULTS.device}]"),
    click.option(
        "--decode-device",
        metavar="cpu|gpu|gpu:N",
        help=f"gpu: NVIDIA's NVDEC.  [default: {DEFAULTS.decode_device}]",
    ),
)
"""What of the machine to use."""


interval_options = _stacked(
    click.option(
        "--since",
        type=MOMENT,
        metavar="T",
        help="Sources that changed then or later: 2026-11-22, 2026-11-22T02:00Z, 36h.",
    ),
    click.option("--until", type=MOMENT, metavar="T", help="Sources that changed before that."),
)
"""Which sources to look at, by when they last changed."""


cluster_options = _stacked(
    click.option(
        "--engine",
        type=click.Choice(get_args(EngineName)),
        help=f"This machine, or a Ray cluster.  [default: {DEFAULTS.engine}]",
    ),
    click.option(
        "--ray-address",
        metavar="ADDRESS",
        help="Of the cluster.  [default: $RAY_ADDRESS, or the one of this machine]",
    ),
    click.option(
        "--workers",
        type=int,
        metavar="N",
        help="At the same time.  [default: as many as there is room for]",
    ),
    click.option(
        "--worker-cpus",
        type=int,
        metavar="N",
        help="Processors of each.  [default: its machine's, at most 4]",
    ),
    click.option(
        "--worker-gpus",
        type=float,
        metavar="N",
        help="GPUs of each; .5 for two to share one.  [default: 1 if there are any]",
    ),
)
"""On which machines to run."""


limit_options = _stacked(
    click.option(
        "--isolate/--no-isolate",
        default=DEFAULTS.isolate,
        help="Decode in processes: a crash costs one source.  [default: on, on Linux]",
    ),
    click.option(
        "--stall-timeout",
        type=float,
        metavar="SECONDS",
        help=f"End a source whose decoder hangs that long.  [default: {DEFAULTS.limits.stall_s:g}]",
    ),
    click.option(
        "--decode-memory",
        type=SIZE,
        metavar="SIZE",
        help=f"Most memory of a decoder.  [default: {DEFAULTS.limits.decode_memory_bytes >> 30}G]",
    ),
    click.option(
        "--max-pixels",
        type=int,
        metavar="N",
        help=f"Most pixels of a picture.  [default: {DEFAULTS.limits.max_pixels:,}]",
    ),
    click.option(
        "--max-frames",
        type=int,
        metavar="N",
        help="Most frames of a source, sampled or not.  [default: any number]",
    ),
)
"""What one source may cost."""
