"""Codecs: how one vendor value becomes a canonical value, and back. Each is registered by its `as:` name.

A codec never sees an empty value: empty is `None` on both sides, and so is empty text. `read` and `write` raise
`Unfit` for what cannot be expressed; `key` brings two spellings of one value to the same comparison key (an
empty value has the key of `None`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers

from connector.core.flow import Pair, Raw
from connector.core.mapping import countries
from connector.core.schema import Value


class Unfit(Exception):
    """A value that cannot be understood, or cannot be held by the other side. The text is for a salesperson."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a field's line may say about its codec. `scale`: canonical value = vendor value x scale."""

    region: str = "US"
    decimals: int | None = None
    scale: Pair[Decimal] = field(default_factory=lambda: Pair(Decimal(1), Decimal(1)))


@dataclass(frozen=True, slots=True)
class Codec:
    """A two-way translation. `plain`: text that crosses as it is. `lossy`: reading and writing back may change
    the spelling (never the meaning)."""

    read: Pair[Callable[[Any], Value]]
    write: Pair[Callable[[Any], Raw]]
    key: Callable[[Any], Hashable]
    plain: bool = False
    lossy: bool = False


def _both(
    read: Callable[[Any], Value], write: Callable[[Any], Raw], key: Callable[[Any], Hashable], **facts: bool
) -> Codec:
    return Codec(Pair(read, read), Pair(write, write), key, **facts)


def _same(value: Any) -> Any:
    return value


# --- text ------------------------------------------------------------------------------------------------


def as_text(raw: Any) -> str | None:
    """Any scalar as text; empty text is no value."""
    if raw is None or raw.__class__ is str:
        return raw or None
    if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool):
        return str(raw) or None
    raise Unfit(f"{raw!r} is not text")


def text_key(value: str | None) -> str:
    """Line ends and outer space do not count."""
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def text(options: Options) -> Codec:
    """Text as people typed it. Equal apart from outer space and the kind of line ends."""
    return _both(as_text, _same, text_key, plain=True)


_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


def email(options: Options) -> Codec:
    """An e-mail address. Equal without regard to case; one that both systems would refuse is not written."""
    return _both(as_text, _checked_email, lambda value: text_key(value).casefold())


def _checked_email(value: str) -> str:
    if not _EMAIL.fullmatch(value.strip()):
        raise Unfit(f"{value!r} is not an e-mail address")
    return value.strip()


# --- web addresses ---------------------------------------------------------------------------------------

_SCHEME = re.compile(r"^(https?|ftp|file)://", re.IGNORECASE)


def url(options: Options) -> Codec:
    """A web address. Equal without regard to http or https, a slash at the end, and the case of the host.
    NetSuite refuses one without a scheme (recorded), so `https://` is put before it there."""
    return Codec(Pair(as_text, as_text), Pair(_with_scheme, _same), _url_key, lossy=True)


def _with_scheme(value: str) -> str:
    bare = value.strip()
    return bare if _SCHEME.match(bare) else f"https://{bare}"


def _url_key(value: str | None) -> str:
    bare = re.sub(r"^https?://", "", text_key(value), flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    return (host.casefold() + slash + rest).rstrip("/")


# --- phones ----------------------------------------------------------------------------------------------

_EXTENSION = re.compile(r"[\s,;]*(?:#|x|ext\.?|extension)\s*:?\s*(\d{1,9})\s*$", re.IGNORECASE)
#: NetSuite: "Phone number should have seven digits or more." (assumed to count letters too).
_NETSUITE_PHONE_DIGITS = 7


def phone(options: Options) -> Codec:
    """A phone number as people typed it. Equal by country code, digits and extension; `region` is the country of
    numbers without a country code."""
    return Codec(
        Pair(as_text, as_text),
        Pair(_long_enough, _same),
        lambda value: phone_key(value, options.region),
    )


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
    if number.startswith("00"):
        number = "+" + number[2:]
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^\w+]", "", typed).casefold()
    return f"{phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)};{extension}"


def _split_extension(typed: str) -> tuple[str, str]:
    found = _EXTENSION.search(typed)
    return (typed[: found.start()], found.group(1)) if found else (typed, "")


# --- numbers ---------------------------------------------------------------------------------------------


def as_decimal(raw: Any) -> Decimal | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool):
        try:
            number = Decimal(raw)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise Unfit(f"{raw!r} is not a number")


def number(options: Options) -> Codec:
    """An exact number. `decimals`: how many digits after the point both sides keep; more are not written."""
    return _both(as_decimal, lambda value: _fits(value, options.decimals), _same)


def money(options: Options) -> Codec:
    """An exact amount, two decimals unless `decimals` says otherwise; more are not written, never rounded."""
    decimals = 2 if options.decimals is None else options.decimals
    return _both(as_decimal, lambda value: _fits(value, decimals), _same)


def _fits(value: Decimal, decimals: int | None) -> Decimal:
    if decimals is not None and value != round(value, decimals):
        raise Unfit(f"{value} has more than {decimals} decimals")
    return value


def integer(options: Options) -> Codec:
    """A whole number."""
    return _both(as_integer, _same, _same)


def as_integer(raw: Any) -> int | None:
    value = as_decimal(raw)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unfit(f"{raw!r} is not a whole number")
    return int(value)


def percent(options: Options) -> Codec:
    """A percentage, 0 to 100. `scale: {netsuite: 100}` where that side keeps it as a fraction (0.6 for 60)."""

    def reader(scale: Decimal) -> Callable[[Any], Value]:
        def read(raw: Any) -> Decimal | None:
            value = as_decimal(raw)
            return None if value is None else value * scale

        return read

    def writer(scale: Decimal) -> Callable[[Any], Raw]:
        return lambda value: _fits(value, options.decimals) / scale

    scale = options.scale
    return Codec(
        Pair(reader(scale.netsuite), reader(scale.salesforce)),
        Pair(writer(scale.netsuite), writer(scale.salesforce)),
        _same,
    )


_BOOLEANS: Mapping[Any, bool] = {True: True, False: False, "T": True, "F": False, "true": True, "false": False}


def boolean(options: Options) -> Codec:
    """Yes or no. Empty is no: neither system's checkbox can be empty."""
    return _both(_as_boolean, _same, bool)


def _as_boolean(raw: Any) -> bool | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | str) and raw in _BOOLEANS:
        return _BOOLEANS[raw]
    raise Unfit(f"{raw!r} is neither yes nor no")


# --- dates -----------------------------------------------------------------------------------------------


def date_(options: Options) -> Codec:
    """A calendar day, `YYYY-MM-DD`."""
    return _both(_as_date, lambda value: value.isoformat(), _same)


def _as_date(raw: Any) -> date | None:
    if raw is None or raw == "":
        return None
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Unfit(f"{raw!r} is not a date") from None


def datetime_(options: Options) -> Codec:
    """An instant, UTC. NetSuite keeps whole seconds, so parts of a second do not count."""
    return _both(_as_datetime, _instant_text, lambda value: value and value.replace(microsecond=0), lossy=True)


def _as_datetime(raw: Any) -> datetime | None:
    if raw is None or raw == "":
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Unfit(f"{raw!r} is not a date and time") from None
    if moment.tzinfo is None:
        raise Unfit(f"{raw!r} has no time zone")
    return moment.astimezone(UTC)


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# --- lists -----------------------------------------------------------------------------------------------


def picklist(options: Options) -> Codec:
    """A value of a list, as text or id. Equal only if spelt equal."""
    return _both(as_text, _same, text_key, plain=True)


def multi_picklist(options: Options) -> Codec:
    """Several values of a list, in no order. Both systems' adapters hand them over joined by `;`."""
    return _both(_as_tuple, _joined, lambda value: value or (), lossy=True)


def _as_tuple(raw: Any) -> tuple[str, ...] | None:
    joined = as_text(raw)
    return tuple(sorted({item.strip() for item in (joined or "").split(";")} - {""})) or None


def _joined(value: tuple[str, ...]) -> str:
    broken = [item for item in value if ";" in item]
    if broken:
        raise Unfit(f"{broken[0]!r} holds the separator of lists, `;`")
    return ";".join(value)


# --- countries -------------------------------------------------------------------------------------------


def country(options: Options) -> Codec:
    """A country by ISO 3166 code in NetSuite and by its common name in Salesforce. `USA`, `UK`, `Deutschland`
    and official names are understood; what is understood is equal however it is spelt."""
    return Codec(Pair(country_code, country_code), Pair(_same, countries.name_of), text_key, lossy=True)


def country_code(raw: Any) -> str | None:
    """ISO 3166 alpha-2 code of a country however written; Unfit for what is none."""
    written = text_key(as_text(raw))
    if not written:
        return None
    code = countries.code_of(written)
    if code is None:
        raise Unfit(f"{written!r} is not a country that is known here")
    return code


CODECS: Mapping[str, Callable[[Options], Codec]] = {
    "text": text,
    "long_text": text,
    "email": email,
    "phone": phone,
    "url": url,
    "money": money,
    "number": number,
    "integer": integer,
    "percent": percent,
    "boolean": boolean,
    "date": date_,
    "datetime": datetime_,
    "country": country,
    "picklist": picklist,
    "multi_picklist": multi_picklist,
}
"""The codecs of one vendor field by their `as:` name. `address` and `link` are forms, see `lenses.py`."""
