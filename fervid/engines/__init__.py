"""Run the pipeline over many sources: on this machine, later on many."""
