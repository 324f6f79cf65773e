"""Cut many patches out of one picture cheaply, from copies halved again and again."""

from __future__ import annotations

from fervid.picture import Picture, Rgb


class Halves:
    """A picture and its halves, made when first needed.

    A patch that shrinks is cut from the copy nearest above its size: of a face of 200 pixels in
    360p, 24x24 cost 0.19 ms from the original and 0.01 ms from a copy, which costs 0.04 ms once.

    Args:
        picture: The original.
    """

    def __init__(self, picture: Picture) -> None:
        self.original = picture
        self._copies = [picture]

    def scaled(self, width: int, height: int) -> Rgb:
        """Scale the picture, as `Picture.scaled` does.

        Args:
            width: Of the result, in pixels.
            height: Of the result, in pixels.

        Returns:
            uint8 RGB `(height, width, 3)`.
        """
        factor = min(self.original.width / width, self.original.height / height)
        return self._copy(factor).scaled(width, height)

    def crop(self, box_xyxy: tuple[float, float, float, float], side: int) -> Rgb:
        """Cut a box out, as `Picture.crop` does.

        Args:
            box_xyxy: In continuous pixels of the original.
            side: Of the result, in pixels.

        Returns:
            uint8 RGB `(side, side, 3)`.
        """
        x1, y1, x2, y2 = box_xyxy
        copy = self._copy(max(x2 - x1, y2 - y1) / side)
        scale_x, scale_y = copy.width / self.original.width, copy.height / self.original.height
        return copy.crop((x1 * scale_x, y1 * scale_y, x2 * scale_x, y2 * scale_y), side)

    def _copy(self, factor: float) -> Picture:
        """The smallest copy that is still at least `1 / factor` of the original."""
        halvings = max(0, int(factor).bit_length() - 1)
        while len(self._copies) <= halvings:
            last = self._copies[-1]
            if min(last.width, last.height) < 2:
                return last
            self._copies.append(Picture(last.scaled(last.width // 2, last.height // 2)))
        return self._copies[halvings]
