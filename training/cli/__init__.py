"""The commands of `python -m training`: each in a module of its own, loaded when it is called."""
