"""How many examples a property is tried on: `--hypothesis-profile=fuzz` for many."""

from hypothesis import settings

settings.register_profile("fuzz", max_examples=2000, deadline=None)
