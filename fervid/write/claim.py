"""Claim the place of a result, with what an earlier run left there, and give it up again."""

from __future__ import annotations

import logging

from fervid.counted import counted
from fervid.errors import UsageError
from fervid.write.partial import PartialFolder, converted_files
from fervid.write.place import GO_ON, Place, check_place, present_run
from fervid.write.publish import complete, is_ready, publish

_logger = logging.getLogger(__name__)


class Claim:
    """The place of a result, and its `.partial` folder, held for one run.

    Args:
        place: Of the result.
        overwrite: Whether what lies there, and what a run that died left behind, may be replaced.
        resume: Whether what a run that died left behind is kept, for `fervid.resume` to go on with.

    Raises:
        UsageError: Another run holds it, or what is there must not be replaced.
        OSError: The folder cannot be made.

    Attributes:
        partial: The folder.
        replaces: The `run_id` of the result there that may be replaced; None if there is none.
    """

    def __init__(self, place: Place, *, overwrite: bool, resume: bool) -> None:
        self._place = place
        self.partial = PartialFolder(place.partial, place.called(place.partial))
        try:
            self._settle_leftovers(overwrite=overwrite, resume=resume)
            # Again: until it was claimed, another run may have ended there.
            check_place(place, overwrite=overwrite or resume)
            self.replaces = present_run(place)
            self.partial.prepare()
        except BaseException:
            self.partial.close()
            raise

    def holds_anything(self) -> bool:
        """Whether there is something that resuming could go on with."""
        has_parts = bool(self.partial.part_folders()) and not self.partial.copies.exists()
        return has_parts or is_ready(self.partial)

    def go_on(self, *, replacing: object) -> None:
        """Go on with a run that was cut off.

        Args:
            replacing: The `run_id` of the result that it was to replace; None if there was none.

        Raises:
            UsageError: Another result lies there now.
        """
        self.replaces = None if replacing is None else str(replacing)
        self._check_present()

    def publish(self) -> None:
        """Put in place what lies complete in `partial.final`.

        Raises:
            UsageError: Another result lies there now.
            OSError: Not all could be moved; a resumed run goes on from there.
        """
        self._check_present()
        publish(self._place, self.partial)

    def _check_present(self) -> None:
        """Replace nothing that has come since the run began."""
        if present_run(self._place) not in (None, self.replaces):
            raise UsageError(
                "Since the run began another result has come to "
                f"{self._place.called(self._place.out)}, or beside it; "
                f"what this one finished lies in {self.partial.path}.",
                f"Move that result away, then {GO_ON}.",
            )

    def _settle_leftovers(self, *, overwrite: bool, resume: bool) -> None:
        """Decide about what an earlier run left behind; only what nobody can miss goes silently."""
        if converted_files(self.partial.path) is not None:
            raise UsageError(
                f"{self.partial.path} is a folder of fervid convert.",
                "Move it away, or give another --out.",
            )
        are_copies = self.partial.copies.exists()
        if is_ready(self.partial) and (resume or overwrite or are_copies):
            _logger.info("The run before died while it put its result in place; done now.")
            complete(self._place, self.partial)
            self.partial.empty()
        elif self.holds_anything() and not (resume or overwrite):
            raise UsageError(
                f"{self._place.called(self.partial.path)} is what a run that did not end left "
                f"behind: {counted(len(self.partial.part_folders()), 'finished part')}.",
                "Go on with it by fervid analyze --resume, start again with --overwrite, which "
                "deletes it, or give another --out.",
            )
        elif are_copies or not resume:
            self.partial.empty()
