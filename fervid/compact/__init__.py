"""Join several results into one that is as if a single run had made it."""

from fervid.compact.compact import Compacted, compact

__all__ = ["Compacted", "compact"]
