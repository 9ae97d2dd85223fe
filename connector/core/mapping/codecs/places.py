"""Countries and their states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping import countries, states
from connector.core.mapping.codecs.base import Codec, Options, Unfit, as_text, codec, same, text_key
from connector.core.mapping.worked import Worked

SPELLINGS = ("code", "name")


@codec(
    "country",
    Worked(
        "custom.country: {netsuite: custentity_country, salesforce: Country__c, as: country}",
        {"custentity_country": "DE"},
        {"Country__c": "Germany"},
    ),
    Worked(
        "custom.country: {netsuite: custentity_country, salesforce: Country__c, as: country}",
        {"custentity_country": "DE"},
        {"Country__c": "Deutschland"},
        "to_netsuite",
    ),
    Worked(
        "custom.country: {netsuite: custentity_country, salesforce: CountryCode, as: country,"
        " spelling: {salesforce: code}}",
        {"custentity_country": "US"},
        {"CountryCode": "US"},
    ),
)
def country(options: Options) -> Codec:
    """A country by ISO 3166 code in NetSuite and by its common name in Salesforce, unless `spelling` says `code` or
    `name`. `USA`, `UK`, `Deutschland` and official names are understood; what is understood is equal however it is
    spelt."""
    write = {"": same, "code": same, "name": countries.name_of}
    chosen = options.spelling
    return Codec(
        Pair(country_code, country_code),
        Pair(write[chosen.netsuite], write[chosen.salesforce or "name"]),
        text_key,
        lossy=True,
    )


def country_code(raw: Any) -> str | None:
    """ISO 3166 alpha-2 code of a country however written; Unfit for what is none."""
    written = text_key(as_text(raw))
    if not written:
        return None
    code = countries.code_of(written)
    if code is None:
        raise Unfit(f"{written!r} is not a country that is known here")
    return code


_STATES = ", ".join(states.COUNTRIES)


@codec(
    "state",
    Worked(
        "custom.state: {netsuite: custentity_state, salesforce: State__c, as: state, country: US}",
        {"custentity_state": "VA"},
        {"State__c": "Virginia"},
    ),
    Worked(
        "custom.state: {netsuite: custentity_state, salesforce: State__c, as: state,"
        " country: {netsuite: custentity_country, salesforce: Country__c}}",
        {"custentity_state": "BY", "custentity_country": "DE"},
        {"State__c": "Bayern"},
        "to_salesforce",
    ),
    Worked(
        "custom.state: {netsuite: custentity_state, salesforce: State__c, as: state, country: US}",
        {},
        {"State__c": "Bavaria"},
        "to_netsuite",
        "'Bavaria' is not a state of United States",
    ),
)
def state(options: Options) -> Codec:
    code = options.country

    def read(raw: Any) -> str | None:
        return state_value(as_text(raw), code)

    chosen = options.spelling
    return Codec(
        Pair(read, read), Pair(speller(chosen.netsuite), speller(chosen.salesforce or "name")), _key, lossy=True
    )


state.__doc__ = f"""A state or province: by its code in NetSuite and by its name in Salesforce, unless `spelling` says
`code` or `name`; equal however it is spelt. It needs its `country`: an ISO code for all records, or the field that
holds it on either side. States are known of {_STATES}; those of other countries, and of records without a country,
cross as they are written."""


def state_value(written: str | None, country_: str | None) -> str | None:
    """ISO 3166-2 code such as US-VA where the country's states are known; else the text itself."""
    bare = text_key(written)
    if not bare or country_ not in states.COUNTRIES:
        return bare or None
    code = states.code_of(country_, bare)
    if code is None:
        raise Unfit(f"{bare!r} is not a state of {countries.name_of(country_)}")
    return code


def speller(spelling: str) -> Callable[[str], str]:
    """From a canonical state to its `code` (without the country) or its `name`."""
    return states.name_of if spelling == "name" else states.short_code


def _key(value: str | None) -> str:
    return text_key(value).casefold()
