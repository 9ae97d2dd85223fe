"""Which columns a read selects: the wanted fields, our key, the stamp, and the default addresses by join."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.core.ports import FieldInfo, FieldKind
from connector.systems.netsuite import suiteql
from connector.systems.netsuite.records import (
    ADDRESS_FIELDS,
    ADDRESS_PARTS,
    BILLING,
    FLAGS,
    SHIPPING,
    RecordType,
    Table,
)
from connector.systems.netsuite.values import expression

ROW = "r"
"""The alias of the record's own table in every query."""

STAMP = "lastmodifieddate"
LINE_ID_COLUMNS = ("internalid", "id")
"""What the id of an address line is called in SuiteQL, best first (both assumed)."""

_LINES = {BILLING: ("billing_line", "billing_address"), SHIPPING: ("shipping_line", "shipping_address")}


@dataclass(frozen=True, slots=True)
class Selection:
    """The columns of one read from one table. `columns`: REST field -> the column that carries it (also its alias).
    `addresses`: the address fields that are joined. `missing`: wanted fields that the account lacks."""

    record: RecordType
    table: Table
    columns: Mapping[str, str]
    kinds: Mapping[str, FieldKind]
    addresses: tuple[str, ...]
    address_parts: tuple[str, ...]
    line_id: str
    key_column: str | None
    missing: tuple[str, ...]

    def query(self, where: str, limit: str) -> str:
        """The whole query, by growing id; `where` and `limit` are SuiteQL, "" for none."""
        outputs = ", ".join([*dict.fromkeys(self._own_outputs()), *self._address_outputs()])
        joins = "".join(self._join(field) for field in self.addresses)
        source = f"{self.table.name} {ROW}{joins}{rows_where(self.table, where)}"
        return f"SELECT {outputs} FROM {source} ORDER BY {ROW}.id {limit}".rstrip()  # noqa: S608 - checked names

    def count_query(self) -> str:
        """How many records have a value, by field (`n0`, `n1`... in the order of `counted`)."""
        counts = (f"COUNT({self._countable(field)}) AS n{at}" for at, field in enumerate(self.counted))
        outputs = ", ".join(["COUNT(*) AS n", *counts])
        joins = "".join(self._join(field) for field in self.addresses)
        return f"SELECT {outputs} FROM {self.table.name} {ROW}{joins}{rows_where(self.table, '')}"  # noqa: S608

    def labels_query(self, field: str) -> str:
        """The values of a list field with what people call them; the count query where the account lacks the field."""
        if field not in self.columns:
            return self.count_query()
        column = f"{ROW}.{self.columns[field]}"
        where = rows_where(self.table, f"{column} IS NOT NULL")
        outputs = f"{column} AS value, BUILTIN.DF({column}) AS label"
        return f"SELECT DISTINCT {outputs} FROM {self.table.name} {ROW}{where}"  # noqa: S608 - checked names

    @property
    def counted(self) -> tuple[str, ...]:
        return (*self.columns, *self.addresses)

    def _countable(self, field: str) -> str:
        """What is null in records without a value; a check box that is not ticked has none."""
        if field in self.addresses:
            return f"{_LINES[field][0]}.{self.line_id}"
        column = f"{ROW}.{self.columns[field]}"
        return f"CASE WHEN {column} = 'T' THEN 1 END" if self.kinds[field] == "boolean" else column

    @property
    def shortfall(self) -> int:
        """How many things that a read wants are missing in this table."""
        return len(self.missing) + (self.key_column is None)

    @property
    def dispensable(self) -> frozenset[str]:
        """Every column and table that a read can do without, should the account lack it."""
        names = {*self.columns.values(), self.key_column or ""}
        if self.addresses:
            names |= {self.line_id, *self.address_parts, self.record.address_book, self.record.address_table}
        return frozenset(names)

    def _own_outputs(self) -> Iterator[str]:
        yield f"{ROW}.id AS id"
        yield f"{suiteql.to_seconds(f'{ROW}.{STAMP}')} AS {STAMP}"
        for column in _flags(self.record):
            yield f"{ROW}.{column} AS {column}"
        if self.key_column:
            yield f"{ROW}.{self.key_column} AS {self.key_column}"
        for field, column in self.columns.items():
            if column != STAMP:
                yield f"{expression(f'{ROW}.{column}', self.kinds[field])} AS {column}"

    def _address_outputs(self) -> Iterator[str]:
        for field in self.addresses:
            line, address = _LINES[field]
            yield f"{line}.{self.line_id} AS {line}_id"
            yield from (f"{address}.{part} AS {address}_{part}" for part in self.address_parts)

    def _join(self, field: str) -> str:
        line, address = _LINES[field]
        flag = FLAGS[field].lower()
        return (
            f" LEFT JOIN {self.record.address_book} {line} ON {line}.entity = {ROW}.id AND {line}.{flag} = 'T'"
            f" LEFT JOIN {self.record.address_table} {address} ON {address}.nkey = {line}.addressbookaddress"
        )


def _flags(record: RecordType) -> Iterator[str]:
    if record.has_stage:
        yield "entitystatus"
    if record.has_person_flag:
        yield "isperson"
    if record.has_inactive_flag:
        yield "isinactive"


def address_of(row: Mapping[str, str], field: str) -> tuple[dict[str, str | None], str | None]:
    """The parts and the line id of a joined default address; no line id where there is none."""
    line, address = _LINES[field]
    return {part: row.get(f"{address}_{part}") for part in ADDRESS_PARTS}, row.get(f"{line}_id")


def rows_where(table: Table, where: str) -> str:
    """` WHERE ...` for the rows of a record type that fulfil `where`; "" for all rows of a whole table."""
    own = f"{ROW}.{table.condition}" if table.condition else ""
    parts = [part for part in (own, where) if part]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def selection(
    record: RecordType,
    table: Table,
    wanted: Sequence[str],
    infos: Mapping[str, FieldInfo],
    key_field: str,
    lacking: Collection[str],
) -> Selection:
    """The columns for `wanted` REST fields; `lacking` names the columns and tables that the account has not.

    Raises ValueError for a field that is no identifier.
    """
    known = {name.lower(): info for name, info in infos.items()}
    plain = [field for field in wanted if field not in ADDRESS_FIELDS]
    found = {field: _column(table, field, lacking) for field in plain}
    addresses = _joined(record, wanted, lacking)
    key = suiteql.identifier(key_field)
    return Selection(
        record=record,
        table=table,
        columns={field: column for field, column in found.items() if column is not None},
        kinds={field: known[field.lower()].kind if field.lower() in known else "text" for field in plain},
        addresses=addresses,
        address_parts=tuple(part for part in ADDRESS_PARTS if part not in lacking),
        line_id=_first(LINE_ID_COLUMNS, lacking) or LINE_ID_COLUMNS[-1],
        key_column=None if key in lacking else key,
        missing=tuple(field for field in wanted if found.get(field) is None and field not in addresses),
    )


def _column(table: Table, field: str, lacking: Collection[str]) -> str | None:
    return _first((suiteql.identifier(name) for name in table.column_names(field)), lacking)


def _first(names: Iterable[str], lacking: Collection[str]) -> str | None:
    return next((name for name in names if name not in lacking), None)


def _joined(record: RecordType, wanted: Sequence[str], lacking: Collection[str]) -> tuple[str, ...]:
    if not record.address_book or {record.address_book, record.address_table} & set(lacking):
        return ()
    return tuple(field for field in ADDRESS_FIELDS if field in wanted)
