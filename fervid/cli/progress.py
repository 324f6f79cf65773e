"""A progress bar on stderr over seconds of media; none where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fervid.types import Progress


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar while a run goes on.

    Args:
        shown: False for no bar at all.

    Yields:
        What to call with each `Progress`, or None where nothing is shown.
    """
    if not (shown and sys.stderr and sys.stderr.isatty()):  # None where it is closed
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=1, unit="s", dynamic_ncols=True, bar_format=_FORMAT, leave=False) as bar:
        bar.set_postfix_str("loading models")

        def show(progress: Progress) -> None:
            if progress.total_media_s:
                bar.total, bar.n = round(progress.total_media_s, 1), round(progress.media_s, 1)
            else:  # photographs alone have no seconds
                bar.total, bar.n, bar.unit = progress.sources_total, progress.sources_done, "photos"
            elapsed = max(bar.format_dict["elapsed"], 1e-6)
            state = (
                f"sources {progress.sources_done}/{progress.sources_total}, "
                f"{progress.frames / elapsed:.1f} frames/s, faces {progress.faces}"
            )
            if progress.sources_done == progress.sources_total:
                state += ", writing and drawing"
            bar.set_postfix_str(state)

        yield show


_FORMAT = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} {unit} [{elapsed}<{remaining}{postfix}]"
