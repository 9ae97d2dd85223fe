"""What SuiteQL can see: the account's tables, their columns, types and display texts.

A table's `source` is the SQL that yields its rows from the account's own tables; SQLite folds it into the query.
"""

# ruff: noqa: S608 - all names come from the code; nothing of a request is put into these texts
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from connector.sandbox.netsuite.account import TITLES
from connector.sandbox.netsuite.fields import Field, RecordType, record_types
from connector.sandbox.netsuite.schema import QUERY_ONLY
from connector.sandbox.netsuite.settings import Settings

Type = Literal["text", "number", "date"]

_KINDS: dict[str, Type] = {
    "integer": "number",
    "reference": "number",
    "list": "number",
    "number": "number",
    "currency": "number",
    "date": "date",
    "datetime": "date",
}
#: Record fields that the analytics schema does not have.
_REST_ONLY = {
    "autoname",
    "balance",
    "customform",
    "defaultaddress",
    "overduebalance",
    "phoneticname",
    "sendemail",
    "subsidiary",
    "toplevelparent",
    "unbilledorders",
    "unsubscribe",
}


@dataclass(frozen=True)
class Column:
    """One column. `display`: SQL of its display text, `{c}` standing for the column; none: its own text."""

    name: str
    type: Type = "text"
    display: str = ""


@dataclass(frozen=True)
class Table:
    name: str
    source: str
    columns: Mapping[str, Column] = field(default_factory=dict)


def catalogue(settings: Settings) -> dict[str, Table]:
    """The tables of an account by lower-case name."""
    tables = [_record_table(kind) for kind in record_types(settings).values() if kind.name != "salesOrder"]
    tables += [*_entity_tables(), *_address_tables(), *_trail_tables(), *_setup_tables(settings)]
    return {table.name: table for table in tables}


def _title(table: str, column: str) -> str:
    name = TITLES.get(table, "{t}.name").format(t="ref")
    return f"(SELECT {name} FROM {table} ref WHERE ref.id = {column})"


def _choices(field_: Field) -> str:
    cases = " ".join(f"WHEN '{id_}' THEN '{name}'" for id_, name in (field_.choices or {}).items())
    return f"(CASE {{c}} {cases} END)" if cases else ""


def list_display(name: str) -> str:
    return f"(SELECT ref.name FROM listvalue ref WHERE ref.list = '{name}' AND ref.id = {{c}})"


def _column(field_: Field) -> Column:
    display = ""
    if field_.kind == "reference":
        display = _title(field_.target.lower(), "{c}")
    elif field_.kind == "list":
        display = list_display(field_.target)
    elif field_.kind == "enum":
        display = _choices(field_)
    return Column(field_.column, _KINDS.get(field_.kind, "text"), display)


def _columns(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


def _plain(names: str, type_: Type = "text") -> list[Column]:
    return [Column(name, type_) for name in names.split()]


def _record_table(kind: RecordType) -> Table:
    columns = [_column(field_) for field_ in kind.fields.values() if field_.column not in _REST_ONLY]
    if kind.table != "customer":
        return Table(kind.table, kind.table, _columns(*columns))
    columns += [Column(name, "text" if type_ == "TEXT" else "number") for name, type_ in QUERY_ONLY["customer"].items()]
    columns += [Column("dateclosed", "date"), Column("entitytitle"), Column("probability", "number")]
    source = (
        f"(SELECT t.*, {TITLES['customer'].format(t='t')} AS entitytitle, "
        "(SELECT s.probability / 100 FROM customerstatus s WHERE s.id = t.entitystatus) AS probability "
        "FROM customer t)"
    )
    return Table("customer", source, _columns(*columns))


_ENTITY_PARTS = {"customer": "CustJob", "contact": "Contact", "employee": "Employee"}
_ENTITY_TEXTS = "entityid firstname lastname title email isinactive externalid"
_PHONES = "phone fax mobilephone homephone comments"


def _entity_part(table: str, type_: str) -> str:
    own = {other: ("id" if other == table else "NULL") for other in _ENTITY_PARTS}
    phones = [name if table != "employee" else f"NULL AS {name}" for name in _PHONES.split()]
    names = {
        "customer": "altname, isperson, parent",
        "contact": "entityid AS altname, 'T' AS isperson, company AS parent",
        "employee": "entityid AS altname, 'T' AS isperson, NULL AS parent",
    }
    title = TITLES[table].format(t=table)
    return (
        f"SELECT id, '{type_}' AS type, {title} AS entitytitle, {', '.join(_ENTITY_TEXTS.split())}, "
        f"{', '.join(phones)}, {names[table]}, datecreated, lastmodifieddate, "
        f"{', '.join(f'{column} AS {name}' for name, column in own.items())} FROM {table}"
    )


def _entity_tables() -> list[Table]:
    columns = [
        *_plain(f"type entitytitle altname isperson {_ENTITY_TEXTS} {_PHONES}"),
        *_plain("id parent customer contact employee", "number"),
        *_plain("datecreated lastmodifieddate", "date"),
    ]
    source = " UNION ALL ".join(_entity_part(table, type_) for table, type_ in _ENTITY_PARTS.items())
    return [
        Table("entity", f"({source})", _columns(*columns)),
        Table("transaction", f"({_TRANSACTIONS})", _columns(*_transaction_columns())),
        Table(
            "companycontactrelationship",
            "companycontactrelationship",
            _columns(
                Column("company", "number", _title("customer", "{c}")),
                Column("contact", "number", _title("contact", "{c}")),
                Column("role", "number", list_display("contactrole")),
            ),
        ),
    ]


_TRANSACTIONS = (
    "SELECT id, 'Opprtnty' AS type, tranid, trandate, entity, entitystatus, status, title, memo, "
    "projectedtotal AS foreigntotal, probability, expectedclosedate, salesrep AS employee, leadsource, "
    "createddate, lastmodifieddate, externalid, NULL AS opportunity FROM opportunity UNION ALL "
    "SELECT id, 'SalesOrd', tranid, trandate, entity, NULL, 'B', NULL, memo, total, NULL, NULL, NULL, NULL, "
    "createddate, lastmodifieddate, externalid, opportunity FROM salesorder"
)


def _transaction_columns() -> list[Column]:
    return [
        *_plain("type tranid status title memo externalid"),
        *_plain("id foreigntotal probability", "number"),
        *_plain("trandate expectedclosedate createddate lastmodifieddate", "date"),
        Column("entity", "number", _title("customer", "{c}")),
        Column("entitystatus", "number", _title("customerstatus", "{c}")),
        Column("employee", "number", _title("employee", "{c}")),
        Column("leadsource", "number", list_display("leadsource")),
        Column("opportunity", "number", _title("opportunity", "{c}")),
    ]


def _address_tables() -> list[Table]:
    return [table for owner in ("customer", "contact") for table in _address_pair(owner)]


def _address_pair(owner: str) -> list[Table]:
    rows = f"FROM addressbook WHERE ownertype = '{owner}'"
    book = (
        f"(SELECT id AS internalid, owner AS entity, addressid AS addressbookaddress, label, defaultbilling, "
        f"defaultshipping, isresidential {rows})"
    )
    texts = "addressee attention addr1 addr2 addr3 addrphone city state zip country override addrtext"
    address = f"(SELECT addressid AS nkey, owner AS recordowner, {', '.join(texts.split())}, lastmodifieddate {rows})"
    return [
        Table(
            f"{owner}addressbook",
            book,
            _columns(
                *_plain("internalid addressbookaddress", "number"),
                Column("entity", "number", _title(owner, "{c}")),
                *_plain("label defaultbilling defaultshipping isresidential"),
            ),
        ),
        Table(
            f"{owner}addressbookentityaddress",
            address,
            _columns(*_plain("nkey recordowner", "number"), *_plain(texts), Column("lastmodifieddate", "date")),
        ),
    ]


def _trail_tables() -> list[Table]:
    return [
        Table(
            "deletedrecord",
            "deletedrecord",
            _columns(
                *_plain("recordid recordtypeid", "number"),
                *_plain("scriptid type name context iscustomrecord"),
                Column("deletedby", "number", _title("employee", "{c}")),
                Column("deleteddate", "date"),
            ),
        ),
        Table(
            "systemnote",
            "systemnote",
            _columns(
                *_plain("id recordid recordtypeid", "number"),
                *_plain("field oldvalue newvalue context"),
                Column("name", "number", _title("employee", "{c}")),
                Column("date", "date"),
            ),
        ),
        Table(
            "entitystatus",
            "(SELECT id AS key, name, stage AS entitytype, probability, isinactive AS inactive FROM customerstatus)",
            _columns(*_plain("key probability", "number"), *_plain("name entitytype inactive")),
        ),
    ]


_FIELD_TYPES = {
    "text": "Free-Form Text",
    "integer": "Integer Number",
    "number": "Decimal Number",
    "currency": "Currency",
    "boolean": "Check Box",
    "date": "Date",
    "list": "List/Record",
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _setup_tables(settings: Settings) -> list[Table]:
    tables = [_custom_fields(settings), *_custom_lists(settings), _currencies()]
    if settings.one_world:
        tables += [
            Table(
                "customersubsidiaryrelationship",
                "(SELECT id, id AS entity, subsidiary, 'T' AS isprimarysub FROM customer)",
                _columns(
                    Column("id", "number"),
                    Column("entity", "number", _title("customer", "{c}")),
                    Column("subsidiary", "number", list_display("subsidiary")),
                    Column("isprimarysub"),
                ),
            ),
            _list_table("subsidiary"),
        ]
    return tables


def _list_table(name: str, script_id: str = "") -> Table:
    source = f"(SELECT id, name, isinactive FROM listvalue WHERE list = '{name}')"
    return Table(script_id or name, source, _columns(Column("id", "number"), *_plain("name isinactive")))


def _currencies() -> Table:
    """Named by their ISO codes here, which is what `symbol` holds (assumed)."""
    source = "(SELECT id, name, name AS symbol, isinactive FROM listvalue WHERE list = 'currency')"
    return Table("currency", source, _columns(Column("id", "number"), *_plain("name symbol isinactive")))


def _custom_lists(settings: Settings) -> list[Table]:
    names = {f"customlist_{custom.script_id}" for custom in settings.all_custom_fields if custom.kind == "list"}
    return [_list_table(name) for name in sorted(names)]


def _custom_fields(settings: Settings) -> Table:
    """A field that stands on records of two kinds is one field, with one internal id."""
    names = ("internalid", "scriptid", "name", "fieldtype", "fieldvaluetype", "ismandatory", "recordtype")
    own_ids = list(dict.fromkeys(custom.script_id for custom in settings.all_custom_fields))
    rows = [
        (
            own_ids.index(custom.script_id) + 1,
            custom.script_id.upper(),
            custom.label or custom.script_id,
            "BODY" if custom.record_type == "opportunity" else "ENTITY",
            _FIELD_TYPES[custom.kind],
            "T" if custom.mandatory and not custom.forms else "F",
            custom.record_type.upper(),
        )
        for custom in settings.all_custom_fields
    ]
    selects = [
        f"SELECT {id_} AS internalid, "
        + ", ".join(f"{_quoted(value)} AS {name}" for name, value in zip(names[1:], texts, strict=True))
        for id_, *texts in rows
    ]
    columns = [Column("internalid", "number"), *_plain(" ".join(names[1:]))]
    return Table("customfield", f"({' UNION ALL '.join(selects)})", _columns(*columns))
