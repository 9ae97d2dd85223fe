"""A postal address as a whole: one structured sub-record in NetSuite, five fields in Salesforce.

NetSuite has three lines for the street (`addr1` to `addr3`); a fourth line and more go into the third, joined by
", ", and so the kind of separator between lines does not count when two addresses are compared. The country is an
ISO code in NetSuite. Salesforce takes any text: a fresh one is written as the country's common name, one that
means the same is never rewritten.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from connector.core.flow import Planned, Raw
from connector.core.mapping import countries, states
from connector.core.mapping.codecs import Unfit, as_text, country_code, text_key
from connector.core.mapping.lenses import Lens, Links
from connector.core.schema import ABSENT, Address, Gap, Value

PARTS = ("street", "city", "state", "postal_code", "country")
_STREET_LINES = ("addr1", "addr2", "addr3")
#: What a NetSuite address holds at most (assumed: metadata does not tell).
_NETSUITE_LENGTHS = {"addr1": 150, "addr2": 150, "addr3": 150, "city": 50, "state": 50, "zip": 36}


def address_key(value: Value) -> Hashable:
    """Comparison key: streets line by line without empty lines, the state however it is spelt, the rest as text."""
    if not isinstance(value, Address):
        return ("",) * len(PARTS)
    state = text_key(value.state)
    return (
        ", ".join(street_lines(value.street)),
        text_key(value.city),
        states.code_of(value.country or "", state) or state,
        text_key(value.postal_code),
        text_key(value.country),
    )


def street_lines(street: str | None) -> list[str]:
    return [line.strip() for line in text_key(street).split("\n") if line.strip()]


def _whole(street: str | None, city: str | None, state: str | None, postal_code: str | None, country: Raw) -> Value:
    found = Address(street, city, state, postal_code, country_code(country))
    return None if found == Address() else found


# --- NetSuite: one sub-record ----------------------------------------------------------------------------


def sub_record(name: str) -> Lens:
    """An addressBook line as the adapter hands it over: addr1, addr2, addr3, city, state, zip, country."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if name not in raw:
            return ABSENT
        return _from_line(raw[name])

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        return {name: _to_line(value) if isinstance(value, Address) else None}

    return Lens(get, put, (name,), (name,))


def _from_line(line: Raw) -> Value:
    if line is None:
        return None
    if not isinstance(line, Mapping):
        raise Unfit(f"{line!r} is not an address")
    street = "\n".join(part for part in (as_text(line.get(name)) for name in _STREET_LINES) if part)
    return _whole(
        street or None, as_text(line.get("city")), as_text(line.get("state")), as_text(line.get("zip")),
        line.get("country"),
    )  # fmt: skip


def _to_line(value: Address) -> Mapping[str, Raw]:
    first, second, third, *_ = [*_three_lines(value.street), None, None, None]
    line: dict[str, Raw] = {
        "addr1": first,
        "addr2": second,
        "addr3": third,
        "city": value.city,
        "state": value.state,
        "zip": value.postal_code,
        "country": value.country,
    }
    for name, length in _NETSUITE_LENGTHS.items():
        if len(str(line[name] or "")) > length:
            raise Unfit(f"{name} has {len(str(line[name]))} characters, NetSuite holds {length}")
    return line


def _three_lines(street: str | None) -> list[str]:
    lines = street_lines(street)
    return [*lines[:2], ", ".join(lines[2:])] if len(lines) > 2 else lines


# --- Salesforce: a field per part ------------------------------------------------------------------------


def parts(names: Mapping[str, str]) -> Lens:
    """An address part by part; `names`: part -> vendor field. Absent as a whole unless all parts were read,
    since writing it back would blank what we could not see."""
    fields = tuple(names[part] for part in PARTS)

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if any(name not in raw for name in fields):
            return ABSENT
        street, city, state, postal_code, country = (raw[name] for name in fields)
        lines = as_text(street)
        return _whole(
            lines.replace("\r\n", "\n") if lines else None,
            as_text(city), as_text(state), as_text(postal_code), country,
        )  # fmt: skip

    def put(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
        wanted = _texts(value)
        if not isinstance(held, Gap):
            now = _texts(held)
            wanted = {part: text for part, text in wanted.items() if text_key(text) != text_key(now[part])}
        return {names[part]: text for part, text in wanted.items()}

    return Lens(get, put, fields, fields)


def _texts(value: Value) -> dict[str, str | None]:
    address = value if isinstance(value, Address) else Address()
    country = address.country and countries.name_of(address.country)
    return {**{part: getattr(address, part) for part in PARTS}, "country": country}
