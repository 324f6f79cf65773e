"""Find faces with MTCNN's cascade (Zhang et al. 2016), every stage batched over all frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.detect import boxes as box
from fervid.detect import pyramid
from fervid.detect.candidates import Candidates, joined
from fervid.detect.faces import VIEWERS_TO_SUBJECTS, Wanted, as_faces
from fervid.detect.halves import Halves
from fervid.picture import Picture, Rgb
from fervid.runtime import Network, Outputs
from fervid.types import Face

CROP_SCALE = 1.07
"""Side of the classifier's crop over the root of the box's area (`training/calibrate_crop.py`)."""

MIN_SCORE = 0.8
PROPOSAL_SCORE, REFINED_SCORE = 0.6, 0.7
LEVEL_OVERLAP, PROPOSAL_OVERLAP, REFINED_OVERLAP, FINAL_OVERLAP = 0.5, 0.7, 0.7, 0.7
"""Scores and overlaps are the `mtcnn` package's. On the even-numbered half of 720 photographs, at
20 pixels, 354 of 360 are found with them; 353 with .6 for the middle overlaps (8% cheaper), 351
with .5 (12%), 353 with a proposal score of .7 (14%), 355 with all scores .2 to .3 lower."""

PIXELS_PER_CALL = 1 << 18
"""Pixels per call of the proposal network: it takes about 100 bytes of memory for each."""

PATCHES_PER_CALL = 64


@dataclass(frozen=True, slots=True)
class Networks:
    """The three networks, loaded."""

    pnet: Network
    rnet: Network
    onet: Network


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
        halves = [Halves(picture) for picture in pictures]
        found = self._refined(halves, self._proposed(halves))
        found, landmarks = self._settled(halves, found)
        faces = []
        for number, picture in enumerate(pictures):
            mine = found.frames == number
            size = (picture.width, picture.height)
            faces.append(
                as_faces(found.boxes[mine], found.scores[mine], landmarks[mine], size, self._wanted)
            )
        return faces

    def _proposed(self, pictures: list[Halves]) -> Candidates:
        """Slide the proposal network over every level of every picture."""
        by_canvas: dict[pyramid.Canvas, list[int]] = {}
        for number, picture in enumerate(pictures):
            canvas = pyramid.canvas_for(picture.original, self._wanted.min_face)
            by_canvas.setdefault(canvas, []).append(number)
        parts = []
        for canvas, numbers in by_canvas.items():
            step = max(1, PIXELS_PER_CALL // (canvas.width * canvas.height))
            for start in range(0, len(numbers), step):
                parts += self._proposed_on(canvas, numbers[start : start + step], pictures)
        found = joined(parts)
        return found.at(found.survivors(PROPOSAL_OVERLAP)).squared()

    def _proposed_on(
        self, canvas: pyramid.Canvas, numbers: list[int], pictures: list[Halves]
    ) -> list[Candidates]:
        """Candidates per level of pictures that share a canvas."""
        min_face = self._wanted.min_face
        canvases = pyramid.lay_out(canvas, [pictures[n] for n in numbers], min_face)
        parts = []
        for size in canvas.levels():
            regression, scores = _slid(self._networks.pnet, pyramid.shrunk(canvases, size))
            found = rows, ys, xs = np.nonzero(scores > PROPOSAL_SCORE)
            corners = np.stack([xs, ys], axis=1).astype(np.float32) * pyramid.STRIDE
            windows = np.concatenate([corners, corners + pyramid.WINDOW], axis=1)
            to_picture = [
                pyramid.to_picture(pictures[n].original, canvas, size, min_face) for n in numbers
            ]
            boxes = box.regressed(windows, regression[found]) * np.array(to_picture)[rows]
            level = Candidates(np.array(numbers)[rows], boxes, scores[found])
            parts.append(level.at(level.survivors(LEVEL_OVERLAP)))
        return parts

    def _refined(self, pictures: list[Halves], found: Candidates) -> Candidates:
        """Look at each candidate alone, at 24 pixels."""
        if not len(found):
            return found
        regression, scores = _run(self._networks.rnet, found.patches(pictures, 24))
        refined = Candidates(found.frames, box.regressed(found.boxes, regression), scores)
        refined = refined.at(np.flatnonzero(scores > REFINED_SCORE))
        return refined.at(refined.survivors(REFINED_OVERLAP)).squared()

    def _settled(
        self, pictures: list[Halves], found: Candidates
    ) -> tuple[Candidates, npt.NDArray[np.float32]]:
        """Look at each at 48 pixels: the final boxes, and landmarks `(n, 5, 2)`."""
        if not len(found):
            return found, np.zeros((0, 5, 2), np.float32)
        regression, points, scores = _run(self._networks.onet, found.patches(pictures, 48))
        corners = found.boxes[:, None, :2]
        sizes = found.boxes[:, None, 2:] - corners
        landmarks = corners + points.reshape(-1, 2, 5).transpose(0, 2, 1) * sizes
        settled = Candidates(found.frames, box.regressed(found.boxes, regression), scores)
        good = np.flatnonzero(scores >= self._wanted.min_score)
        good = good[settled.at(good).survivors(FINAL_OVERLAP, "smaller")]
        return settled.at(good), landmarks[good][:, VIEWERS_TO_SUBJECTS]


def _slid(pnet: Network, level: Rgb) -> Outputs:
    """Slide the proposal network over a level, a large one in strips that overlap by a window."""
    overlap = pyramid.WINDOW - pyramid.STRIDE
    rows = PIXELS_PER_CALL // (len(level) * level.shape[2]) // pyramid.STRIDE * pyramid.STRIDE
    rows = max(rows, 2 * pyramid.WINDOW)
    strips = [
        pnet.run(np.ascontiguousarray(level[:, top : top + rows]))
        for top in range(0, max(1, level.shape[1] - overlap), rows - overlap)
    ]
    return tuple(np.concatenate(output, axis=1) for output in zip(*strips, strict=True))


def _run(network: Network, patches: Rgb) -> Outputs:
    """Run a network over patches, `PATCHES_PER_CALL` at a time."""
    parts = [
        network.run(patches[start : start + PATCHES_PER_CALL])
        for start in range(0, len(patches), PATCHES_PER_CALL)
    ]
    return tuple(np.concatenate(output) for output in zip(*parts, strict=True))
