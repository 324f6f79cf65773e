"""Where nothing can be written, a command says so before it works."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fervid.errors import UsageError
from training.__main__ import group
from training.writable import check_writable


def test_a_folder_that_is_not_there_yet_is_not_there_afterwards(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b", tmp_path / "a", tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_lies_in_a_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log.csv").touch()
    check_writable(tmp_path / "run")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["log.csv"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("file", "Not a directory"),
        ("file/below", "Not a directory"),
        ("gone", "No such file"),
        ("new/" + 300 * "n", "File name too long"),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_is_left(
    name: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=said) as refused:
        check_writable(tmp_path / name)
    assert str(tmp_path / name) in refused.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "gone"]


@pytest.mark.parametrize("command", ["train", "evaluate", "explore", "export", "leaks"])
def test_every_command_looks_at_its_output_before_its_input(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "below" / "leaks.csv"
    arguments = ["--archive", "nowhere.zip", "--votes", "nowhere.csv"]
    arguments += ["--run" if command == "train" else "--out", str(out)]
    arguments += {"evaluate": ["residual-se-half"], "export": ["--run", "nowhere"]}.get(command, [])
    done = CliRunner().invoke(group, [command, *arguments])
    assert done.exit_code == 2, done.output
    assert "cannot be written: Not a directory" in " ".join(done.stderr.split())
