"""What a line says about its codec, checked: an option that would do nothing is a mistake, since whoever wrote it
expects something of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from connector.core.flow import Pair
from connector.core.mapping import countries
from connector.core.mapping.codecs import Options
from connector.core.mapping.codecs.phones import SPELLINGS as PHONE_SPELLINGS
from connector.core.mapping.codecs.places import SPELLINGS as PLACE_SPELLINGS
from connector.core.mapping.language import CodecName, FieldLine, Join, Split
from connector.core.mapping.tables import Complain
from connector.core.mapping.yaml_file import Path, nearest
from connector.core.schema import SystemName

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "phone": PHONE_SPELLINGS,
    "country": PLACE_SPELLINGS,
    "state": PLACE_SPELLINGS,
}
_WHOLE_FORMS = frozenset({"address", "link"})
_TEXTS = ("text", "long_text")


def codec_name(line: FieldLine) -> CodecName:
    """The codec of a line, said or implied."""
    implied: CodecName = "lookup" if line.lookup else "picklist" if line.values is not None else "text"
    return line.as_ or implied


def options(line: FieldLine) -> Options:
    """What the codec of a checked line is made with."""
    return Options(
        region=line.region,
        decimals=line.decimals,
        scale=Pair(line.scale.netsuite, line.scale.salesforce),
        spelling=Pair(line.spelling.netsuite or "", line.spelling.salesforce or ""),
        zone=Pair(_zone(line.zone.netsuite), _zone(line.zone.salesforce)),
        currency=currency_code(line),
        markup=Pair(line.markup in ("netsuite", "both"), line.markup in ("salesforce", "both")),
        country=countries.code_of(line.country) if isinstance(line.country, str) else None,
    )


def currency_code(line: FieldLine) -> str | None:
    return line.currency if line.currency and line.currency.isupper() else None


def currency_line(line: FieldLine) -> str | None:
    """The canonical field that tells the currency of a record."""
    return line.currency if line.currency and not line.currency.isupper() else None


def _zone(name: str | None) -> ZoneInfo | None:
    return ZoneInfo(name) if name is not None and name in available_timezones() else None


# --- mistakes --------------------------------------------------------------------------------------------


def check_options(line: FieldLine, path: Path, complain: Complain) -> None:
    """Complains about options that mean nothing for the line's codec, and about values that are none."""
    codec = codec_name(line)
    for option in sorted(line.model_fields_set & set(_useless(line, codec))):
        complain((*path, option), f"`{option}` has no meaning for `as: {codec}`", on_key=True)
    for where, what, expected in _wrong_values(line, codec):
        complain((*path, *where), what, expected)
    for system in SystemName:
        side = getattr(line, system)
        if isinstance(side, Join | Split) and codec not in _TEXTS:
            form = "join" if isinstance(side, Join) else "split"
            complain((*path, str(system)), f"`{form}` makes text", "expected `as: text` or `as: long_text`")


def _useless(line: FieldLine, codec: CodecName) -> Iterator[str]:
    listed = line.values is not None or line.lookup is not None
    only_for: Mapping[str, bool] = {
        "to": codec == "link",
        "lookup": codec == "lookup",
        "unknown": listed,
        "values": codec in ("picklist", "multi_picklist"),
        "region": codec == "phone",
        "spelling": codec in _SPELLINGS,
        "country": codec == "state",
        "currency": codec == "money",
        "decimals": codec in ("money", "number", "percent"),
        "scale": codec == "percent",
        "zone": codec in ("date", "datetime"),
        "markup": codec == "html",
        "default": codec not in _WHOLE_FORMS,
        "on_too_long": codec in (*_TEXTS, "html"),
    }
    return (option for option, has_meaning in only_for.items() if not has_meaning)


def _wrong_values(line: FieldLine, codec: CodecName) -> Iterator[tuple[Path, str, str]]:
    if line.region not in phonenumbers.SUPPORTED_REGIONS:
        yield ("region",), f"{line.region!r} is not a country code", "expected an ISO code such as US"
    if line.unknown == "default" and line.default.netsuite is None and line.default.salesforce is None:
        yield ("unknown",), "`unknown: default` needs a `default`", ""
    if line.unknown == "pass" and line.lookup:
        yield ("unknown",), "an id of one system means nothing in the other", "expected hold, default or ignore"
    if codec == "lookup" and line.lookup is None:
        yield ("as",), "a lookup needs to know in which list", "expected `lookup: owners` or the like"
    for system in SystemName:
        zone = getattr(line.zone, system)
        if zone is not None and zone not in available_timezones():
            expected = nearest(zone, available_timezones()) or "expected an IANA name such as America/New_York"
            yield ("zone", str(system)), f"`{zone}` is not a time zone", expected
        spelling, known = getattr(line.spelling, system), _SPELLINGS.get(codec, ())
        if spelling is not None and known and spelling not in known:
            yield (
                ("spelling", str(system)),
                f"`{spelling}` is no spelling of a {codec}",
                f"expected {' or '.join(known)}",
            )
    yield from _wrong_country(line, codec)


def _wrong_country(line: FieldLine, codec: CodecName) -> Iterator[tuple[Path, str, str]]:
    if codec == "state" and line.country is None:
        expected = "expected `country: US`, or `country: {netsuite: ..., salesforce: ...}`"
        yield ("as",), "a state needs to know its country", expected
    if isinstance(line.country, str) and countries.code_of(line.country) is None:
        yield ("country",), f"{line.country!r} is not a country code", "expected an ISO code such as US"
