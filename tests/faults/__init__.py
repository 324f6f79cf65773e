"""Break real runs at random but seeded moments, resume them, and compare with a run left in peace.

`python -m tests.faults --kills 100 --seed 0` breaks them in every way and reports what came of it.
"""
