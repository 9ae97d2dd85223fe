"""The import assistant: a CSV list of leads becomes individual leads, and every column is accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.netsuite import handlers
from connector.sandbox.netsuite.account import UI, Account
from connector.sandbox.netsuite.errors import Refusal
from connector.sandbox.netsuite.handlers import read_body

#: Column of the list -> field of the lead. `Source` also adds values that the account's list lacks.
FIELDS = {
    "Account Id": "accountNumber",
    "First Name": "firstName",
    "Last Name": "lastName",
    "Company": "companyName",
    "Phone 1": "phone",
    "Phone 2": "altPhone",
    "Email 1": "email",
    "Email 2": "altEmail",
    "Website": "url",
    "Source": "leadSource",
    "Notes": "comments",
    "Deal Stage": "custentity_import_stage",
    "Lead Owner": "custentity_import_owner",
}
_FORMULA_COLUMNS = {"Index": "the number of the row in the list"}
#: Unqualified.
_STATUS = "6"


@dataclass(frozen=True)
class Refused:
    """One row that was not imported. `row` counts from 1; `field` is the column, or empty if several play a part."""

    row: int
    field: str
    reason: str


@dataclass
class Report:
    """What became of a list: per column where it went or why it was left out, per refused row the reason."""

    loaded: int = 0
    ids: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    added_sources: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "refused": [vars(refused) for refused in self.refused]}


def load(account: Account, rows: Iterable[dict[str, str]]) -> Report:
    """Import every row that the account's rules let in."""
    report = Report()
    for number, row in enumerate(rows, 1):
        _note_columns(report, row)
        try:
            with account.change():
                source = _add_source(account, row)
                id_ = _load_row(account, row)
        except _RowRefused as error:
            report.refused.append(Refused(number, error.column, error.reason))
        else:
            report.ids.append(str(id_))
            report.added_sources += [source] if source else []
    report.loaded = len(report.ids)
    return report


class _RowRefused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def _note_columns(report: Report, row: dict[str, str]) -> None:
    for column in row:
        if column in FIELDS:
            report.columns[column] = FIELDS[column]
        else:
            report.left_out[column] = _FORMULA_COLUMNS.get(column, "the account has no field for it")


def _load_row(account: Account, row: dict[str, str]) -> int:
    given: dict[str, Any] = {"isPerson": True, "entityStatus": _STATUS}
    for column, text in row.items():
        if column in FIELDS and text and text.strip():
            given[FIELDS[column]] = _value(account, column, text.strip())
    kind = account.types["customer"]
    columns: dict[str, Any] = {}
    for name, value in given.items():
        try:
            columns |= read_body(account, kind, {name: value}).columns
        except Refusal as refusal:
            raise _RowRefused(_column_of(name), refusal.detail) from None
    try:
        return handlers.create(account, kind, handlers.Body(columns, None, False, ()), UI)
    except Refusal as refusal:
        raise _RowRefused("", refusal.detail) from None


def _column_of(name: str) -> str:
    return next((column for column, target in FIELDS.items() if target == name), name)


def _add_source(account: Account, row: dict[str, str]) -> str | None:
    """A source that the account's list lacks is added to it, as an administrator would; its name."""
    text = (row.get("Source") or "").strip()
    if not text or account.list_id("leadsource", text) is not None:
        return None
    account.add_list_value("leadsource", text)
    return text


def _value(account: Account, column: str, text: str) -> str:
    return str(account.list_id("leadsource", text)) if column == "Source" else text
