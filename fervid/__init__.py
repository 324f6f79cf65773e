"""fervid: folders of videos and photos in, per-frame emotion timelines out."""

from __future__ import annotations

__version__ = "0.1.0"
