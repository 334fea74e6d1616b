"""What this site is, how it was made, where it ends, and how to have something corrected: ``/about``.

The text is in the template. From the archive come its numbers; from the operator comes the contact: ``FAZHI_CONTACT``,
as for the crawler, or ``plugins: fazhi: contact`` in the metadata file.
"""

from __future__ import annotations

import os
import re
import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive import deadline
from archive.site import pages

_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,255}")


async def about_page(datasette: Any, request: Any) -> Response:
    """Show what the site is."""

    def ask(conn: sqlite3.Connection) -> dict[str, Any]:
        numbers = pages.row(
            conn,
            "select (select count(*) from reports) reports, (select count(*) from captures) captures,"
            " (select count(*) from rejected) rejected, (select min(fetched) from captures) first,"
            " (select max(fetched) from captures) last, (select max(extractor) from captures) extractor",
        )
        kinds = pages.rows(
            conn, "select source_kind kind, count(*) reports from reports group by source_kind order by 2 desc, 1"
        )
        return {"numbers": numbers, "kinds": kinds}

    given = contact(datasette)
    more = {"contact": given, "contact_link": contact_link(given), "provisions_year": deadline.PROVISIONS_YEAR}
    return await pages.page(datasette, request, "fazhi_about.html", "about", ask, more)


def contact(datasette: Any) -> str | None:
    """Return where the operator can be reached, None where nothing was given."""
    given = (datasette.plugin_config("fazhi") or {}).get("contact") or os.environ.get("FAZHI_CONTACT")
    return str(given).strip() or None if given else None


def contact_link(given: str | None) -> str | None:
    """Return the address behind a contact, None where it is neither a web nor a mail address.

    >>> contact_link("archive@example.cn"), contact_link("https://example.cn/"), contact_link("javascript:alert(1)")
    ('mailto:archive@example.cn', 'https://example.cn/', None)
    """
    if given and _MAIL.fullmatch(given):
        return f"mailto:{given}"
    return given if pages.is_web(given) else None
