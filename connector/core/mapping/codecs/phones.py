"""Phone numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumberFormat

from connector.core.flow import Pair
from connector.core.mapping.codecs.base import Codec, Options, Unfit, as_text, codec, text_key
from connector.core.mapping.worked import Worked

_EXTENSION = re.compile(r"[\s,;]*(?:#|x|ext\.?|extension)\s*:?\s*(\d{1,9})\s*$", re.IGNORECASE)
#: NetSuite: "Phone number should have seven digits or more." (assumed to count letters too).
_NETSUITE_PHONE_DIGITS = 7
SPELLINGS = ("typed", "e164", "international")
_FORMATS = {"e164": PhoneNumberFormat.E164, "international": PhoneNumberFormat.INTERNATIONAL}


@codec(
    "phone",
    Worked(
        "phone: {netsuite: phone, salesforce: Phone, as: phone}",
        {"phone": "(434) 369-3100"},
        {"Phone": "(434) 369-3100"},
    ),
    Worked(
        "phone: {netsuite: phone, salesforce: Phone, as: phone, region: DE, spelling: {salesforce: e164}}",
        {"phone": "030 901820"},
        {"Phone": "+4930901820"},
        "to_salesforce",
    ),
    Worked(
        "phone: {netsuite: phone, salesforce: Phone, as: phone}",
        {},
        {"Phone": "369 31"},
        "to_netsuite",
        "'369 31' is too short: NetSuite wants seven digits or more in a phone number",
    ),
)
def phone(options: Options) -> Codec:
    """A phone number. Equal by country code, digits and extension (E.164); `region` is the country of numbers
    without a country code. Written as people typed it (`typed`) unless `spelling` says `e164` or `international`; a
    number that cannot be parsed stays as it was typed."""
    spelling, region = options.spelling, options.region
    salesforce = _speller(spelling.salesforce, region)
    netsuite = _speller(spelling.netsuite, region)
    return Codec(
        Pair(as_text, as_text),
        Pair(lambda value: _long_enough(netsuite(value)), salesforce),
        lambda value: phone_key(value, region),
        lossy=any(chosen in _FORMATS for _, chosen in spelling),
    )


def _speller(spelling: str, region: str) -> Callable[[str], str]:
    chosen = _FORMATS.get(spelling)
    return (lambda typed: typed) if chosen is None else lambda typed: _spelt(typed, region, chosen)


def _spelt(typed: str, region: str, chosen: int) -> str:
    number, extension = _split_extension(text_key(typed))
    parsed = _parsed(number, region)
    if parsed is None:
        return typed
    return phonenumbers.format_number(parsed, chosen) + (f" x{extension}" if extension else "")


def _long_enough(value: str) -> str:
    if sum(char.isalnum() for char in value) < _NETSUITE_PHONE_DIGITS:
        raise Unfit(f"{value!r} is too short: NetSuite wants seven digits or more in a phone number")
    return value


def phone_key(value: str | None, region: str) -> str:
    """Comparison key of a phone number: E.164 and extension where it parses, else its letters and digits.

    >>> phone_key("001-672-799-2170x5610", "US") == phone_key("+1 672 799 2170 ext. 5610", "US")
    True
    """
    typed = text_key(value)
    number, extension = _split_extension(typed)
    parsed = _parsed(number, region)
    if parsed is None:
        return re.sub(r"[^\w+]", "", typed).casefold()
    return f"{phonenumbers.format_number(parsed, PhoneNumberFormat.E164)};{extension}"


def _parsed(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    if number.startswith("00"):
        number = "+" + number[2:]
    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def _split_extension(typed: str) -> tuple[str, str]:
    found = _EXTENSION.search(typed)
    return (typed[: found.start()], found.group(1)) if found else (typed, "")
