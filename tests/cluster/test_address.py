"""A cluster that is not there is said to be none, at once."""

from __future__ import annotations

import socket

import pytest

from fervid.engines.ray.cluster import connect
from fervid.errors import FervidError


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_where_nobody_answers_is_named_in_seconds(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FervidError, match=f"No Ray cluster answers at {scheme}127.0.0.1:{port}"):
        connect(f"{scheme}127.0.0.1:{port}")
