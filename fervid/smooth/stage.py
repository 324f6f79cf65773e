"""The stage: rows in, the same rows out, smoothed and a little later."""

from __future__ import annotations

from collections.abc import Iterator

from fervid import stages
from fervid.options import SmoothLabels
from fervid.smooth.source import SourceSmoother, as_it_is
from fervid.types import Observation, SourceEnd


def smooth(
    stream: Iterator[Observation | SourceEnd],
    seconds: float,
    labels: SmoothLabels = "argmax",
) -> Iterator[Observation | SourceEnd]:
    """Add to each row of a track its probabilities smoothed over presentation time.

    One row out per row in; those of a source keep their order. The kernel is a Gaussian that looks
    as far ahead as back, so nothing is delayed. Probabilities are averaged, not log-odds: sums stay
    1, values stay between those they are made of, a class's share of the time stays about what it
    was; and on made-up sequences (`python -m training sequences`) it labels a little better.
    A row leaves once the stream is three standard deviations past it, with a path of labels ten
    times `seconds` past it at the latest; so memory doesn't grow with the video. Without a face or
    a track a row passes unchanged; a photo's face is smoothed with nothing.

    Args:
        stream: Rows of several sources may interleave; those of one are in order, then its end.
        seconds: The Gaussian's standard deviation. Of the path, the mean time a label is held.
        labels: `argmax` for the class that is most probable after smoothing; `viterbi` for the
            most probable path of a hidden Markov model through the track's raw probabilities.

    Yields:
        Rows and end markers.
    """
    sources: dict[str, SourceSmoother] = {}
    for item in stream:
        with stages.timed("smooth", units=int(isinstance(item, Observation))):
            if isinstance(item, SourceEnd):
                source = sources.pop(item.source.id, None)
                ready = list(source.end()) if source else []
            elif item.time_s is None:
                ready = [as_it_is(item)]
            else:
                if item.source_id not in sources:
                    sources[item.source_id] = SourceSmoother(seconds, labels == "viterbi")
                ready = list(sources[item.source_id].add(item))
        yield from ready
        if isinstance(item, SourceEnd):
            yield item
