"""Reports from the command line, with real media behind them."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import fervid
from fervid.errors import UsageError
from tests.e2e.conftest import Fervid


@pytest.fixture
def result(demo_folder: Path, tmp_path: Path) -> Path:
    """A result, and the sources that it is of in a folder of their own."""
    shutil.copytree(demo_folder, tmp_path / "videos")
    out = tmp_path / "results.parquet"
    fervid.analyze([tmp_path / "videos"], out, charts=False)
    return out


def faces_on(page: Path) -> dict[str, dict[str, str]]:
    text = page.read_text()
    return json.loads(text.partition('id="thumbnails">')[2].partition("</script>")[0])


def test_the_example_of_the_help_page_runs(run_fervid: Fervid, result: Path) -> None:
    example = run_fervid("report", "--help").stdout.split("Example: fervid ")[1].split("\n")[0]
    done = run_fervid(*example.split())
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Report: report\.html \(\d\.\d MB\)\n", done.stdout)
    assert result.with_name("report.html").is_file()


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, fervid.cli; sys.argv = ['fervid', 'report', '--help']\n"
        "try: fervid.cli.main()\n"
        "finally: print([name for name in ('numpy', 'pyarrow', 'plotly', 'jinja2')"
        " if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_a_page_that_is_there_is_exit_code_2(run_fervid: Fervid, result: Path) -> None:
    assert run_fervid("report", result).returncode == 0
    done = run_fervid("report", result)
    assert done.returncode == 2
    assert "--overwrite" in done.stderr
    assert run_fervid("report", result, "--overwrite").returncode == 0
    assert run_fervid("report", result.with_name("nowhere.csv")).returncode == 2


def test_a_run_leaves_its_report_beside_its_result(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    run = ("analyze", demo_folder / "astronaut.mp4", "--fps", "1", "--no-charts", "--report")
    for out, page in (("r.csv", "r.report.html"), ("f", "f/report.html")):
        done = run_fervid(*run, "-o", out)
        assert done.returncode == 0, done.stderr
        assert f"Report:       {page}" in done.stdout
        text = (tmp_path / page).read_text()
        assert f"<h1>{out}</h1>" in text
        assert "astronaut.mp4" in text


def test_thumbnails_without_a_report_are_wrong_usage(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    done = run_fervid("analyze", demo_folder, "-o", "r.csv", "--thumbnails")
    assert done.returncode == 2
    assert "--report" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_report_needs_a_result_on_disk(demo_folder: Path) -> None:
    with pytest.raises(UsageError, match="report lies beside its result"):
        fervid.analyze([demo_folder], report=True)


def test_faces_are_shown_only_when_asked_for(result: Path) -> None:
    assert faces_on(fervid.write_report(result)) == {}
    page = fervid.write_report(result, thumbnails=True, overwrite=True)
    [[jpeg]] = [of.values() for of in faces_on(page).values()]
    with Image.open(io.BytesIO(base64.b64decode(jpeg))) as image:
        assert image.format == "JPEG"
        assert image.size == (72, 72)
        red, _, blue = image.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert red > blue + 15  # skin, not the wall behind
    assert "It shows faces of people" in page.read_text()


@pytest.mark.parametrize(
    ("lost", "words"), [(True, "is no longer where it was"), (False, "has changed since")]
)
def test_a_source_that_is_gone_is_named_and_costs_its_face_alone(
    run_fervid: Fervid, result: Path, lost: bool, words: str
) -> None:
    clip = result.parent / "videos" / "astronaut.mp4"
    if lost:
        clip.unlink()
    else:
        clip.write_bytes(b"another")
    done = run_fervid("report", result, "--thumbnails")
    assert done.returncode == 0, done.stderr
    assert f"No thumbnail of astronaut.mp4: its file {words}." in done.stderr
    page = result.with_name("results.report.html")
    assert faces_on(page) == {}
    assert f"astronaut.mp4: its file {words}." in page.read_text()


@pytest.mark.shared
def test_reports_of_real_media_show_every_source(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    inputs = [shared / "media" / name for name in ("photos", "broken")]
    fervid.analyze(inputs, out, fps=1, charts=False, report=True, thumbnails=True)
    text = (out / "report.html").read_text()
    index = json.loads(text.partition('id="index">')[2].partition("</script>")[0])
    assert index["name"] == fervid.read_results(out, "sources")["source"].tolist()
    photos = sum(index["faces"])
    assert sum(map(len, faces_on(out / "report.html").values())) == photos > 0
