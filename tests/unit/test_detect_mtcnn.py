"""The proposal network runs where the screen lets it, and there alone."""

from __future__ import annotations

from importlib import resources
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from fervid.detect import mtcnn, mtcnn_networks, pyramid, screening
from fervid.detect.faces import Wanted
from fervid.picture import Picture
from fervid.plane import Plane
from fervid.runtime import TensorflowNetwork, resolve_device
from training.screen.examples import Everything

MIN_FACE = 30.0


@pytest.fixture(scope="module")
def networks() -> mtcnn.Networks:
    return mtcnn_networks.load(resolve_device("cpu"))


@pytest.fixture(scope="module")
def portrait() -> Picture:
    with (resources.files("fervid.demo") / "astronaut.jpg").open("rb") as file:
        return Picture.of_rgb(np.asarray(Image.open(file).convert("RGB")))


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    rng = np.random.default_rng(0)
    coarse = [
        rng.integers(0, 256, (9, 16, 3), np.uint8),
        rng.integers(0, 256, (14, 8, 3), np.uint8),
    ]
    return [Picture.of_rgb(Picture.of_rgb(one).scaled(320, 240)) for one in coarse]


def test_behind_an_open_screen_the_proposal_network_sees_every_window(
    networks: mtcnn.Networks, pictures: list[Picture]
) -> None:
    cells = screening.passed(Everything(), pictures, [MIN_FACE] * len(pictures))
    windows = cells.windows()
    _, scores = mtcnn._run(networks.pnet, cells.patches)
    for frame, picture in enumerate(pictures):
        mosaic = pyramid.mosaic_for(picture, MIN_FACE)
        pixels = pyramid.drawn(picture, mosaic, MIN_FACE)
        for number, level in enumerate(mosaic.levels):
            alone = pixels[level.y : level.y + level.height, level.x : level.x + level.width]
            _, expected = networks.pnet.run(np.ascontiguousarray(alone)[None])
            mine = (cells.frames == frame) & (cells.levels == number)
            seen = np.full(expected.shape[1:], np.nan, np.float32)
            rows, columns = (windows[mine][..., axis].astype(int) // 2 for axis in (1, 0))
            inside = (windows[mine][..., 2:] <= (level.width, level.height)).all(axis=-1)
            seen[rows[inside], columns[inside]] = scores[mine][inside]
            np.testing.assert_allclose(seen, expected[0], atol=1e-5)


def test_a_patch_is_what_the_mosaic_shows_there(pictures: list[Picture]) -> None:
    cells = screening.passed(Everything(), pictures[:1], [MIN_FACE])
    mosaic = pyramid.mosaic_for(pictures[0], MIN_FACE)
    pixels = pyramid.drawn(pictures[0], mosaic, MIN_FACE)
    for number in (0, len(cells) // 2, len(cells) - 1):
        x, y = cells.places[number]
        size = screening.PATCH
        assert (cells.patches[number] == pixels[y : y + size, x : x + size]).all()


def test_of_pictures_too_small_for_a_face_nothing_is_proposed(networks: mtcnn.Networks) -> None:
    small = Picture.of_rgb(np.zeros((20, 20, 3), np.uint8))
    found = mtcnn.propose(networks.screen, networks.pnet, [small], [40])
    assert len(found.candidates) == 0


def test_many_patches_give_what_few_give(networks: mtcnn.Networks) -> None:
    patches = np.random.default_rng(1).integers(0, 256, (77, 24, 24, 3), np.uint8)
    together = mtcnn._run(networks.rnet, patches)
    for number in (0, 63, 64, 76):
        for output, alone in zip(together, networks.rnet.run(patches[number][None]), strict=True):
            np.testing.assert_allclose(output[number], alone[0], atol=1e-5)


def test_in_8_bits_the_screen_passes_what_it_passes_in_floats(
    networks: mtcnn.Networks, portrait: Picture
) -> None:
    floats = TensorflowNetwork(mtcnn_networks._built_screen(), "cpu")
    mosaic = pyramid.mosaic_for(portrait, MIN_FACE)
    pixels = pyramid.drawn(portrait, mosaic, MIN_FACE)[None]
    ours, theirs = (network.run(pixels)[0] for network in (networks.screen, floats))
    passes, would = ours >= screening.MIN_SCORE, theirs >= screening.MIN_SCORE
    assert 0 < would.mean() < 0.1
    assert (passes != would).mean() < 0.01
    # Near the threshold rounding decides; what scores well passes in both.
    assert passes[theirs > 2 * screening.MIN_SCORE].all()


def test_the_screen_loses_no_face_of_a_photograph(
    networks: mtcnn.Networks, portrait: Picture
) -> None:
    opened = mtcnn.Networks(Everything(), networks.pnet, networks.rnet, networks.onet)
    wanted = Wanted(MIN_FACE, mtcnn.MIN_SCORE)
    ((ours,),) = mtcnn.MtcnnDetector(networks, wanted).detect([portrait])
    ((theirs,),) = mtcnn.MtcnnDetector(opened, wanted).detect([portrait])
    np.testing.assert_allclose(ours.box, theirs.box, atol=2)


def test_several_mosaics_a_call_pass_what_each_alone_passes(
    portrait: Picture, pictures: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU: three of one layout in two calls, among others, and one too small for any."""
    monkeypatch.setattr(screening, "GPU_MOSAICS_PER_CALL", 2)
    screen = TensorflowNetwork(mtcnn_networks._built_screen(), "cpu")
    small = Picture.of_rgb(np.zeros((20, 20, 3), np.uint8))
    several = [pictures[0], portrait, pictures[1], small, pictures[0]]
    found = screening.passed(screen, several, [MIN_FACE] * len(several))
    assert found.frames.tolist() == sorted(found.frames.tolist())
    for number, picture in enumerate(several):
        alone = screening.passed(screen, [picture], [MIN_FACE])
        mine = found.frames == number
        assert len(alone) == mine.sum()
        for column in ("patches", "levels", "places", "corners", "scales", "rooms"):
            assert (getattr(found, column)[mine] == getattr(alone, column)).all()


def test_a_doubtful_cell_passes_where_none_beside_it_scores_higher() -> None:
    scores = np.zeros((4, 6), np.float32)
    scores[1, 1:4] = 0.21, 0.25, 0.24
    scores[2, 5] = 0.22
    scores[3, :2] = 0.31, 0.9
    scores[0, 0] = 0.19
    rows, columns = np.nonzero(screening._passing(scores))
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [
        (1, 2),
        (2, 5),
        (3, 0),
        (3, 1),
    ]


@pytest.mark.parametrize("height", [20, 268, 272, 276, 300, 544, 1000, 2056])
def test_strips_cover_a_mosaic_and_are_no_higher_than_allowed(height: int) -> None:
    rows, tops = screening._strips(height)
    assert rows <= screening.STRIP
    assert (tops[0], tops[-1] + rows) == (0, height)
    reach = screening._REACH - pyramid.GRID
    assert all(later - earlier <= rows - reach for earlier, later in pairwise(tops))


def test_strips_of_a_mosaic_score_what_the_whole_scores(
    networks: mtcnn.Networks, portrait: Picture
) -> None:
    mosaic = pyramid.mosaic_for(portrait, 12)
    assert mosaic.height > screening.STRIP
    whole = networks.screen.run(pyramid.drawn(portrait, mosaic, 12)[None])[0][0, ..., 0]
    inside = screening._levels_of_cells(mosaic) >= 0
    rows, columns = np.nonzero(screening._passing(np.where(inside, whole, 0)))
    cells = screening.passed(networks.screen, [portrait], [12])
    expected = np.stack([columns, rows], axis=1) * pyramid.GRID
    assert cells.places.tolist() == expected.tolist()


def halved(picture: Picture) -> Picture:
    """The same picture, of which half the resolution is there at first."""
    size = picture.width, picture.height
    half = picture.scaled(*(-(-side // 2) for side in size))
    return Picture((Plane.halved(half, size, lambda: picture.rgb, unloaded_bytes=0),))


@pytest.mark.parametrize(("share", "stays_halved"), [(1, True), (0.3, False)])
def test_a_halved_photo_is_looked_at_in_full_only_for_small_faces(
    networks: mtcnn.Networks, portrait: Picture, share: float, *, stays_halved: bool
) -> None:
    size = round(portrait.width * share), round(portrait.height * share)
    whole = Picture.of_rgb(np.ascontiguousarray(portrait.scaled(*size)))
    half = halved(whole)
    detector = mtcnn.MtcnnDetector(networks, Wanted(24, mtcnn.MIN_SCORE))
    ((expected,), (found,)) = detector.detect([whole, half])
    np.testing.assert_allclose(found.box, expected.box, atol=0.03 * expected.box[2])
    assert abs(found.score - expected.score) < 0.1
    assert half.is_halved is stays_halved
