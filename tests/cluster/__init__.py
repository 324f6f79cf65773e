"""Runs on Ray clusters of several nodes on this machine, that lose workers, nodes and drivers."""
