"""Salesforce record ids: 15 characters that differ by case, or 18 that do not."""

from __future__ import annotations

import re

from connector.errors import Unintelligible

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def to_18(text: object) -> str:
    """The 18-character form. Its last three characters tell which of the first fifteen are capitals.

    Raises Unintelligible for what is no id.

    >>> to_18("001D000000IRFma")
    '001D000000IRFmaIAH'
    """
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise Unintelligible("not a Salesforce id", system="salesforce")
    return text if len(text) == 18 else text + "".join(_check(text[start : start + 5]) for start in (0, 5, 10))


def _check(five: str) -> str:
    return _SUFFIX[sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")]


def is_id(text: object) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None
