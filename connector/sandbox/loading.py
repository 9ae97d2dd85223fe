"""Sample files into the sandboxes: Salesforce's tree format, and lists of leads for NetSuite.

Nothing is silently dropped: a file that is neither is named, with why.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.salesforce.routes import Salesforce

# The columns that make a CSV file a list of leads.
LEAD_COLUMNS = frozenset({"First Name", "Last Name", "Company", "Lead Owner", "Source"})
SURPLUS = "(beyond the last column)"


@dataclass(frozen=True)
class LoadReport:
    """What became of a folder, as JSON data. Files are named relative to it.

    `salesforce`: the org's report on all records together, which may refer to each other across files;
    `netsuite`: the account's report on each lead list; `skipped`: the files for neither, with why.
    """

    salesforce: dict[str, Any] | None = None
    netsuite: dict[str, dict[str, Any]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def load(directory: Path, netsuite: NetSuite, salesforce: Salesforce) -> LoadReport:
    """Load every file below `directory`, in the order of their names. NotADirectoryError if it is none."""
    if not directory.is_dir():
        raise NotADirectoryError(f"{directory} is not a folder")
    files = {str(path.relative_to(directory)): path for path in sorted(directory.rglob("*")) if path.is_file()}
    read = {name: _read(path) for name, path in files.items()}
    records = [record for content in read.values() if isinstance(content, Tree) for record in content.records]
    return LoadReport(
        salesforce=salesforce.load(records).as_data() if records else None,
        netsuite={n: netsuite.load_leads(c.rows).as_dict() for n, c in read.items() if isinstance(c, LeadList)},
        skipped={name: content.why for name, content in read.items() if isinstance(content, Neither)},
    )


@dataclass(frozen=True)
class Tree:
    records: list[dict[str, Any]]


@dataclass(frozen=True)
class LeadList:
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Neither:
    why: str


def _read(path: Path) -> Tree | LeadList | Neither:
    try:
        match path.suffix:
            case ".json":
                return Tree(tree_records(path))
            case ".csv":
                return LeadList(lead_rows(path))
    except (ValueError, csv.Error) as error:
        return Neither(str(error))
    return Neither("neither .json nor .csv")


def tree_records(path: Path) -> list[dict[str, Any]]:
    """The records of a tree-format file; ValueError if it is not one."""
    content = json.loads(path.read_text("utf-8"))
    records = content.get("records") if isinstance(content, dict) else None
    if not isinstance(records, list) or not all(map(_has_type, records)):
        raise ValueError('not in tree format: {"records": [{"attributes": {"type": ...}, ...}]}')
    return records


def lead_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a lead list; ValueError if columns that make it one are missing."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restkey=SURPLUS)
        missing = LEAD_COLUMNS - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"not a list of leads: no column {_quoted(missing)}")
        return list(reader)


def _has_type(record: Any) -> bool:
    attributes = record.get("attributes") if isinstance(record, dict) else None
    return isinstance(attributes, dict) and isinstance(attributes.get("type"), str)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
