"""Values of lists."""

from __future__ import annotations

from typing import Any

from connector.core.mapping.codecs.base import Codec, Options, Unfit, as_text, both, codec, same, text_key
from connector.core.mapping.worked import Worked


@codec(
    "picklist",
    Worked(
        "rating: {netsuite: custentity_rating, salesforce: Rating, values: {Hot: '1', Warm: '2', Cold: '3'}}",
        {"custentity_rating": "1"},
        {"Rating": "Hot"},
    ),
    Worked(
        "rating: {netsuite: custentity_rating, salesforce: Rating, values: {Hot: '1', Warm: '2', Cold: '3'}}",
        {},
        {"Rating": "Lukewarm"},
        "to_netsuite",
        "'Lukewarm' is not in the values table",
    ),
)
def picklist(options: Options) -> Codec:
    """A value of a list, as text or id; mostly with a table of `values`. Equal only if spelt equal."""
    return both(as_text, same, text_key, plain=True)


@codec(
    "multi_picklist",
    Worked(
        "interests: {netsuite: custentity_interests, salesforce: Interests__c, as: multi_picklist,"
        " values: {Pumps: '1', Valves: '2'}}",
        {"custentity_interests": "1;2"},
        {"Interests__c": "Pumps;Valves"},
    ),
)
def multi_picklist(options: Options) -> Codec:
    """Several values of a list, in no order. Both systems' adapters hand them over joined by `;`."""
    return both(_as_tuple, _joined, lambda value: value or (), lossy=True)


def _as_tuple(raw: Any) -> tuple[str, ...] | None:
    joined = as_text(raw)
    return tuple(sorted({item.strip() for item in (joined or "").split(";")} - {""})) or None


def _joined(value: tuple[str, ...]) -> str:
    broken = [item for item in value if ";" in item]
    if broken:
        raise Unfit(f"{broken[0]!r} holds the separator of lists, `;`")
    return ";".join(value)
