"""FER2013 for tensorflow_datasets; importing the builder's module registers it."""
