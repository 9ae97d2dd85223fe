"""LEAD -> PROSPECT -> CUSTOMER in NetSuite against open lead -> account -> customer account in Salesforce.

A declared state machine: every (NetSuite stage, Salesforce state) cell has one verdict.
"""

from __future__ import annotations

from enum import StrEnum

from connector.core.flow import SourceRecord
from connector.core.schema import Entity, Stage


class SalesforceState(StrEnum):
    """How far Salesforce has come with the thing."""

    OPEN = "open lead"
    CONVERTED = "account"
    CUSTOMER = "customer account"


class Verdict(StrEnum):
    IN_SYNC = "in sync"
    CONVERT_SALESFORCE = "convert the lead in Salesforce"
    CONVERT_NETSUITE = "make the prospect in NetSuite"
    RAISE_SALESFORCE = "mark the account as a customer"
    NEEDS_EVIDENCE = "a customer in Salesforce only: NetSuite follows a won opportunity, else a person decides"


TRANSITIONS: dict[tuple[Stage, SalesforceState], Verdict] = {
    (Stage.LEAD, SalesforceState.OPEN): Verdict.IN_SYNC,
    (Stage.LEAD, SalesforceState.CONVERTED): Verdict.CONVERT_NETSUITE,
    (Stage.LEAD, SalesforceState.CUSTOMER): Verdict.CONVERT_NETSUITE,
    (Stage.PROSPECT, SalesforceState.OPEN): Verdict.CONVERT_SALESFORCE,
    (Stage.PROSPECT, SalesforceState.CONVERTED): Verdict.IN_SYNC,
    (Stage.PROSPECT, SalesforceState.CUSTOMER): Verdict.NEEDS_EVIDENCE,
    (Stage.CUSTOMER, SalesforceState.OPEN): Verdict.CONVERT_SALESFORCE,
    (Stage.CUSTOMER, SalesforceState.CONVERTED): Verdict.RAISE_SALESFORCE,
    (Stage.CUSTOMER, SalesforceState.CUSTOMER): Verdict.IN_SYNC,
}

_ENTITY_BY_TYPE = {
    "contact": Entity.PERSON,
    "opportunity": Entity.OPPORTUNITY,
    "Lead": Entity.LEAD,
    "Account": Entity.ORGANIZATION,
    "Contact": Entity.PERSON,
    "Opportunity": Entity.OPPORTUNITY,
}


def entity_of(record: SourceRecord) -> Entity:
    """What a record is in the canonical schema. A NetSuite customer is a lead until its stage says otherwise."""
    if record.ref.type == "customer":
        return Entity.LEAD if record.stage in (Stage.LEAD, None) else Entity.ORGANIZATION
    return _ENTITY_BY_TYPE[record.ref.type]
