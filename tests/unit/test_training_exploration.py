"""An exploration shows what is in the data and the runs, and is written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import fervid
from fervid.errors import FervidError, UsageError
from fervid.labels import EMOTIONS
from tests.pictured import pictures, write_fer2013
from training.__main__ import group
from training.archive import Labelled, Split
from training.exploration import learning_curves
from training.exploration.class_distribution import count_classes, draw_class_distribution
from training.exploration.learning_curves import draw_learning_curves
from training.exploration.pixel_statistics import measure_pixels
from training.exploration.results import gather_results, read_cards
from training.exploration.run_log import best_epoch, read_log, read_logs
from training.exploration.sample_grids import draw_sample_grid
from training.exploration.workbook import COUNT, SHARE, Sheet, write_workbook

HEADER = (
    "epoch,crowd_loss,fer_accuracy,fer_loss,loss,"
    "val_crowd_loss,val_fer_accuracy,val_fer_loss,val_loss"
)
EPOCHS = [
    "0,1,0.3,1,2.0,1,0.25,1,2.5",
    "1,1,0.5,1,1.5,1,0.45,1,1.75",
    "2,1,0.6,1,1.25,1,0.4,1,1.875",
]


def run_folder(folder: Path, lines: list[str] | None = None) -> Path:
    folder.mkdir()
    (folder / "log.csv").write_text(
        "\n".join([HEADER, *(EPOCHS if lines is None else lines)]) + "\n"
    )
    return folder


def split_of(labels: list[int], seed: int = 0) -> Labelled:
    return Labelled(pictures(len(labels), seed), np.array(labels), np.arange(len(labels)))


def is_grey(path: Path) -> bool:
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return bool(np.ptp(pixels, axis=2).max() == 0)


def dpi(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        across, down = image.info["dpi"]
    return round(across), round(down)


def test_classes_are_counted_in_label_order_with_what_the_crowd_says() -> None:
    hard = split_of([0, 3, 3, 6])
    votes = np.zeros((4, 10), np.int64)
    votes[:, 3], votes[:, 9] = 4, 6
    table = count_classes(
        {"train": Split(hard.images, hard.labels, votes, hard.rows), "test": hard}
    )
    assert table["class"].tolist() == [*EMOTIONS, "contempt, unknown, not a face", "all"]
    assert table["train images"].tolist() == [1, 0, 0, 2, 0, 0, 1, 0, 4]
    assert table["test share"].tolist() == [0.25, 0, 0, 0.5, 0, 0, 0.25, 0, 1]
    assert table["train votes"].tolist() == [0, 0, 0, 0.4, 0, 0, 0, 0.6, 1]


@pytest.mark.parametrize("rows", [3, 13, 49])
def test_shares_add_up_to_1_and_look_like_it(rows: int) -> None:
    hard = split_of([row % 7 for row in range(rows)])
    votes = np.random.default_rng(rows).integers(0, 4, (rows, 10))
    table = count_classes({"train": Split(hard.images, hard.labels, votes, hard.rows)})
    for column in ("train share", "train votes"):
        *parts, whole = table[column]
        assert whole == 1
        assert sum(parts) == pytest.approx(1, abs=1e-5)
        assert all(len(str(part)) <= len("0.123456") for part in parts)


def test_pixels_are_measured_per_class_and_split() -> None:
    split = split_of([0, 0, 3])
    split.images[1] = 0
    table = measure_pixels({"train": split}).set_index("class")
    assert table["images"].tolist() == [2, 0, 0, 1, 0, 0, 0, 3]
    assert table["black images"].tolist() == [1, 0, 0, 0, 0, 0, 0, 1]
    assert table.loc["all", "mean"] == pytest.approx(split.images.mean())
    assert table.loc["all", "std"] == pytest.approx(split.images.std())
    assert table.loc["angry", "max"] == split.images[:2].max()
    assert table.loc["sad", ["mean", "std", "min", "max"]].isna().all()


@pytest.mark.parametrize("counts", [[3995, 436, 4097, 7215, 4830, 3171, 4965], [0] * 7])
def test_bars_are_grey_and_for_print(counts: list[int], tmp_path: Path) -> None:
    path = tmp_path / "bars.png"
    draw_class_distribution("train", np.array(counts), path)
    assert is_grey(path)
    assert dpi(path) == (300, 300)


def test_samples_are_of_the_class_and_chosen_by_the_seed(tmp_path: Path) -> None:
    split = split_of([3] * 30 + [0] * 4)
    split.images[30] = 0
    paths = [tmp_path / f"{name}.png" for name in "abcd"]
    shown = [
        draw_sample_grid("train", split, emotion, seed, path)
        for emotion, seed, path in zip(
            ("happy", "happy", "happy", "angry"), (1, 1, 2, 1), paths, strict=True
        )
    ]
    assert shown == [9, 9, 9, 3]
    first, again, other, _ = (np.asarray(Image.open(path)) for path in paths)
    assert (first == again).all()
    assert (first != other).any()
    assert is_grey(paths[0])
    assert dpi(paths[0]) == (300, 300)


def test_a_class_without_an_image_has_an_empty_grid(tmp_path: Path) -> None:
    assert draw_sample_grid("train", split_of([0]), "sad", 0, tmp_path / "sad.png") == 0


@pytest.mark.parametrize("epochs", [1, 3])
def test_curves_are_drawn_from_the_first_epoch_on(epochs: int, tmp_path: Path) -> None:
    log = read_log(run_folder(tmp_path / "run", EPOCHS[:epochs]))
    draw_learning_curves("$a_1$ 表情", log, tmp_path / "curves.png")
    assert dpi(tmp_path / "curves.png") == (300, 300)


@pytest.mark.parametrize(("epochs", "said"), [(1, "1 epoch;"), (3, "3 epochs;")])
def test_epochs_are_counted_as_people_do(
    epochs: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles = []
    monkeypatch.setattr(
        learning_curves, "put_title", lambda *arguments: titles.append(arguments[-1])
    )
    log = read_log(run_folder(tmp_path / "run", EPOCHS[:epochs]))
    draw_learning_curves("run", log, tmp_path / "curves.png")
    assert titles[0].startswith(said)


def test_a_card_of_something_else_than_presets_is_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, files in (("net", ("card.json", "preset.json")), ("screen", ("card.json",))):
        (tmp_path / "weights" / name).mkdir(parents=True)
        for file in files:
            (tmp_path / "weights" / name / file).write_text(json.dumps({"name": name}))
    monkeypatch.setattr(fervid, "__file__", str(tmp_path / "__init__.py"))
    assert [card["name"] for card in read_cards()] == ["net"]


def test_a_log_has_each_epoch_once_as_it_was_done_last(tmp_path: Path) -> None:
    again = "1,1,0.5,1,1.5,1,0.35,1,1.75"
    log = read_log(run_folder(tmp_path / "run", [*EPOCHS[:2], again, EPOCHS[2]]))
    assert log["epoch"].tolist() == [0, 1, 2]
    assert log["val_fer_accuracy"].tolist() == [0.25, 0.35, 0.4]
    assert best_epoch(log) == 2


BAD_LOGS = {
    "line 3: 2 fields, the header has 9": [EPOCHS[0], "1,2"],
    "line 3: not an epoch and its figures": [EPOCHS[0], "1,1,0.5,1,x,1,0.45,1,1.75"],
    "line 2: not an epoch and its figures": ["-1,1,0.5,1,1,1,0.45,1,1.75"],
    "has no epoch yet": [],
}


@pytest.mark.parametrize("message", BAD_LOGS)
def test_a_bad_log_is_named(message: str, tmp_path: Path) -> None:
    run_dir = run_folder(tmp_path / "run", BAD_LOGS[message])
    with pytest.raises(FervidError, match=f"run/log.csv.*{message}"):
        read_log(run_dir)


def test_a_folder_without_a_log_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match=r"has no log\.csv"):
        read_log(tmp_path)


def test_two_runs_of_one_name_are_refused(tmp_path: Path) -> None:
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        run_folder(tmp_path / part / "run")
    with pytest.raises(UsageError, match="Two runs are called run"):
        read_logs([tmp_path / "a" / "run", tmp_path / "b" / "run"])


def test_results_are_the_runs_epochs_and_the_cards_figures(tmp_path: Path) -> None:
    cards = read_cards()
    table = gather_results({"first": read_log(run_folder(tmp_path / "run"))}, cards)
    runs = table[table["what"] == "first"]
    assert runs["epoch"].tolist() == [2, 2, 3, 3]
    assert runs["accuracy"].tolist() == [0.5, 0.45, 0.6, 0.4]
    assert runs["kind"].unique().tolist() == ["run, best epoch", "run, last epoch"]
    card = cards[0]
    shipped = table[table["what"] == card["name"]].set_index("rows")
    validation = card["presets"][card["name"]]["validation"]["labels"]
    assert shipped.loc["validation", "accuracy"] == validation["accuracy"]


def test_a_look_at_test_is_a_result_of_the_preset_and_the_weights_that_looked() -> None:
    looks = [
        {"preset": "net", "test": {"accuracy": 0.1}},
        {"date": "2026-01-01", "test": {"accuracy": 0.2, "ece": 0.01}},  # the default's
        {"preset": "net-crowd", "test": {"accuracy": 0.3}},
        {"weights": "others", "preset": "net", "test": {"accuracy": 0.4}},
    ]
    shares = {"net": 0.6, "net-crowd": 0.7, "net-fer2013": 0.8}
    presets = {
        name: {"validation": {"labels": {"accuracy": share}, "crowd": {"accuracy": 0.9}}}
        for name, share in shares.items()
    }
    table = gather_results({}, [{"name": "net", "presets": presets, "looks_at_test": looks}])
    found = list(zip(table["what"], table["rows"], table["accuracy"], strict=True))
    assert found == [
        ("net", "validation", 0.6),
        ("net", "test", 0.2),
        ("net-crowd", "validation", 0.7),
        ("net-crowd", "test", 0.3),
        ("net-fer2013", "validation", 0.8),
    ]


def test_a_sheet_reads_well_as_it_opens(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"what": ["=1+1", "a rather long text"], "images": [28_709, None], "share": [0.25, 1.0]}
    )
    table = table.astype({"images": "Int64"})
    write_workbook([Sheet("one", table, {"images": COUNT, "share": SHARE})], tmp_path / "b.xlsx")
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["one"]
    assert page.freeze_panes == "A2"
    assert [cell.value for cell in page[1]] == ["what", "images", "share"]
    assert all(cell.font.bold for cell in page[1])
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert (page["B2"].number_format, page["C2"].number_format) == ("#,##0", "0.0%")
    assert page["B3"].value is None
    assert page.column_dimensions["A"].width > len("a rather long text")
    pd.testing.assert_frame_equal(pd.read_excel(tmp_path / "b.xlsx"), table, check_dtype=False)


def explore(folder: Path, *more: str) -> Result:
    labels = [row % len(EMOTIONS) for row in range(40)]
    usages = ["Training"] * 30 + ["PublicTest"] * 10
    archive, votes = write_fer2013(folder / "data", pictures(40, 1), usages, labels)
    arguments = ["--archive", archive, "--votes", votes, "--out", folder / "new" / "exploration"]
    return CliRunner().invoke(group, ["explore", *map(str, arguments), *more])


def test_the_command_leaves_charts_samples_curves_and_a_workbook(tmp_path: Path) -> None:
    result = explore(tmp_path, "--run", str(run_folder(tmp_path / "first")), "--seed", "7")
    assert result.exit_code == 0, result.output
    out = tmp_path / "new" / "exploration"
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(
        [
            "class-distribution-test.png",
            "class-distribution-train.png",
            "emotion_analysis_report.xlsx",
            "learning-curves-first.png",
            *(f"samples-{emotion}.png" for emotion in EMOTIONS),
        ]
    )
    assert "seed 7\n" in result.stdout
    assert all(str(out / name) in result.stdout for name in names)
    assert [path.name for path in out.parent.iterdir()] == ["exploration"]
    sheets = pd.read_excel(out / "emotion_analysis_report.xlsx", sheet_name=None)
    assert list(sheets) == ["classes", "pixels", "duplicates", "duplicates in words", "results"]
    assert sheets["classes"]["train images"].tolist()[-1] == 30
    assert sheets["classes"]["train votes"].tolist()[-1] == 1
    assert sheets["duplicates"]["pairs"].sum() == 0
    assert "first" in sheets["results"]["what"].tolist()


def test_an_exploration_of_what_is_no_run_leaves_nothing(tmp_path: Path) -> None:
    result = explore(tmp_path, "--run", str(tmp_path))
    assert result.exit_code == 1
    assert "has no log.csv" in result.output
    assert not (tmp_path / "new").exists()
