"""Go on with what an earlier run left: which sources are done, and whether they may stay."""

from fervid.resume.begin import Resumed, begin

__all__ = ["Resumed", "begin"]
