"""Presets by name, and their files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from fervid import presets
from fervid.errors import FervidError, UsageError
from fervid.options import DEFAULT_DETECTOR, DEFAULT_MODEL
from fervid.presets import files


def test_the_defaults_are_presets() -> None:
    assert presets.detector(DEFAULT_DETECTOR).kind == "detector"
    assert presets.classifier(DEFAULT_MODEL).kind == "classifier"


def test_an_unknown_name_lists_the_valid_ones_and_the_one_probably_meant() -> None:
    with pytest.raises(UsageError, match=r"Valid: mtcnn, yunet\. Did you mean 'mtcnn'\?"):
        presets.detector("MTCN")
    with pytest.raises(UsageError, match="Did you mean 'residual-se-half'"):
        presets.classifier("residul-se-half")


def test_a_name_like_no_other_is_not_guessed_at() -> None:
    with pytest.raises(UsageError) as caught:
        presets.detector("foo")
    assert caught.value.remedy == "Valid: mtcnn, yunet. Or give the path of a YuNet .onnx file."
    with pytest.raises(UsageError) as caught:
        presets.classifier("foo")
    assert caught.value.remedy.startswith(f"Valid: {', '.join(presets.CLASSIFIERS)}. Or give a")


def test_a_network_has_its_blend_and_both_pure_heads_on_the_same_files() -> None:
    shipped = presets.CLASSIFIERS
    for name in {preset.home.name for preset in shipped.values() if isinstance(preset.home, Path)}:
        default, fer, crowd = (shipped[name + head] for head in ("", "-fer2013", "-crowd"))
        np.testing.assert_array_equal(fer.blend, [*np.eye(7), *np.zeros((7, 7))])
        np.testing.assert_array_equal(crowd.blend, [*np.zeros((7, 7)), *np.eye(7)])
        assert np.any(default.blend[:7])
        assert np.any(default.blend[7:])
        assert default.files == fer.files == crowd.files
        assert all(preset.temperature > 0 for preset in (default, fer, crowd))


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", '{"presets": []}', '{"presets": [{"name": "mine"}]}', "[" * 100_000],
)
def test_a_damaged_entry_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "preset.json").write_text(content)
    with pytest.raises(FervidError, match=r"mine/preset\.json is damaged"):
        presets.read_classifiers(tmp_path)


def test_every_file_is_pinned() -> None:
    for preset in (*presets.DETECTORS.values(), *presets.CLASSIFIERS.values()):
        assert preset.files
        assert all(len(bytes.fromhex(digest)) == 32 for digest in preset.files.values())


def test_a_download_that_is_not_there_says_how_to_get_it_and_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FERVID_WEIGHTS", str(tmp_path))
    yunet = presets.detector("yunet")
    (filename,) = yunet.files
    with pytest.raises(FervidError) as caught:
        presets.read(yunet, filename)
    assert "fervid models --fetch yunet" in caught.value.remedy
    assert str(tmp_path / filename) in caught.value.remedy


def test_another_file_under_the_right_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FERVID_WEIGHTS", str(tmp_path))
    yunet = presets.detector("yunet")
    (filename,) = yunet.files
    (tmp_path / filename).write_bytes(b"<html>")
    with pytest.raises(FervidError, match=hashlib.sha256(b"<html>").hexdigest()):
        presets.read(yunet, filename)


@pytest.mark.shared
def test_the_pinned_file_is_found(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERVID_WEIGHTS", str(shared / "data" / "models"))
    yunet = presets.detector("yunet")
    (filename,) = yunet.files
    assert len(presets.read(yunet, filename)) == yunet.size_bytes


def test_the_cache_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FERVID_WEIGHTS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert presets.weights_dir() == tmp_path / "fervid" / "weights"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/to/be/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert presets.cache_dir() == tmp_path / ".cache" / "fervid"


def test_a_missing_package_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    files._mtcnn_package.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FervidError, match="pip install 'mtcnn"):
        presets.read(presets.detector("mtcnn"), "pnet.lz4")
