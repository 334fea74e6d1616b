"""Errors a user can act on. Everything else is a defect and may show its traceback.

The command line prints ``message`` and ``remedy`` on one line and ends with ``exit_code``
(documented in ``docs/cli.md``): 0 fine, 1 error, 2 usage, 3 some portals not fine, 130 interrupted.
"""

from __future__ import annotations


class FazhiError(Exception):
    """Raised when the user's input or machine stops a command: what is wrong, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} - {self.remedy}" if self.remedy else self.message


class UsageError(FazhiError):
    """Raised when the arguments are at fault: an unknown portal code, a file that is not there."""

    exit_code = 2


class NewerSchemaError(FazhiError):
    """Raised when a database was made by a newer version of fazhi than the one running."""


class StorageError(FazhiError):
    """Raised when the disk refuses: full, not writable, or locked by another fazhi."""


class BrokenRecordError(FazhiError):
    """Raised when a WARC record cannot be read back whole at the place where it should stand."""
