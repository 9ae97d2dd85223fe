"""The org's objects, and the describe answers made from them.

Shapes: recorded `/sobjects` and `/sobjects/X/describe` answers; same keys, layouts and actions left empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from connector.sandbox.salesforce import objects_activity, objects_sales, objects_setup
from connector.sandbox.salesforce.errors import no_such_resource
from connector.sandbox.salesforce.fields import ID_TYPES, TEXT_TYPES, Field, record_type
from connector.sandbox.salesforce.settings import LeadStatus, Settings

SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}


@dataclass(frozen=True)
class Child:
    """One child relationship: rows of `sobject` whose `field` points at the parent."""

    sobject: str
    field: str
    relationship: str | None
    cascade: bool = False


@dataclass(frozen=True)
class SObject:
    """One object of the org. `writable` objects take create, update and delete through the API."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    children: tuple[Child, ...] = ()
    writable: bool = True
    mergeable: bool = False
    replicateable: bool = True

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by lower-case name: the API ignores the case of field names."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> dict[str, Field]:
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.stored)

    @cached_property
    def required_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.required)

    @cached_property
    def has_recycle_bin(self) -> bool:
        return "isdeleted" in self.by_name

    def field(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())


class Schema:
    """All objects of one org, found by name (without case) or by key prefix."""

    def __init__(self, sobjects: Iterable[SObject]) -> None:
        self.sobjects = tuple(sobjects)
        self._by_name = {sobject.name.lower(): sobject for sobject in self.sobjects}
        self._by_prefix = {sobject.prefix: sobject for sobject in self.sobjects}

    def find(self, name: str) -> SObject | None:
        return self._by_name.get(name.lower())

    def get(self, name: str) -> SObject:
        """Refusal NOT_FOUND (404) for an object that the org lacks."""
        found = self.find(name)
        if found is None:
            raise no_such_resource()
        return found

    def with_field(self, sobject: SObject, old: Field, new: Field) -> Schema:
        """The same objects, with one field for another."""
        fields = tuple(new if one is old else one for one in sobject.fields)
        return Schema(replace(sobject, fields=fields) if one is sobject else one for one in self.sobjects)

    def of_id(self, record_id: str) -> SObject | None:
        return self._by_prefix.get(record_id[:3])


LEAD_CHILDREN = (
    Child("CampaignMember", "LeadId", "CampaignMembers", True),
    Child("CampaignMember", "LeadOrContactId", None),
    Child("Event", "WhoId", "Events", True),
    Child("Task", "WhoId", "Tasks", True),
)
ACCOUNT_CHILDREN = (
    Child("Account", "ParentId", "ChildAccounts"),
    Child("Contact", "AccountId", "Contacts", True),
    Child("Event", "AccountId", None),
    Child("Event", "WhatId", "Events", True),
    Child("Lead", "ConvertedAccountId", None),
    Child("Opportunity", "AccountId", "Opportunities", True),
    Child("Task", "AccountId", None),
    Child("Task", "WhatId", "Tasks", True),
)
CONTACT_CHILDREN = (
    Child("CampaignMember", "ContactId", "CampaignMembers", True),
    Child("CampaignMember", "LeadOrContactId", None),
    Child("Contact", "ReportsToId", None),
    Child("Event", "WhoId", "Events", True),
    Child("Lead", "ConvertedContactId", None),
    Child("Opportunity", "ContactId", "Opportunities"),
    Child("OpportunityContactRole", "ContactId", "OpportunityContactRoles", True),
    Child("Task", "WhoId", "Tasks", True),
)
OPPORTUNITY_CHILDREN = (
    Child("Event", "WhatId", "Events", True),
    Child("Lead", "ConvertedOpportunityId", None),
    Child("OpportunityContactRole", "OpportunityId", "OpportunityContactRoles", True),
    Child("Task", "WhatId", "Tasks", True),
)
CAMPAIGN_CHILDREN = (
    Child("Campaign", "ParentId", "ChildCampaigns"),
    Child("CampaignMember", "CampaignId", "CampaignMembers", True),
    Child("Event", "WhatId", "Events", True),
    Child("Opportunity", "CampaignId", "Opportunities"),
    Child("Task", "WhatId", "Tasks", True),
)


def build_schema(settings: Settings) -> Schema:
    """The base org plus the extra custom fields of `settings`, and the record types' field where there are any."""
    typed = tuple(sorted({one.sobject for one in settings.record_types}))
    return _schema(settings.lead_statuses, settings.extra_fields, typed)


@lru_cache(maxsize=16)
def _schema(
    lead_statuses: tuple[LeadStatus, ...], extra_fields: tuple[tuple[str, Field], ...], typed: tuple[str, ...]
) -> Schema:
    def added(name: str) -> tuple[Field, ...]:
        more = tuple(field for owner, field in extra_fields if owner == name)
        return (record_type(), *more) if name in typed else more

    return Schema(
        SObject(name, label, plural, prefix, (*fields, *added(name)), **more)
        for name, label, plural, prefix, fields, more in _base(lead_statuses)
    )


def _base(
    lead_statuses: tuple[LeadStatus, ...],
) -> tuple[tuple[str, str, str, str, tuple[Field, ...], dict[str, Any]], ...]:
    statuses = tuple(status.label for status in lead_statuses)
    default = next((status.label for status in lead_statuses if status.default), statuses[0])
    merge: dict[str, Any] = {"mergeable": True}
    setup: dict[str, Any] = {"writable": False}
    sales, activity, admin = objects_sales, objects_activity, objects_setup
    lead_fields = sales.lead(statuses, default)
    role = ("OpportunityContactRole", "Opportunity Contact Role", "Opportunity Contact Role", "00K")
    member = ("CampaignMember", "Campaign Member", "Campaign Members", "00v")
    return (
        ("Lead", "Lead", "Leads", "00Q", lead_fields, merge | {"children": LEAD_CHILDREN}),
        ("Account", "Account", "Accounts", "001", sales.account(), merge | {"children": ACCOUNT_CHILDREN}),
        ("Contact", "Contact", "Contacts", "003", sales.contact(), merge | {"children": CONTACT_CHILDREN}),
        (
            "Opportunity",
            "Opportunity",
            "Opportunities",
            "006",
            sales.opportunity(),
            {"children": OPPORTUNITY_CHILDREN},
        ),
        (*role, sales.contact_role(), {}),
        ("Task", "Task", "Tasks", "00T", activity.task(), {}),
        ("Event", "Event", "Events", "00U", activity.event(), {}),
        ("Campaign", "Campaign", "Campaigns", "701", activity.campaign(), {"children": CAMPAIGN_CHILDREN}),
        (*member, activity.campaign_member(), {}),
        ("User", "User", "Users", "005", admin.user(), setup),
        ("Group", "Group", "Groups", "00G", admin.group(), setup),
        ("Organization", "Organization", "Organizations", "00D", admin.organization(), setup),
        ("LeadStatus", "Lead Status Value", "Lead Status Value", "01J", admin.lead_status(), setup),
        ("RecordType", "Record Type", "Record Types", "012", admin.record_type(), setup),
    )


def describe_global(schema: Schema, root: str) -> dict[str, Any]:
    """The `/sobjects` answer; `root` is `/services/data/vNN.0`."""
    entries = [summary(sobject, root) for sobject in schema.sobjects]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": entries}


def summary(sobject: SObject, root: str) -> dict[str, Any]:
    """One object in the global describe."""
    base = f"{root}/sobjects/{sobject.name}"
    writable, bin_ = sobject.writable, sobject.has_recycle_bin
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": writable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": writable,
        "deprecatedAndHidden": False,
        "feedEnabled": sobject.mergeable,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": writable,
        "mergeable": sobject.mergeable,
        "mruEnabled": writable,
        "name": sobject.name,
        "queryable": True,
        "replicateable": sobject.replicateable,
        "retrieveable": True,
        "searchable": writable,
        "triggerable": writable,
        "undeletable": bin_,
        "updateable": writable,
        "urls": {"rowTemplate": base + "/{ID}", "describe": f"{base}/describe", "sobject": base},
    }


def describe_sobject(sobject: SObject, root: str, record_types: list[dict[str, Any]]) -> dict[str, Any]:
    """The `/sobjects/X/describe` answer; `record_types` are its `recordTypeInfos`."""
    more = {
        "actionOverrides": [],
        "childRelationships": [_describe_child(child) for child in sobject.children],
        "compactLayoutable": sobject.writable,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [describe_field(field) for field in sobject.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": record_types,
        "searchLayoutable": sobject.writable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [],
    }
    return dict(sorted((summary(sobject, root) | more).items()))


def _describe_child(child: Child) -> dict[str, Any]:
    return {
        "cascadeDelete": child.cascade,
        "childSObject": child.sobject,
        "deprecatedAndHidden": False,
        "field": child.field,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": child.relationship,
        "restrictedDelete": False,
    }


def describe_field(field: Field) -> dict[str, Any]:
    """One entry of `fields`; the keys that no rule here touches carry their usual value."""
    return dict(sorted((_constant_keys() | _type_keys(field) | _rule_keys(field)).items()))


def _constant_keys() -> dict[str, Any]:
    off = (
        "aiPredictionField autoNumber calculated cascadeDelete caseSensitive dependentPicklist "
        "deprecatedAndHidden displayLocationInDecimal encrypted formulaTreatNullNumberAsZero highScaleNumber "
        "htmlFormatted queryByDistance restrictedDelete searchPrefilterable writeRequiresMasterRead"
    )
    empty = (
        "calculatedFormula controllerName defaultValueFormula filteredLookupInfo inlineHelpText mask maskType "
        "referenceTargetField relationshipOrder"
    )
    return dict.fromkeys(off.split(), False) | dict.fromkeys(empty.split())


def _type_keys(field: Field) -> dict[str, Any]:
    is_id = field.type in ID_TYPES
    return {
        "byteLength": field.length if is_id else field.length * 3,
        "digits": field.digits,
        "extraTypeInfo": field.extra_type,
        "label": field.label,
        "length": field.length if field.type in TEXT_TYPES else 0,
        "name": field.name,
        "namePointing": len(field.reference_to) > 1,
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "precision": field.precision,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship,
        "scale": field.scale,
        "soapType": SOAP_TYPES.get(field.type, "xsd:string"),
        "type": field.type,
    }


def _rule_keys(field: Field) -> dict[str, Any]:
    return {
        "aggregatable": field.aggregatable,
        "compoundFieldName": field.compound,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": field.defaulted,
        "externalId": field.external_id,
        "filterable": field.filterable,
        "groupable": field.groupable,
        "idLookup": field.id_lookup,
        "nameField": field.name_field,
        "nillable": field.nillable,
        "permissionable": field.createable and field.nillable and field.name != "RecordTypeId",  # recorded
        "picklistValues": [_picklist_value(field, value) for value in field.picklist],
        "restrictedPicklist": field.restricted,
        "sortable": field.sortable,
        "unique": field.unique,
        "updateable": field.updateable,
    }


def _picklist_value(field: Field, value: str) -> dict[str, Any]:
    default = value == field.default
    return {"active": True, "defaultValue": default, "label": value, "validFor": None, "value": value}
