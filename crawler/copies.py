"""What the archive has of an address already, and the headers that ask its server whether it is still so.

Articles, files and the further pages of lists are asked under the condition that they changed: with the ETag, strong
or weak, and the Last-Modified of the newest copy, as they were received. Nothing is ever taken for unchanged because of
its age. A copy counts only if it came from this very address and can be read now: a 304 in the place of one that is
broken would lose the page for good. The first page of a list is always asked for whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive import warc_read
from archive.captures import Captures
from archive.errors import BrokenRecordError
from archive.model import Capture, Role
from archive.warc_fields import uri
from crawler.addresses import canonical
from crawler.targets import Page, Target

CONDITIONS = ("If-None-Match", "If-Modified-Since")
LONGEST = 500  # characters of a validator; longer ones were made to cost something


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest copy of an address. ``response`` is the capture that holds its bytes, ``page`` what they show, and
    ``headers`` are the conditions to ask under. Where it cannot be read both are None, and there are none."""

    response: Capture | None
    page: Page | None
    headers: dict[str, str]

    @property
    def broken(self) -> bool:
        """Whether there is a record that cannot be read: what comes in its place must be written in full."""
        return self.response is None

    def confirmed_by(self, url: str, status: int, body: bytes) -> bool:
        """Say whether an answer means that the copy is still good."""
        return status == 304 and not body and self.response is not None and self.response.origin.url == uri(url)


def find(warc: Path, captures: Captures, target: Target, url: str) -> Copy | None:
    """Return the copy of a target under the address that is to be asked, None where there is none to go by."""
    if target.post is not None or (target.role is Role.LISTING and target.page == 1):
        return None
    here = [capture for capture in captures.of_target(target.key) if capture.origin.url == uri(url)]
    had = [capture for capture in here if capture.origin.role is target.role and 200 <= capture.origin.status < 300]
    if not had:
        return None
    copy = _read(warc, captures, had[-1])
    # A 304 that nothing could be made of: this server is asked without conditions the next time.
    return Copy(copy.response, copy.page, {}) if here[-1].origin.role is Role.OTHER and _is_304(here[-1]) else copy


def _read(warc: Path, captures: Captures, capture: Capture) -> Copy:
    try:
        record = warc_read.read(warc, capture.warc, capture.offset)
        answer = warc_read.answer_of(warc, record, captures)
        response: Capture | None = capture
        while response is not None and response.kind == "revisit":
            refers_to = warc_read.read(warc, response.warc, response.offset).refers_to
            response = captures.get(refers_to) if refers_to else None
    except BrokenRecordError:
        return Copy(None, None, {})
    if response is None or response.kind != "response":
        return Copy(None, None, {})
    address = canonical(capture.origin.url or "") or capture.origin.url or capture.target
    page = Page(address, answer.payload(), answer.content_type, answer.status)
    told = zip(CONDITIONS, (capture.etag, capture.last_modified), strict=True)
    headers = {name: value for name, value in told if value and value.isascii() and len(value) <= LONGEST}
    return Copy(response, page, headers if response.origin.url == capture.origin.url else {})


def _is_304(capture: Capture) -> bool:
    return capture.origin.status == 304
