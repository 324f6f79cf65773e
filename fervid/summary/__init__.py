"""Sum a result up: figures per source, track and group, episodes, transitions.

The package is not named `summarize`: importing it would hide the function `fervid.summarize`.
"""
