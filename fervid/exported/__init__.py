"""Networks exported for LiteRT on this machine: made once, kept in the user's cache."""

from fervid.exported.apart import exporting
from fervid.exported.cache import exported

__all__ = ["exported", "exporting"]
