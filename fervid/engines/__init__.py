"""Run the pipeline over many sources: on this machine, or on many."""

from fervid.engines.engine import Engine, Job, load_engine

__all__ = ["Engine", "Job", "load_engine"]
