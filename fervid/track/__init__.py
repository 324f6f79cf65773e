"""Tell who is who: a number for each face of a video that stays with the person."""

from fervid.track.appearance import describe
from fervid.track.scene import scene_of
from fervid.track.stage import track

__all__ = ["describe", "scene_of", "track"]
