"""How a page's bytes are shared out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fervid.report.budget import LEAST_BINS, MOST_BINS, MOST_FRAMES, most_cells


def test_where_all_fits_no_source_is_put_into_bins() -> None:
    assert most_cells([(2000, 2000)] * 500, smoothed=False) == [MOST_FRAMES] * 500


def test_a_source_of_more_frames_than_a_phone_unpacks_is_put_into_bins() -> None:
    assert most_cells([(MOST_FRAMES + 1, 0)], smoothed=False) == [MOST_BINS]


def test_short_sources_stay_whole_beside_long_ones() -> None:
    short, *long = most_cells([(100, 100), *[(100_000, 100_000)] * 20], smoothed=False)
    assert short == MOST_FRAMES
    assert set(long) == {long[0]}
    assert long[0] < 30_000


@given(
    st.lists(st.tuples(st.integers(1, 150_000), st.floats(0, 4)), max_size=50),
    st.booleans(),
    st.integers(100_000, 1_000_000),
)
def test_a_page_never_takes_more_than_its_share(
    sizes: list[tuple[int, float]], smoothed: bool, page_bytes: int
) -> None:
    extents = [(frames, int(frames * each)) for frames, each in sizes]
    limits = most_cells(extents, smoothed=smoothed, page_bytes=page_bytes)
    taken = 0.0
    for (frames, faces), limit in zip(extents, limits, strict=True):
        if frames <= limit:
            taken += 7 * (1 + smoothed) * faces
        elif limit > LEAST_BINS:
            taken += 7 * (3 + smoothed) * limit * max(faces / frames, 1)
    assert taken <= page_bytes + 1
