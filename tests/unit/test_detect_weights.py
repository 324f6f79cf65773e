"""Reading MTCNN's weights, and exporting its networks once."""

from __future__ import annotations

import logging
import os
import pickle
from pathlib import Path

import lz4.frame
import numpy as np
import pytest

from fervid import presets
from fervid.detect import mtcnn_export, mtcnn_weights
from fervid.errors import FervidError


@pytest.mark.parametrize(("network", "count"), [("pnet", 13), ("rnet", 16), ("onet", 21)])
def test_each_network_has_its_list_of_arrays(network: str, count: int) -> None:
    weights = mtcnn_weights.read(network)
    assert len(weights) == count
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in weights)


class Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


@pytest.mark.parametrize("thing", [Harm(), [Harm()], [np.zeros(3, np.float32)]])
def test_a_pickle_that_names_anything_else_is_refused(thing: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="no place in a weight file"):
        mtcnn_weights.unpickle(pickle.dumps(thing))


def test_a_pickle_of_something_other_than_arrays_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError, match="not a list of arrays"):
        mtcnn_weights.unpickle(pickle.dumps([1.0, 2.0]))


def test_a_changed_weight_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets" / "weights").mkdir(parents=True)
    (tmp_path / "assets" / "weights" / "pnet.lz4").write_bytes(lz4.frame.compress(b"other"))
    monkeypatch.setattr(presets, "_mtcnn_package", lambda: tmp_path)
    with pytest.raises(FervidError, match="not the pinned file"):
        mtcnn_weights.read("pnet")


def test_the_networks_are_exported_once_and_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with caplog.at_level(logging.WARNING, "fervid"):
        first = mtcnn_export.exported()
        made = {path: path.stat().st_mtime_ns for path in first.iterdir()}
        assert mtcnn_export.exported() == first
    assert len(caplog.records) == 1
    assert {path.name for path in made} == {"pnet.tflite", "rnet.tflite", "onet.tflite"}
    assert made == {path: path.stat().st_mtime_ns for path in first.iterdir()}
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_an_export_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FervidError, match="Cannot prepare the mtcnn detector"):
        mtcnn_export.exported()
    assert list((tmp_path / "fervid").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fervid").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(FervidError, match="XDG_CACHE_HOME"):
        mtcnn_export.exported()
