"""How blur, dark, tilt and size cost accuracy, and whether `quality` says so."""
