"""The resolution that print wants."""

DPI = 300
