"""A run over all of it: each file a row, with a reason and a remedy, or what it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import fervid
from tests.hostile.conftest import Corpus
from tests.hostile.corpus import bad, good
from tests.hostile.whole_run import Ran, Surroundings, analyze

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Analyzed:
    """What came of the corpus."""

    ran: Ran
    out: Path
    surroundings: Surroundings
    sources: pd.DataFrame
    rows: pd.DataFrame


@pytest.fixture(scope="module")
def analyzed(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Analyzed:
    folder, cases = corpus
    top = tmp_path_factory.mktemp("run")
    temporary = top / "temporary"
    temporary.mkdir()
    surroundings = Surroundings(temporary)
    out = top / "out" / "results.parquet"
    out.parent.mkdir()
    # What has no known ending is only read where it is named.
    named = [folder / case.name for case in cases if case.name.startswith("lists/")]
    options = ("--all-frames", "--smooth", ".1", "--report", "--thumbnails", "--no-charts")
    ran = analyze(surroundings, [folder, *named], out, *options)
    sources = fervid.read_results(out, table="sources").set_index("uri", drop=False)
    rows = fervid.read_results(out)
    uris = dict(zip(sources["source"], sources["uri"], strict=True))
    rows["uri"] = rows["source"].astype(str).map(uris)
    return Analyzed(ran, out, surroundings, sources, rows)


def test_the_run_ends_without_a_trace_of_its_insides(analyzed: Analyzed) -> None:
    assert analyzed.ran.exit_code == 3
    assert "Traceback" not in analyzed.ran.stderr
    assert analyzed.surroundings.left_behind() == []
    assert {path.name for path in analyzed.out.parent.iterdir()} == {
        "results.parquet",
        "results.sources.parquet",
        "results.run.json",
        "results.report.html",
    }


def test_each_hostile_file_has_a_row_with_a_reason_and_a_remedy(
    corpus: Corpus, analyzed: Analyzed
) -> None:
    wrong = {}
    for case in bad(corpus[1]):
        if case.name == "places/to-a-pipe.mp4":
            continue  # that pipe has a row of its own
        row = analyzed.sources.loc[(corpus[0] / case.name).as_uri()]
        says = [row["status"], row["error_type"], row["error"], row["remedy"]]
        if row["status"] != case.status or not re.search(case.error, str(row["error"])):
            wrong[case.name] = says
        if pd.isna(row["error_type"]) or not row["remedy"]:
            wrong[case.name] = says
    assert wrong == {}


def test_no_row_shows_what_a_hostile_file_names(corpus: Corpus, analyzed: Analyzed) -> None:
    without = {(corpus[0] / case.name).as_uri() for case in bad(corpus[1]) if not case.pictures}
    rows = analyzed.rows[analyzed.rows["uri"].isin(without)]
    assert set(rows["status"]) <= {"decode_failed"}


def test_each_unusual_file_is_done(corpus: Corpus, analyzed: Analyzed) -> None:
    times_s = analyzed.rows.groupby("uri")["time_s"].agg(tuple)
    wrong = {}
    for case in good(corpus[1]):
        uri = (corpus[0] / case.name).as_uri()
        row = analyzed.sources.loc[uri]
        said = (row["status"], row["frames_sampled"], (row["width"], row["height"]))
        if said != ("ok", case.frames, case.size):
            wrong[case.name] = (*said, row["error"])
        elif case.times_s is not None and times_s[uri] != pytest.approx(case.times_s):
            wrong[case.name] = times_s[uri]
    assert wrong == {}


def test_each_file_has_one_row(corpus: Corpus, analyzed: Analyzed) -> None:
    folder, cases = corpus
    beside = {
        *(f"{group}/witness.{ending}" for group in ("lists", "references")
          for ending in ("mp4", "png", "ts")),
        "places/b-loop.mov",
    }  # fmt: skip
    names = {case.name for case in cases} - {"places/to-a-pipe.mp4"} | beside
    assert set(analyzed.sources.index) == {(folder / name).as_uri() for name in names}
    assert analyzed.sources.index.is_unique
