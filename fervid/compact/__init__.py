"""Join several results into one that is as if a single run had made it."""

from fervid.compact.join import Compacted, compact

__all__ = ["Compacted", "compact"]
