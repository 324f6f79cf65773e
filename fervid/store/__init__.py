"""Read from object stores and web servers: where things lie, what lies there, how it gets here."""

from fervid.store.faults import is_passing, told
from fervid.store.location import Location, is_url

__all__ = ["Location", "is_passing", "is_url", "told"]
