"""Whether two runs were made in the same way."""

from __future__ import annotations

from fervid.resume.manner import differences


def test_a_run_whose_heads_were_blended_by_a_share_is_told_from_one_with_a_matrix() -> None:
    """Run files of before have a share of the crowd's head."""
    before = {"model.name": "residual-se-half", "model.crowd_share": 0.3}
    now = {"model.name": "residual-se-half", "model.blend": [[0.1234] * 7] * 14}
    blend, share = differences(before, now)
    assert share == "model.crowd_share was 0.3, now not set"
    assert blend.startswith("model.blend was not set, now [[0.1234, ")
    assert len(blend) < 250
