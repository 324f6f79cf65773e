"""A driver to be killed: python -m tests.cluster.driver INPUTS OUT ADDRESS."""

from __future__ import annotations

import functools
import sys

import fervid
import fervid.engines.ray
from tests.cluster.workers import PlayedWorker

fervid.engines.ray.RayEngine = functools.partial(  # type: ignore[assignment,misc]
    fervid.engines.ray.RayEngine, worker=PlayedWorker
)
inputs, out, address = sys.argv[1:]
fervid.analyze(inputs, out, engine="ray", ray_address=address, charts=False)
