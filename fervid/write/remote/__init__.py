"""A result in a store: made on this machine, mirrored while it grows, uploaded when complete."""

from fervid.write.remote.opening import check_url, open_remote
from fervid.write.remote.reading import at_hand

__all__ = ["at_hand", "check_url", "open_remote"]
