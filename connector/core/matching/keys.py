"""Our own keys: what a record's key field says about its counterpart, and what makes two records look alike.

A NetSuite record carries `sf-<18-character Salesforce id>`; a Salesforce record carries
`ns-<record type>-<internal id>`. Only letters, digits and `-` are used: NetSuite's external ids allow no more.
"""

from __future__ import annotations

from connector.core.flow import Ref
from connector.core.schema import SystemName

_TYPES_BY_PREFIX = {"00Q": "Lead", "001": "Account", "003": "Contact", "006": "Opportunity"}
_NETSUITE_TYPES = ("customer", "contact", "opportunity")


def key_of(ref: Ref) -> str:
    """The key that the counterpart of `ref` carries.

    >>> key_of(Ref(SystemName.NETSUITE, "customer", "647"))
    'ns-customer-647'
    """
    if ref.system is SystemName.NETSUITE:
        return f"ns-{ref.type}-{ref.id}"
    return f"sf-{ref.id}"


def parse_key(key: str | None, carrier: SystemName) -> Ref | None:
    """The ref that a key on a record of `carrier` names; None for no key and for other tools' values.

    >>> str(parse_key("ns-customer-647", SystemName.SALESFORCE))
    'netsuite:customer:647'
    """
    if not key:
        return None
    parts = key.split("-", 2)
    if carrier is SystemName.SALESFORCE and len(parts) == 3 and parts[0] == "ns" and parts[1] in _NETSUITE_TYPES:
        return Ref(SystemName.NETSUITE, parts[1], parts[2]) if parts[2].lstrip("-").isdigit() else None
    if carrier is SystemName.NETSUITE and len(parts) == 2 and parts[0] == "sf" and len(parts[1]) == 18:
        type_ = _TYPES_BY_PREFIX.get(parts[1][:3])
        return Ref(SystemName.SALESFORCE, type_, parts[1]) if type_ else None
    return None
