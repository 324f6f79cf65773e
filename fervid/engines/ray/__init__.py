"""Run the pipeline over many sources on a Ray cluster; nothing outside this package imports Ray."""

from fervid.engines.ray.ray_engine import RayEngine

__all__ = ["RayEngine"]
