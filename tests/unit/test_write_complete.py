"""A result that lacks sources of its run gets no name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fervid.errors import FervidError
from fervid.keywords import make_options
from fervid.results import read_results
from fervid.resume import begin
from fervid.write import open_output
from tests.observed import RUN, source
from tests.resumed import CHOSEN, run, video

NAMES = ["a.mp4", "b.mp4", "c.mp4"]


def test_a_part_that_is_lost_is_noticed_and_made_up_for(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    with open_output(out, overwrite=False) as output:
        begin(output, [source(name) for name in NAMES], CHOSEN, make_options(charts=False))
        for name in NAMES:
            output.write(video(name), RUN)
        shutil.rmtree(output.partial.part_folders()[1])
        with pytest.raises(FervidError, match=r"1 source that .*: b\.mp4\.") as told:
            output.finish(CHOSEN)
    assert "--resume" in told.value.remedy
    assert not out.exists()
    resumed = run(out, [item for name in NAMES for item in video(name)], NAMES)
    assert resumed.done == {"a.mp4", "c.mp4"}
    assert read_results(out, "sources")["source"].tolist() == NAMES
