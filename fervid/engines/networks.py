"""Load the networks of a run: once for a process, however many shards it works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fervid import machine
from fervid.classify import Classifier, load_classifier
from fervid.detect import FaceDetector, load_detector
from fervid.engines.engine import Job
from fervid.runtime import Device

if TYPE_CHECKING:
    from fervid.options import AnalyzeOptions

BATCH_BYTES = 16 << 20
"""Frames of a batch on a CPU, at most: 48 of 640x360, 5 of 1080p. Large ones gain little by
company, and 16 of them kept one core idle for a sixth of a second at the end of a film."""

LOOK_AHEAD_BYTES = 192 << 20
"""Decoded frames that wait, at most, unless --memory says more: 290 of 640x360, 32 of 1080p.

Several batches ahead, the slower side is busy all the time; more would only cost memory. Many
processors get more, so that each can search a batch.
"""


@dataclass(frozen=True, slots=True)
class Networks:
    """What finds faces and tells their expressions, loaded.

    Args:
        device: Where they run.
        classifier: Tells the expressions.
        detectors: One for each batch that is searched at the same time.
    """

    device: Device
    classifier: Classifier
    detectors: Sequence[FaceDetector]


def load_networks(job: Job, device: Device) -> Networks:
    """Load what a job names.

    Raises:
        FervidError: A model cannot be loaded, or the device is lost.
    """
    options = job.options
    count = _side_by_side(memory_of_frames(options) // 2) if device.runtime == "litert" else 1
    return Networks(
        device=device,
        classifier=load_classifier(job.classifier, device, options.batch_size),
        detectors=[
            load_detector(
                job.detector,
                device=device,
                min_face=options.min_face,
                min_score=options.min_score,
                max_faces=options.max_faces,
            )
            for _ in range(count)
        ],
    )


def memory_of_frames(options: AnalyzeOptions) -> int:
    """Return the bytes that decoded frames may take: half waits, half is in batches."""
    both = 2 * max(LOOK_AHEAD_BYTES, (machine.cores() + 2) * BATCH_BYTES)
    return options.memory_bytes or min(machine.memory_bytes() // 4, both)


def _side_by_side(batches_bytes: int) -> int:
    """Return how many batches to search at a time: as many as processors and memory allow.

    One for every processor, though these decode, too: on two, photos of 12 megapixels took 70 ms
    each and with one detector 91, sampled frames of 1080p 18.5 and 19.6, of 360p 5.4 and 5.7.

    Args:
        batches_bytes: For batches in work, one that waits, and one being filled.
    """
    return max(1, min(machine.cores(), batches_bytes // BATCH_BYTES - 2))
