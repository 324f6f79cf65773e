"""What a person meets at the terminal: help, summary, errors with remedies, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fervid
from tests.e2e.conftest import Fervid

HEAVY = ("numpy", "pyarrow", "pandas", "cv2", "av", "tqdm", "matplotlib", "tensorflow")


def test_good_and_bad_files_end_with_exit_code_3(
    run_fervid: Fervid, mixed_folder: Path, tmp_path: Path
) -> None:
    done = run_fervid("analyze", mixed_folder, "--out", "results.parquet", "--fps", "2")
    assert done.returncode == 3, done.stderr
    sources = fervid.read_results(tmp_path / "results.parquet", "sources").set_index("source")
    assert sources["status"].to_dict() == {
        "cut.mp4": "failed",
        "empty.mp4": "failed",
        "garbage.mp4": "failed",
        "good.mp4": "ok",
        "text.mp4": "failed",
    }
    troubled = sources[sources["status"] != "ok"]
    assert troubled[["error_type", "error", "remedy"]].notna().all(axis=None)
    assert "5 sources" in done.stdout
    assert "ignored 1 other file:" in done.stdout
    for name in troubled.index:
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_but_bad_files_end_with_exit_code_1(run_fervid: Fervid, mixed_folder: Path) -> None:
    done = run_fervid("analyze", mixed_folder / "empty.mp4", "--out", "results.csv")
    assert done.returncode == 1
    assert "empty.mp4" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "-o", "r.parquet"], "nowhere"),
        (["{demo}", "-o", "r.xlsx"], ".parquet, .csv or .csv.gz"),
        (["{demo}"], "--out"),
        (["{demo}", "-o", "r.parquet", "--fps", "fast"], "frames per second"),
        (["{demo}", "-o", "r.parquet", "--fps", "2", "--every", "3"], "--all-frames"),
        (["{demo}", "-o", "r.parquet", "--model", "residul-se-half"], "residual-se-half"),
        (["{demo}", "-o", "r.parquet", "--detector", "mtcn"], "mtcnn"),
        (["{demo}", "-o", "r.parquet", "--start", "1:99"], "MM:SS"),
        (["{demo}", "-o", "r.parquet", "--min-face", "nan"], "min_face must be a number"),
        (["{demo}", "-o", "r.parquet", "--device", "cpu:0"], "device must be"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_is_right(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = run_fervid("analyze", *(text.format(demo=demo_folder) for text in arguments))
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("r.*"))


def test_an_existing_result_is_kept_unless_overwrite_is_said(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    first = ("analyze", demo_folder, "--out", "r.csv", "--fps", "1", "--no-charts")
    assert run_fervid(*first).returncode == 0
    before = (tmp_path / "r.csv").read_bytes()
    refused = run_fervid(*first)
    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    assert (tmp_path / "r.csv").read_bytes() == before
    assert run_fervid(*first, "--overwrite").returncode == 0


def test_a_list_on_stdin_and_options_from_the_environment(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    listed = f"{demo_folder / 'astronaut.mp4'}\n\n{demo_folder / 'wall.png'}\n"
    done = run_fervid(
        "analyze", "-", "-o", "r.parquet", "-q", stdin=listed, FERVID_ANALYZE_EVERY="50"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = fervid.read_results(tmp_path / "r.parquet")
    assert rows["frame"].tolist() == [0, 50, 100, 150, 0]
    run = json.loads((tmp_path / "r.run.json").read_text())
    assert run["options"]["sampling"]["every"] == 50


def test_a_line_of_a_list_that_is_gone_is_a_row_and_the_rest_is_analysed(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    listed = f"{demo_folder / 'gone.mp4'}\n{demo_folder / 'wall.png'}\n"
    done = run_fervid("analyze", "-", "-o", "r.parquet", "-q", stdin=listed)
    assert done.returncode == 3, done.stderr
    sources = fervid.read_results(tmp_path / "r.parquet", "sources").set_index("source")
    assert dict(sources["status"]) == {"gone.mp4": "failed", "wall.png": "ok"}
    assert sources.loc["gone.mp4", "error"] == "gone.mp4 is not there any more."


def test_a_flag_wins_over_a_variable(run_fervid: Fervid, demo_folder: Path, tmp_path: Path) -> None:
    clip = demo_folder / "astronaut.mp4"
    done = run_fervid(
        "analyze", clip, "-o", "r.csv", "--every", "100", FERVID_ANALYZE_ALL_FRAMES="1"
    )
    assert done.returncode == 0, done.stderr
    assert len(fervid.read_results(tmp_path / "r.csv")) == 2


def test_a_variable_for_the_version_of_an_image_means_nothing(run_fervid: Fervid) -> None:
    assert "mtcnn" in run_fervid("models", FERVID_VERSION="0.1.0").stdout


def test_a_mistyped_preset_leaves_what_a_run_that_died_left(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    left = tmp_path / "r.parquet.partial" / "parts" / "part-0"
    left.mkdir(parents=True)
    (tmp_path / "r.parquet.partial" / ".fervid").touch()
    done = run_fervid("analyze", demo_folder, "-o", "r.parquet", "--overwrite", "--model", "typo")
    assert done.returncode == 2
    assert left.is_dir()


def test_verbose_tells_how_each_source_went(run_fervid: Fervid, mixed_folder: Path) -> None:
    said = run_fervid("analyze", mixed_folder, "-o", "r.csv", "--fps", "1", "-v").stderr
    assert "good.mp4: ok, 8 frames" in said
    assert "empty.mp4: failed, 0 frames" in said


def test_names_that_the_terminal_cannot_show_are_escaped(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "v").mkdir()
    shutil.copy(demo_folder / "wall.png", tmp_path / "v" / "\u5f20.png")
    done = run_fervid("analyze", "v", "-o", "r.csv", "--dry-run", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert "\\u5f20.png" in done.stdout


def test_a_dry_run_lists_the_sources_and_writes_nothing(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    done = run_fervid("analyze", demo_folder, "-o", "r.parquet", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["video\tastronaut.mp4", "image\twall.png"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    ["--help", "--version", "analyze --help", "bench --help", "summarize --help"],
)
def test_help_and_version_import_nothing_heavy(arguments: str) -> None:
    program = (
        "import sys, fervid.cli; sys.argv = ['fervid', *sys.argv[1:]]\n"
        "try: fervid.cli.main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments.split()],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"


def test_the_cpu_path_does_not_import_tensorflow(demo_folder: Path) -> None:
    program = (
        "import sys, fervid\n"
        f"fervid.analyze([{str(demo_folder)!r}], fps=1)\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(("names", "unit"), [(["."], "8.0/8.0 s"), (["wall.png"], "1/1 photos")])
def test_a_terminal_sees_a_progress_bar(
    demo_folder: Path, tmp_path: Path, names: list[str], unit: str
) -> None:
    import pty
    import termios

    terminal, child = pty.openpty()
    termios.tcsetwinsize(child, (30, 120))
    command = [sys.executable, "-m", "fervid", "analyze", *names, "-o", str(tmp_path / "r.csv")]
    with subprocess.Popen(command, cwd=demo_folder, stdout=subprocess.PIPE, stderr=child) as run:
        os.close(child)
        seen = b""
        with contextlib.suppress(OSError):  # the end of a pseudo-terminal
            while more := os.read(terminal, 4096):
                seen += more
        assert run.stdout is not None
        assert b"Observations" in run.stdout.read()
    os.close(terminal)
    assert run.returncode == 0, seen
    assert "100%" in seen.decode()
    assert unit in seen.decode()
    assert "frames/s, faces" in seen.decode()


def test_models_names_every_preset_with_its_sha256(run_fervid: Fervid) -> None:
    from fervid import presets

    done = run_fervid("models")
    assert done.returncode == 0
    for preset in (*presets.DETECTORS.values(), *presets.CLASSIFIERS.values()):
        assert preset.name in done.stdout
        assert all(digest in done.stdout for digest in preset.files.values())


def test_doctor_finds_this_installation_sound(run_fervid: Fervid) -> None:
    done = run_fervid("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[ok  ] tiny run" in done.stdout
    assert "FAIL" not in done.stdout


def test_the_examples_of_every_help_page_run(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo_folder, tmp_path / "videos")
    shutil.copy(demo_folder / "astronaut.mp4", tmp_path / "videos" / "clip.mp4")
    for command in (
        [],
        ["analyze"],
        ["summarize"],
        ["annotate"],
        ["convert"],
        ["bench"],
        ["models"],
        ["doctor"],
    ):
        page = run_fervid(*command, "--help").stdout
        example = page.split("Example: fervid ")[1].split("\n")[0]
        done = run_fervid(*example.split(), *(["--overwrite"] if "--out" in example else []))
        assert done.returncode == 0, (example, done.stderr)


def test_an_interrupted_run_keeps_what_ended_and_says_where(
    demo_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    for number in range(40):
        shutil.copy(demo_folder / "astronaut.mp4", folder / f"{number:02}.mp4")
    command = [sys.executable, "-m", "fervid", "analyze", str(folder), "-o", "r.parquet"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        growing = tmp_path / "r.parquet.partial" / "growing"
        deadline = time.monotonic() + 60
        while not growing.is_dir() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(2.5)
        run.send_signal(signal.SIGINT)
        assert run.stderr is not None
        said = run.stderr.read()
    assert run.returncode == 130, said
    assert "Interrupted." in said
    assert "Traceback" not in said
    assert not (tmp_path / "r.parquet").exists()
    assert ("What was finished lies in" in said) == (tmp_path / "r.parquet.partial").exists()


def test_without_arguments_the_help_is_shown_as_it_is(run_fervid: Fervid) -> None:
    done = run_fervid()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == run_fervid("--help").stdout
