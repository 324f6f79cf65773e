"""Smooth expressions over the time of each track."""

from fervid.smooth.stage import smooth

__all__ = ["smooth"]
