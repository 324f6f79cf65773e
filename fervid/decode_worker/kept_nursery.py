"""Keep a nursery from one run of sources to the next: starting one costs a fifth of a second."""

from __future__ import annotations

from fervid.decode_worker.messages import Orders
from fervid.decode_worker.nursery import Nursery


class KeptNursery:
    """A nursery that outlives those it serves, as long as they have the same orders; to be closed.

    It is for one of them at a time.
    """

    def __init__(self) -> None:
        self._orders: Orders | None = None
        self._nursery: Nursery | None = None

    def of(self, orders: Orders) -> Nursery:
        """Return a nursery with these orders: the one that is there, or a new one."""
        if self._nursery is None or self._orders != orders:
            self.close()
            self._orders, self._nursery = orders, Nursery(orders)
        return self._nursery

    def close(self) -> None:
        """End it."""
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None
