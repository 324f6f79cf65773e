"""Sum up how far a run is from what its workers say of their shards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fervid.shards import Shard
from fervid.types import Progress, Source


class ShardProgress:
    """Adds up shards that are done, and those that are worked on.

    Args:
        shards: All of the run.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.sources_total = sum(len(shard.sources) for shard in shards)
        self.sources_done = 0
        self._video_bytes = sum(_video_bytes(shard.sources) for shard in shards)
        self._done_bytes = 0
        self._frames = self._faces = 0
        self._media_s = 0.0

    def add(self, shard: Shard, progress: Progress) -> None:
        """Count a shard that is done."""
        self.sources_done += len(shard.sources)
        self._done_bytes += _video_bytes(shard.sources)
        self._frames += progress.frames
        self._faces += progress.faces
        self._media_s += progress.media_s

    def lost(self, source: Source) -> None:
        """Count a source that was given up."""
        self.sources_done += 1
        self._done_bytes += _video_bytes([source])

    def with_those_under_way(self, under_way: Iterable[tuple[Shard, Progress]]) -> Progress:
        """Return how far the run is.

        Args:
            under_way: Shards that are worked on, and how far each is.
        """
        sources, frames, faces, media_s = 0, 0, 0, 0.0
        known_s, known_bytes = self._media_s, self._done_bytes
        for shard, progress in under_way:
            sources += progress.sources_done
            frames += progress.frames
            faces += progress.faces
            media_s += progress.media_s
            if progress.total_media_s:
                known_s += progress.total_media_s
                known_bytes += _video_bytes(shard.sources)
        media_s += self._media_s
        # What is known stands for the rest by its bytes, as within a shard.
        total_s = known_s * self._video_bytes / known_bytes if known_bytes else 0.0
        return Progress(
            self.sources_done + sources,
            self.sources_total,
            self._frames + frames,
            self._faces + faces,
            media_s,
            max(media_s, total_s),
        )


def _video_bytes(sources: Iterable[Source]) -> int:
    return sum(source.size_bytes for source in sources if source.kind == "video")
