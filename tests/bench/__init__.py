"""Benchmarks: each `python -m tests.bench.NAME`, all `make bench`; pytest runs none in full."""
