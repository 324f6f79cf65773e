"""The seven emotion classes, in the one order used everywhere."""

from __future__ import annotations

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""FER2013's classes in FER2013's order: columns, probabilities and dictionaries follow it."""
