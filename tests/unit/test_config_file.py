"""Options from a TOML file: what it may hold, what wins, what is said of what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from fervid.cli import group
from fervid.cli.config import ConfigFile
from fervid.cli.precedence import keep_nearest, settle
from fervid.errors import UsageError

COMMANDS = ("analyze", "annotate", "bench", "convert", "report", "summarize")


def parsed(command: str, *arguments: str) -> click.Context:
    """Parse a command line as the program does."""
    above = group.make_context("fervid", [command])
    found = group.get_command(above, command)
    assert found is not None
    return found.make_context(command, list(arguments), parent=above)


def written(folder: Path, text: str) -> str:
    path = folder / "night.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def settled(context: click.Context) -> dict[str, Any]:
    options: Any = {
        "fps": None,
        "every": None,
        "all_frames": False,
        "smooth": None,
        **context.params,
    }
    with context:
        settle(options)
    return {name: value for name, value in options.items() if value not in (None, False)}


def test_a_whole_nights_job_can_stand_in_a_file(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        '[analyze]\ninputs = ["a", "b c.mp4"]\nout = "r.parquet"\nfps = 2.5\nmin-face = 60\n'
        'max_faces = 3\nmemory = "2G"\nstart = 90\ntrack = false\nreport = true\n',
    )
    params = parsed("analyze", "--config", file).params
    assert params["inputs"] == ("a", "b c.mp4")
    assert (params["out"], params["fps"], params["start"]) == ("r.parquet", "2.5", "90")
    assert (params["min_face"], params["max_faces"], params["memory"]) == (60.0, 3, "2G")
    assert params["track"] is False
    assert params["report"] is True


def test_a_flag_wins_over_a_variable_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, '[analyze]\nout = "file.csv"\nmodel = "file"\ndetector = "file"\n')
    monkeypatch.setenv("FERVID_ANALYZE_MODEL", "variable")
    monkeypatch.setenv("FERVID_ANALYZE_DETECTOR", "variable")
    params = parsed("analyze", "in", "--config", file, "--detector", "flag").params
    assert [params[name] for name in ("out", "model", "detector")] == [
        "file.csv",
        "variable",
        "flag",
    ]


def test_a_variable_can_name_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERVID_ANALYZE_CONFIG", written(tmp_path, '[analyze]\nout = "r.csv"\n'))
    assert parsed("analyze", "in").params["out"] == "r.csv"


def test_inputs_on_the_command_line_replace_those_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[analyze]\ninputs = "a folder"\nout = "r.csv"\n')
    assert parsed("analyze", "--config", file).params["inputs"] == ("a folder",)
    assert parsed("analyze", "here", "--config", file).params["inputs"] == ("here",)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_takes_its_own_table(tmp_path: Path, command: str) -> None:
    needed = {"analyze": ["i", "-o", "r.csv"], "annotate": ["c", "r", "-o", "o.mp4"]}
    needed |= {"convert": ["r", "--to", "elan", "-o", "o"], "bench": []}
    table = "rounds = 7" if command == "bench" else "overwrite = true"
    others = "".join(f"[{one}]\n" for one in COMMANDS if one != command)
    file = written(tmp_path, f"{others}[{command}]\n{table}\n")
    params = parsed(command, *needed.get(command, ["r"]), "--config", file).params
    assert params["rounds"] == 7 if command == "bench" else params["overwrite"] is True


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([], {"fps": "2"}),
        (["--all-frames"], {"all_frames": True}),
        (["--every", "3"], {"every": 3}),
    ],
)
def test_another_way_to_sample_on_the_command_line_replaces_that_of_the_file(
    tmp_path: Path, flags: list[str], expected: dict[str, object]
) -> None:
    file = written(tmp_path, '[analyze]\ninputs = "a"\nout = "r.csv"\nfps = 2\n')
    found = settled(parsed("analyze", "--config", file, *flags))
    assert {way: found[way] for way in ("fps", "every", "all_frames") if way in found} == expected


def test_a_variable_that_says_no_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, '[analyze]\ninputs = "a"\nout = "r.csv"\nfps = 2\n')
    monkeypatch.setenv("FERVID_ANALYZE_ALL_FRAMES", "0")
    assert settled(parsed("analyze", "--config", file))["fps"] == "2"


def test_no_tracks_on_the_command_line_leave_out_the_smoothing_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[analyze]\ninputs = "a"\nout = "r.csv"\nsmooth = 0.5\n')
    assert settled(parsed("analyze", "--config", file))["smooth"] == 0.5
    assert "smooth" not in settled(parsed("analyze", "--config", file, "--no-track"))
    both = settled(parsed("analyze", "--config", file, "--no-track", "--smooth", "1"))
    assert both["smooth"] == 1.0  # a contradiction of one place is whoever wrote it told


def test_groups_named_on_the_command_line_replace_the_pattern_of_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[summarize]\ngroup-pattern = '{participant}/*'\n")
    context = parsed("summarize", "r.csv", "--config", file, "--groups", "people.csv")
    options = dict(context.params)
    with context:
        keep_nearest(options, "groups", "group_pattern")
    assert (options["groups"], options["group_pattern"]) == ("people.csv", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[analyse]\n", ["line 1", "'analyse'", "'analyze'"]),
        ("\n[analyze]\nfpss = 2\n", ["line 3", "'fpss'", "Did you mean 'fps'?"]),
        ("[analyze]\nconfig = 'x'\n", ["line 2", "'config'"]),
        ("[doctor]\nfps = 2\n", ["[doctor] has no option 'fps'"]),
        ("fps = 2\n[analyze]\n", ["line 1", "fps stands in no table"]),
        ("[analyze]\nfps = 2\n[analyze]\n", ["no TOML", "line 3"]),
        ("[analyze]\nfps 2\n", ["no TOML", "line 2"]),
        ("[analyze]\nfps = [2]\n", ["line 2", "fps in [analyze] must be a number or text"]),
        ("[analyze]\nfps = 'two'\n", ["line 2", "fps in [analyze]", "frames per second: 'two'"]),
        ("\n[bench]\nfps = -1\n", ["line 3", "fps in [bench]", "frames per second: '-1'"]),
        ("[analyze]\nend = '1:99'\n", ["line 2", "end in [analyze]", "Not a time"]),
        ("[analyze]\nmemory = 'much'\n", ["line 2", "memory in [analyze]", "Not a size"]),
        ("[analyze]\nevery = 2.5\n", ["line 2", "every", "a whole number", "2.5"]),
        ("[analyze]\nevery = true\n", ["every", "a whole number"]),
        ("[analyze]\ntrack = 'yes'\n", ["track", "true or false"]),
        ("[analyze]\nout = 5\n", ["out", "text"]),
        ("[analyze]\ninputs = ['a', 5]\n", ["inputs", "a list"]),
        ("[analyze]\nstart = 00:01:30\n", ["start", "a number or text"]),
        ("[analyze]\nsmooth-labels = 'best'\n", ["line 2", "smooth-labels", "viterbi"]),
        ("[summarize]\nonset = 'high'\n", ["line 2", "onset in [summarize]", "a number"]),
        ("[analyze]\nmin-face = 50\nmin_face = 60\n", ["line 3", "twice"]),
        ("analyze = {fps = [2]}\n", ["fps in [analyze]"]),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parsed("analyze", "in", "-o", "r.csv", "--config", written(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.toml"):
        with pytest.raises(UsageError, match=str(path)):
            ConfigFile.read(path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[analyze]\nroot = "\xe9"\n')
    with pytest.raises(UsageError, match="no TOML"):
        ConfigFile.read(latin)


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 5000)
    with pytest.raises(UsageError, match="no TOML"):
        ConfigFile.read(tmp_path / "deep.toml")
