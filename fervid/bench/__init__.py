"""Measure an analysis stage by stage, in turn with decoding alone."""
