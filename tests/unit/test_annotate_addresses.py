"""Addresses, where files are drawn on, are refused with what to do instead."""

from __future__ import annotations

import pytest

from fervid.annotate import annotate
from fervid.errors import UsageError


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        (("s3://night/a.mp4", "r.parquet", "x.mp4"), "Download it and give the file"),
        (("https://h/a.mp4?sig=hush", "r.parquet", "x.mp4"), "Download it and give the file"),
        (("a.mp4", "s3://night/r.parquet", "x.mp4"), "fervid compact URL --out FOLDER"),
        (("a.mp4", "r.parquet", "s3://night/x.mp4"), "upload the copy"),
    ],
)
def test_an_address_is_refused_with_what_to_do(given: tuple[str, str, str], remedy: str) -> None:
    with pytest.raises(UsageError, match="is an address, and annotate works on files") as caught:
        annotate(*given)
    assert remedy in caught.value.remedy
    assert "hush" not in str(caught.value)
