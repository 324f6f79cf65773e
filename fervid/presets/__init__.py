"""Detectors and classifiers by name: their files with sha256, licence, source and figures."""

from fervid.presets.described import described
from fervid.presets.fetch import MIRROR, fetch, fetch_missing, url_of
from fervid.presets.files import MOST_BYTES, cache_dir, path_of, read, sha256, weights_dir
from fervid.presets.lookup import classifier, detector, preset
from fervid.presets.preset import ClassifierPreset, Preset
from fervid.presets.shipped import CLASSIFIERS, DETECTORS, MTCNN_SCREEN, read_classifiers

__all__ = [
    "CLASSIFIERS",
    "DETECTORS",
    "MIRROR",
    "MOST_BYTES",
    "MTCNN_SCREEN",
    "ClassifierPreset",
    "Preset",
    "cache_dir",
    "classifier",
    "described",
    "detector",
    "fetch",
    "fetch_missing",
    "path_of",
    "preset",
    "read",
    "read_classifiers",
    "sha256",
    "url_of",
    "weights_dir",
]
