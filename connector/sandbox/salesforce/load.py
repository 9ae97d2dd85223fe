"""A data import of records in the tree format, with a report that names everything that was not taken.

`{"attributes": {"type": "Lead", "referenceId": "LeadRef1"}, ...}`; a value `@LeadRef1` points at a record
loaded before. Rows come in as exports contain them: a lead may stand at a converted status unconverted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.derived import derive
from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.fields import Field
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.record_types import by_default
from connector.sandbox.salesforce.values import BadValue, store_value


@dataclass
class LoadReport:
    """What became of an import.

    loaded, skipped: records per type (skipped: types that the org lacks). rows_refused: per type, the reasons
    of rows that could not be made. lacking, ignored, refused: per type, how often each field was left out
    because the object lacks it, because only the server may set it, or because it could not hold the value.
    """

    loaded: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    rows_refused: dict[str, list[str]] = field(default_factory=dict)
    lacking: dict[str, Counter[str]] = field(default_factory=dict)
    ignored: dict[str, Counter[str]] = field(default_factory=dict)
    refused: dict[str, Counter[str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, for JSON."""
        per_field = {name: getattr(self, name) for name in ("lacking", "ignored", "refused")}
        return {
            "loaded": dict(self.loaded),
            "skipped": dict(self.skipped),
            "rows_refused": {kind: list(reasons) for kind, reasons in self.rows_refused.items()},
            **{name: {kind: dict(c) for kind, c in found.items()} for name, found in per_field.items()},
        }


def load(org: Org, records: list[dict[str, Any]]) -> LoadReport:
    """Load everything that can be loaded; nothing is dropped without a line in the report."""
    report, references = LoadReport(), dict[str, str]()
    with org.transaction():
        for record in records:
            attributes = record.get("attributes") or {}
            kind = str(attributes.get("type"))
            sobject = org.schema.find(kind)
            if sobject is None or not sobject.writable:
                report.skipped[kind] += 1
                continue
            record_id = _load_one(org, sobject, record, references, report)
            if record_id is not None and attributes.get("referenceId"):
                references[str(attributes["referenceId"])] = record_id
    return report


def _load_one(
    org: Org, sobject: SObject, record: dict[str, Any], references: dict[str, str], report: LoadReport
) -> str | None:
    row = _base(org, sobject)
    given: dict[str, Any] = {}
    for name, value in record.items():
        if name != "attributes":
            given |= _value(sobject, name, value, references, report)
    row |= given
    reason = _reason_against(org, sobject, row)
    if reason is not None:
        report.rows_refused.setdefault(sobject.name, []).append(reason)
        return None
    row["Id"] = org.ids.make(sobject.prefix)
    row |= derive(sobject.name, row, row)
    org.store.insert(sobject, row)
    report.loaded[sobject.name] += 1
    return str(row["Id"])


def _base(org: Org, sobject: SObject) -> dict[str, Any]:
    importer, at = org.people.integration, org.stamp()
    defaults = {f.name: f.default for f in sobject.fields if f.default is not None}
    row = {name: int(value) if isinstance(value, bool) else value for name, value in defaults.items()}
    if sobject.field("OwnerId"):
        row["OwnerId"] = importer
    stamps = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), at)
    return row | by_default(org, sobject) | stamps | {"CreatedById": importer, "LastModifiedById": importer}


def _value(sobject: SObject, name: str, value: Any, references: dict[str, str], report: LoadReport) -> dict[str, Any]:
    found = sobject.field(name)
    if found is None:
        _count(report.lacking, sobject.name, name)
        return {}
    if not found.createable:
        _count(report.ignored, sobject.name, name)
        return {}
    try:
        stored = store_value(found, _referenced(found, value, references))
    except BadValue:
        _count(report.refused, sobject.name, name)
        return {}
    return {} if stored is None else {found.name: stored}


def _referenced(found: Field, value: Any, references: dict[str, str]) -> Any:
    if found.type == "reference" and isinstance(value, str) and value.startswith("@"):
        return references.get(value[1:], value)
    return value


def _reason_against(org: Org, sobject: SObject, row: dict[str, Any]) -> str | None:
    missing = [f.name for f in sobject.required_fields if row.get(f.name) is None]
    if missing:
        return f"Required fields are missing: [{', '.join(missing)}]"
    for found in sobject.fields:
        taken = found.unique and row.get(found.name) is not None
        if taken and org.store.find_equal(sobject, found, row[found.name]):
            return f"duplicate value found: {found.name}"
    return None


def _count(counts: dict[str, Counter[str]], kind: str, name: str) -> None:
    counts.setdefault(kind, Counter())[name] += 1
