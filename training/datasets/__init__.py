"""Data sets for tensorflow_datasets, a folder each in its own layout."""
