"""`leaks`: photographs that stand in the data more than once, counted and listed."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "leaks",
    short_help="Photographs that stand in the data twice.",
    epilog=(
        "Example: python -m training leaks --archive fer2013.zip --votes ferplus_votes.csv "
        "--out leaks.csv"
    ),
)
@data_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV for the pairs, one a row; an earlier one is replaced.",
)
def command(archive: Path, votes: Path, out: Path | None) -> None:
    """Count exact, near and mirrored duplicates within the splits and across.

    Near: 16x16 thumbnails correlate by .95 or more; or by .85, and the details by .55 at a shift of
    up to four pixels. Mirrored: so when one of the two is mirrored. See training/twins.py for how
    these were chosen.
    """
    from training import leaks
    from training.archive import read_labelled, read_votes, with_votes
    from training.rows import choose
    from training.writable import check_writable

    if out is not None:
        check_writable(out.parent)
    known = read_votes(votes)
    splits = read_labelled(archive)
    train, test = (with_votes(splits[name], name, known) for name in ("train", "test"))
    pairs = leaks.audit(splits)
    others = [split for name, split in splits.items() if name not in ("train", "test")]
    training, _ = choose(train, test, *others, seed=0)
    counts = leaks.count_pairs(pairs, splits).astype(object).fillna("")
    click.echo(counts.to_string(index=False))
    used = leaks.used_twins(pairs, train, training)
    facts = leaks.headlines(pairs, splits) | {
        "pairs across train and another split whose image in train is trained on": len(used)
    }
    for sentence, count in facts.items():
        click.echo(f"{sentence}: {count:,}")
    if out is not None:
        leaks.write_pairs(pairs, out)
        click.echo(f"wrote {len(pairs):,} pairs to {out}", err=True)
