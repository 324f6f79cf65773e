"""The pictures and labels that the detector's screen learns from."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from fervid.detect import mtcnn_networks
from fervid.runtime import resolve_device
from tests.drawn import bar, encode
from training.screen.examples import CELLS, TILE, make_examples
from training.screen.pictures import read_pictures
from training.screen.train import passing, split


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pictures")
    shutil.copy(str(resources.files("fervid.demo") / "astronaut.jpg"), made / "portrait.jpg")
    encode(made / "film.mkv", [bar(number) for number in range(60)], "ffv1")
    (made / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return made


def test_a_film_gives_a_picture_a_second_and_what_is_broken_none(folder: Path) -> None:
    film, portrait = read_pictures([folder])
    assert len(film) == 3
    assert len(portrait) == 1
    assert portrait[0].shape[2] == 3


def test_frames_of_one_film_are_trained_on_or_held_out_together() -> None:
    sources = [[np.full((4, 4, 3), source, np.uint8)] * (source + 1) for source in range(9)]
    seen, held = split(sources)
    assert {int(one[0, 0, 0]) for one in held} == {0, 4, 8}
    assert {int(one[0, 0, 0]) for one in seen} == {1, 2, 3, 5, 6, 7}
    assert len(seen) + len(held) == sum(map(len, sources))


def test_tiles_are_labelled_where_the_cascade_finds_faces(folder: Path) -> None:
    (portrait,) = read_pictures([folder / "portrait.jpg"])
    networks = mtcnn_networks.load(resolve_device("cpu"))
    examples = make_examples(networks, portrait, count=6, seed=1)
    assert examples.tiles.shape == (24, TILE, TILE, 3)
    assert examples.starts.shape == examples.doubtful.shape == (24, CELLS, CELLS)
    assert 0 < examples.starts.mean() < 0.05
    found = passing(examples, lambda tiles: networks.screen.run(tiles)[0])
    assert found["of_faces"] > 0.9
    assert found["of_all"] < 0.2
