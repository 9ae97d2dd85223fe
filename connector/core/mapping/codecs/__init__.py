"""Codecs: how one vendor value becomes a canonical value, and back. Each is registered by its `as:` name.

A codec never sees an empty value: empty is `None` on both sides, and so is empty text. `read` and `write` raise
`Unfit` for what cannot be expressed; `key` brings two spellings of one value to the same comparison key (an
empty value has the key of `None`).
"""

from connector.core.mapping.codecs.base import CODECS, WORKED, Codec, Options, Unfit, as_text, text_key
from connector.core.mapping.codecs.dates import date_, datetime_
from connector.core.mapping.codecs.lists import multi_picklist, picklist
from connector.core.mapping.codecs.numbers import as_decimal, as_integer, boolean, integer, money, number, percent
from connector.core.mapping.codecs.phones import phone, phone_key
from connector.core.mapping.codecs.places import country, country_code, state
from connector.core.mapping.codecs.rich_text import html
from connector.core.mapping.codecs.texts import email, long_text, text, url

__all__ = [
    "CODECS", "WORKED", "Codec", "Options", "Unfit", "as_decimal", "as_integer", "as_text", "boolean", "country",
    "country_code", "date_", "datetime_", "email", "html", "integer", "long_text", "money", "multi_picklist", "number",
    "percent", "phone", "phone_key", "picklist", "state", "text", "text_key", "url",
]  # fmt: skip
