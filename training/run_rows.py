"""Read again the rows that a run was trained and validated on."""

from __future__ import annotations

from pathlib import Path

from fervid.errors import FervidError
from training.archive import read_splits
from training.checkpoint import run_facts
from training.provenance import fingerprint
from training.rows import Examples, choose

_REMEDY = "Give the data that the run had, in the checkout that trained it."


def read_run_rows(run_dir: Path, archive: Path, votes: Path) -> tuple[Examples, Examples]:
    """Read a run's rows, so that what is fitted on validation was not trained on.

    Of a run that was trained on validation, that is so of `training.held_out.held_out_run` alone.

    Training may have fewer rows by now, where more of its images were found to have a twin.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        archive: As `training.archive.read_splits` takes it.
        votes: Likewise.

    Returns:
        Training and validation examples.

    Raises:
        FervidError: The data cannot be read, or are not those of the run.
    """
    facts = run_facts(run_dir)
    rows = facts["run"]["config"]["rows"] if "run" in facts else {}  # the first trainer took all
    splits = read_splits(archive, votes)
    if "run" in facts and facts["run"]["data_sha256"] != fingerprint(splits):
        raise FervidError(
            f"{run_dir} was trained on other data than {archive} and {votes}.", _REMEDY
        )
    train = splits[0]
    chosen = train.first(rows.get("share", 1.0))
    examples, validation = choose(
        chosen,
        *splits[1:],
        seed=0,
        fold=rows.get("fold", 0),
        hold_out=rows.get("hold_out", True),
    )
    began, found = facts["validation_rows"], len(validation.labels)
    if began != found:
        raise FervidError(
            f"{run_dir} was validated on {began:,} rows, {archive} gives {found:,}: others, which "
            "it may have been trained on.",
            _REMEDY,
        )
    return examples, validation
