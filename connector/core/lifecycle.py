"""LEAD -> PROSPECT -> CUSTOMER in NetSuite against open lead -> account -> customer account in Salesforce.

What a linked thing asks for, by how far each side has come; `tests/story/test_lifecycle.py` plays all nine cells:

    NetSuite    open lead                 account                      customer account
    lead        in step                   make prospect and contact    make prospect and contact
    prospect    convert the lead          in step                      NetSuite follows a won opportunity
    customer    convert, as a customer    mark the account             in step

An organization that turns back into a lead in NetSuite is held: Salesforce cannot un-convert.
"""

from __future__ import annotations

from connector.core.flow import SourceRecord
from connector.core.schema import Entity, Stage

_ENTITY_BY_TYPE = {
    "contact": Entity.PERSON,
    "opportunity": Entity.OPPORTUNITY,
    "Lead": Entity.LEAD,
    "Account": Entity.ORGANIZATION,
    "Contact": Entity.PERSON,
    "Opportunity": Entity.OPPORTUNITY,
}


def may_have_moved(record: SourceRecord | None) -> bool:
    """Whether the record of a lead is a lead no more, or may not be: it is gone, or has become something else."""
    if record is None:
        return False
    return record.deleted or record.converted is not None or entity_of(record) is Entity.ORGANIZATION


def entity_of(record: SourceRecord) -> Entity:
    """What a record is in the canonical schema. A NetSuite customer is a lead until its stage says otherwise."""
    if record.ref.type == "customer":
        return Entity.LEAD if record.stage in (Stage.LEAD, None) else Entity.ORGANIZATION
    return _ENTITY_BY_TYPE[record.ref.type]
