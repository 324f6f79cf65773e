"""Find faces with MTCNN's cascade (Zhang et al. 2016), every stage batched over all frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.detect import boxes as box
from fervid.detect import screening
from fervid.detect.candidates import Candidates, joined
from fervid.detect.faces import VIEWERS_TO_SUBJECTS, Wanted, as_faces
from fervid.picture import Picture, Rgb
from fervid.runtime import Network, Outputs, run_each
from fervid.types import Face

CROP_SCALE = 1.07
"""Side of the classifier's crop over the root of the box's area (`training/calibrate_crop.py`)."""

MIN_SCORE = 0.8
PROPOSAL_SCORE, REFINED_SCORE = 0.6, 0.7
LEVEL_OVERLAP, PROPOSAL_OVERLAP, REFINED_OVERLAP, FINAL_OVERLAP = 0.5, 0.7, 0.7, 0.7
"""Scores and overlaps are the `mtcnn` package's. On the even-numbered half of 720 photographs, at
20 pixels, 354 of 360 are found with them; 353 with .6 for the middle overlaps (8% cheaper), 351
with .5 (12%), 353 with a proposal score of .7 (14%), 355 with all scores .2 to .3 lower."""

SIDE = 48
"""Pixels at which the last network looks at a candidate."""

ABOUT = 0.8
"""Share of the smallest wanted face from which on a second look may make it large enough."""

DOUBT = 0.75
"""Its score from which on it has a second look, in full, at a small face in a photo of which only
half the resolution is decoded so far: scores at both rarely differ by a tenth. With all of
812 photos halved so, none of 767 faces of 40 pixels and more is missing, one is new, and 11 get
another label."""

PATCHES_PER_CALL = 64

GPU_PATCHES_PER_CALL = 1024


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks, loaded.

    Args:
        screen: Says where on a mosaic the proposal network is worth running.
        pnet: Proposes boxes.
        rnet: Refines them.
        onet: Settles them, with landmarks.
    """

    screen: Network
    pnet: Network
    rnet: Network
    onet: Network


@dataclass(frozen=True, slots=True)
class Proposals:
    """What the proposal network takes for faces.

    Args:
        cells: Where it ran.
        of_cells: `(n,)`: the cell of each candidate.
        candidates: Not yet thinned out.
    """

    cells: screening.Cells
    of_cells: npt.NDArray[np.intp]
    candidates: Candidates


class MtcnnDetector:
    """MTCNN behind `FaceDetector`.

    Args:
        networks: Loaded.
        wanted: Which faces to keep.
    """

    name = "mtcnn"
    crop_scale = CROP_SCALE

    def __init__(self, networks: Networks, wanted: Wanted) -> None:
        self._networks = networks
        self._wanted = wanted

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Face, ...]]:
        """Find the faces of each picture, as `FaceDetector.detect` says."""
        found = self._refined(pictures, self._proposed(pictures))
        found, landmarks = self._settled(pictures, found)
        faces = []
        for number, picture in enumerate(pictures):
            mine = found.frames == number
            size = (picture.width, picture.height)
            faces.append(
                as_faces(found.boxes[mine], found.scores[mine], landmarks[mine], size, self._wanted)
            )
        return faces

    def _smallest_in(self, pictures: Sequence[Picture]) -> list[float]:
        return [self._wanted.smallest_in(picture.width, picture.height) for picture in pictures]

    def _proposed(self, pictures: Sequence[Picture]) -> Candidates:
        """The proposal network's candidates, those of a level thinned out first."""
        networks, smallest = self._networks, self._smallest_in(pictures)
        found = propose(networks.screen, networks.pnet, pictures, smallest)
        levels = found.cells.levels[found.of_cells]
        kept = found.candidates.at(found.candidates.survivors(LEVEL_OVERLAP, levels))
        return kept.at(kept.survivors(PROPOSAL_OVERLAP)).squared()

    def _refined(self, pictures: Sequence[Picture], found: Candidates) -> Candidates:
        """Look at each candidate alone, at 24 pixels."""
        if not len(found):
            return found
        regression, scores = _run(self._networks.rnet, found.patches(pictures, 24, at_hand=True))
        refined = Candidates(found.frames, box.regressed(found.boxes, regression), scores)
        refined = refined.at(np.flatnonzero(scores > REFINED_SCORE))
        return refined.at(refined.survivors(REFINED_OVERLAP)).squared()

    def _settled(
        self, pictures: Sequence[Picture], found: Candidates
    ) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """Look at each at 48 pixels: the final boxes, and landmarks `(n, 5, 2)`."""
        if not len(found):
            return found, np.zeros((0, 5, 2), np.float32)
        settled, landmarks = self._looked_at(pictures, found, at_hand=True)
        likely = np.flatnonzero(settled.scores >= min(DOUBT, self._wanted.min_score))
        kept = [np.zeros(0, np.intp)]
        for frame in range(len(pictures)):
            mine = likely[settled.frames[likely] == frame]
            own = settled.at(mine)
            kept.append(mine[box.suppressed_inside(own.boxes, own.scores, FINAL_OVERLAP)])
        likely = np.concatenate(kept)
        halved = np.array([picture.is_halved for picture in pictures])[found.frames[likely]]
        looked_at = found.boxes[likely, 2] - found.boxes[likely, 0]
        sides = settled.boxes[likely, 2:] - settled.boxes[likely, :2]
        smallest = np.array(self._smallest_in(pictures))[found.frames[likely]]
        is_wanted = sides.min(axis=1) >= ABOUT * smallest
        small = likely[halved & is_wanted & (looked_at < 2 * SIDE)]
        if len(small):
            better, points = self._looked_at(pictures, found.at(small), at_hand=False)
            settled.boxes[small], settled.scores[small] = better.boxes, better.scores
            landmarks[small] = points
        good = likely[settled.scores[likely] >= self._wanted.min_score]
        return settled.at(good), landmarks[good][:, VIEWERS_TO_SUBJECTS]

    def _looked_at(
        self, pictures: Sequence[Picture], found: Candidates, *, at_hand: bool
    ) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """What the last network makes of each candidate."""
        patches = found.patches(pictures, SIDE, at_hand=at_hand)
        regression, points, scores = _run(self._networks.onet, patches)
        corners = found.boxes[:, None, :2]
        sizes = found.boxes[:, None, 2:] - corners
        landmarks = corners + points.reshape(-1, 2, 5).transpose(0, 2, 1) * sizes
        return Candidates(found.frames, box.regressed(found.boxes, regression), scores), landmarks


def propose(
    screen: Network, pnet: Network, pictures: Sequence[Picture], min_faces: Sequence[float]
) -> Proposals:
    """Run the proposal network where the screen lets it.

    Args:
        screen: As `screening.passed` takes it.
        pnet: The proposal network.
        pictures: Any number.
        min_faces: Smallest face of each picture, in its pixels.

    Returns:
        Every window that scores above `PROPOSAL_SCORE`.
    """
    cells = screening.passed(screen, pictures, min_faces)
    if not len(cells):
        return Proposals(cells, np.zeros(0, np.intp), joined([]))
    regression, scores = _run(pnet, cells.patches)
    windows = cells.windows()
    lies_inside = (windows[..., 2:] <= cells.rooms[:, None, None, :]).all(axis=-1)
    found = np.nonzero((scores > PROPOSAL_SCORE) & lies_inside)
    boxes = box.regressed(windows[found], regression[found]) * cells.scales[found[0]]
    return Proposals(cells, found[0], Candidates(cells.frames[found[0]], boxes, scores[found]))


def _run(network: Network, patches: Rgb) -> Outputs:
    """Run a network over patches."""
    parts = run_each(network, _calls(patches, network.runtime == "tensorflow"))
    return tuple(np.concatenate(output) for output in zip(*parts, strict=True))


def _calls(patches: Rgb, on_tensorflow: bool) -> Iterator[Rgb]:
    """Split patches into calls of few sizes: each size costs memory. TensorFlow fills its own."""
    start = 0
    while start < len(patches):
        left = len(patches) - start
        if on_tensorflow:
            count = min(GPU_PATCHES_PER_CALL, left)
        else:
            count = min(PATCHES_PER_CALL, 1 << (left.bit_length() - 1))
        yield patches[start : start + count]
        start += count
