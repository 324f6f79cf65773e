"""Run the `fer` package over every frame of a clip; started with the Python of its environment.

It imports nothing of fervid: the clip comes as JSON on stdin, the figures leave on stdout.
"""

from __future__ import annotations

import importlib.metadata
import json
import resource
import sys
import time

import cv2
from fer.fer import FER


def main() -> None:
    """Detect and classify as the package's own documentation shows, with its defaults."""
    detector = FER()
    video = cv2.VideoCapture(json.load(sys.stdin)["clip"])
    frames = faces = frames_with_face = 0
    warm = (0.0, 0.0)
    while True:
        delivered, pixels = video.read()
        if not delivered:
            break
        found = detector.detect_emotions(pixels)
        if not frames:  # the first call sets things up
            warm = (time.perf_counter(), time.process_time())
        frames += 1
        faces += len(found)
        frames_with_face += bool(found)
    said = {
        "version": importlib.metadata.version("fer"),
        "frames": frames,
        "faces": faces,
        "frames_with_face": frames_with_face,
        "wall_s": time.perf_counter() - warm[0],
        "cpu_s": time.process_time() - warm[1],
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
    }
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
