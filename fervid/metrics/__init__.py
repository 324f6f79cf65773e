"""Say in a file, for Prometheus and what reads its format, how a run goes and how it went."""

from fervid.metrics.run_metrics import RunMetrics

__all__ = ["RunMetrics"]
