"""Open where a run's result goes: memory, this machine, or a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fervid.store import is_url
from fervid.write.output import Output
from fervid.write.place import Place, check_output


def check_out(out: str, *, overwrite: bool, is_read: bool = False) -> bool:
    """Check, before anything costly starts, that a result can be written.

    Args:
        out: `--out`.
        overwrite: Whether an existing result may be replaced, or added to.
        is_read: Whether the new result is to have the rows of the one there.

    Returns:
        Whether there is a result that can be added to.

    Raises:
        UsageError: The ending is unknown, a result exists, or something there is not fervid's;
            or one in a store that is to be read waits here to be uploaded.
        FervidError: A store does not tell.
    """
    if is_url(out):
        from fervid.write.remote import check_url

        return check_url(out, overwrite=overwrite, is_read=is_read)
    return check_output(Path(out), overwrite=overwrite).observations.exists()


@contextmanager
def open_output(
    out: str | Path | None, *, overwrite: bool, resume: bool = False, smoothed: bool = False
) -> Iterator[Output]:
    """Open where a run's result goes.

    Args:
        out: A name that ends in .parquet, .csv or .csv.gz, or a folder's name without an ending,
            a path or a URL; None to get the result in memory alone.
        overwrite: Whether an existing result may be replaced.
        resume: Whether to go on with what is there.
        smoothed: Whether the rows are smoothed over time, too.

    Yields:
        The output, to `begin`, `write` and `finish`.

    Raises:
        UsageError: The ending is unknown, or something there must not be replaced.
        FervidError: Nothing can be written there.
    """
    if out is None:
        with TemporaryDirectory(prefix="fervid-") as folder:
            place = Place.of(Path(folder) / "results.parquet")
            with Output(place, overwrite=False, in_memory=True, smoothed=smoothed) as output:
                yield output
    elif is_url(str(out)):
        from fervid.write.remote import open_remote

        with open_remote(str(out), overwrite=overwrite, resume=resume, smoothed=smoothed) as output:
            yield output
    else:
        place = check_output(Path(out), overwrite=overwrite or resume)
        with Output(place, overwrite=overwrite, resume=resume, smoothed=smoothed) as output:
            yield output
