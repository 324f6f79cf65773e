"""Find faces: one interface, several detectors."""

from fervid.detect.interface import FaceDetector, load_detector

__all__ = ["FaceDetector", "load_detector"]
