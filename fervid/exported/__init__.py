"""Networks exported for LiteRT on this machine: made once, kept in the user's cache."""

from fervid.exported.cache import exported, report_faults

__all__ = ["exported", "report_faults"]
