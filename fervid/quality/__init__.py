"""Tell how well faces can be judged; README.md says when not to trust a row."""

from fervid.quality.quality import assess

__all__ = ["assess"]
