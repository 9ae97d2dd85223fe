"""Reading whole records with SuiteQL, whatever the account lacks.

What an account has depends on its features and our role; it is found out by asking, remembered for the life of
the process, and told in `warnings`. A column that it lacks leaves its field out of the records: absent,
not empty. The few fields that a record's own table does not tell are looked up beside it (`beside`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import tzinfo

from connector.core.flow import Raw, Ref, SourceRecord
from connector.core.ports import FieldInfo
from connector.core.schema import Stage, SystemName
from connector.errors import Refused, Unintelligible
from connector.systems.netsuite import metadata, suiteql, values, zone
from connector.systems.netsuite.beside import RELATIONS, Held, Relation, asked_singly, is_singly, relation_query
from connector.systems.netsuite.client import Client, Row, UnknownName
from connector.systems.netsuite.columns import ROW, STAMP, Selection, address_of, selection
from connector.systems.netsuite.records import RecordType, Table
from connector.systems.netsuite.settings import NetSuiteSettings
from connector.systems.netsuite.zone import AccountClock


class Reader:
    """Records of one account. Not thread-safe: one run reads in one thread."""

    def __init__(self, client: Client, settings: NetSuiteSettings) -> None:
        self._client, self._settings = client, settings
        self._lacking: dict[str, frozenset[str]] = {}
        self._closed: set[str] = set()
        self._left_out: dict[str, dict[str, None]] = {}
        self._notes: list[str] = []
        self._fields: dict[str, Mapping[str, FieldInfo]] = {}
        self._zone: tzinfo | None = None
        self._stages: Mapping[str, Stage] | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What reads had to leave out."""
        fields = (
            f"{type_}.{field} cannot be queried in this account, or not by this role: it is left out"
            for type_, left_out in self._left_out.items()
            for field in left_out
        )
        return (*self._notes, *fields)

    def warn(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    # what the account has

    def fields(self, record: RecordType) -> Mapping[str, FieldInfo]:
        """REST field name -> what we know of it; asked once."""
        if record.name not in self._fields:
            self._fields[record.name] = metadata.fields_of(record, self._client.schema(record.name))
        return self._fields[record.name]

    def clock(self) -> AccountClock:
        """The account's zone and time now. Raises Unintelligible for a zone that we do not know."""
        clock = self._client.clock()
        self._zone = _known_zone(clock.zone_name)
        return clock

    @property
    def zone(self) -> tzinfo:
        """The account's zone; asked once."""
        if self._zone is None:
            self._zone = _known_zone(self._client.clock().zone_name)
        return self._zone

    def stages(self) -> Mapping[str, Stage]:
        """customerStatus id -> stage; asked once."""
        if self._stages is None:
            rows = self._client.all_rows("SELECT id, stage FROM customerstatus ORDER BY id")
            found = {row["id"]: row.get("stage", "").lower() for row in rows}
            self._stages = {status: Stage(stage) for status, stage in found.items() if stage in tuple(Stage)}
        return self._stages

    # records

    def records(self, record: RecordType, fields: Sequence[str], where: str) -> Iterator[SourceRecord]:
        """One query's records, in the order of their ids; `where` limits them to 1,000."""
        selected, rows = self._rows(record, fields, where, "")
        return iter(self._records(selected, rows))

    def pages(self, record: RecordType, fields: Sequence[str], where: str) -> Iterator[tuple[SourceRecord, ...]]:
        """All records that fulfil `where`, by growing id.

        Each page asks for ids above the last one, so neither the 100,000-row cap nor many equal stamps nor
        records that change meanwhile can make it skip or repeat one that stays within `where`.
        """
        size, beyond = self._settings.page_size, ""
        while True:
            here = " AND ".join(part for part in (where, beyond) if part)
            selected, rows = self._rows(record, fields, here, f" FETCH FIRST {size} ROWS ONLY")
            if rows:
                yield self._records(selected, rows)
                beyond = f"{ROW}.id > {suiteql.integer(rows[-1]['id'])}"
            if len(rows) < size:
                return

    def _rows(self, record: RecordType, fields: Sequence[str], where: str, limit: str) -> tuple[Selection, list[Row]]:
        return self._asked(record, fields, lambda selected: selected.query(where, limit))

    def counted(self, record: RecordType, fields: Sequence[str]) -> dict[str, int]:
        """How many records have a value in each of `fields`, in one query; fields that are not there are left out."""
        if not fields:
            return {}
        selected, rows = self._asked(record, fields, Selection.count_query)
        return {field: int(rows[0].get(f"n{at}", "0")) for at, field in enumerate(selected.counted)}

    def labels(self, record: RecordType, field: str) -> dict[str, str]:
        """The values of a list field that records hold, with their display text; none if it cannot be queried."""
        selected, rows = self._asked(record, (field,), lambda selected: selected.labels_query(field))
        return {row["value"]: row.get("label", row["value"]) for row in rows if field in selected.columns}

    def _asked(
        self, record: RecordType, fields: Sequence[str], query: Callable[[Selection], str]
    ) -> tuple[Selection, list[Row]]:
        """The rows of one query; what the account lacks is left out, one name after the other."""
        while True:
            selected = self.selection(record, fields)
            try:
                rows = self._client.first_rows(query(selected))
            except UnknownName as unknown:
                self.lacks(selected.table, unknown.name, selected.dispensable)
                continue
            beside = self._beside(selected)
            left_out = (field for field in selected.missing if field not in beside)
            self._left_out.setdefault(record.name, {}).update(dict.fromkeys(left_out))
            return selected, rows

    def _beside(self, selected: Selection) -> list[str]:
        """The wanted fields that are told beside the record's table, of those that the account has."""
        record, known = selected.record, self.fields(selected.record)
        found = (field for field in selected.missing if field in known)
        return [field for field in found if self._relation(record, field) or is_singly(record.name, field)]

    def _relation(self, record: RecordType, field: str) -> Relation | None:
        relation = RELATIONS.get((record.name, field))
        return None if relation is None or relation.table in self._closed else relation

    def selection(self, record: RecordType, fields: Sequence[str]) -> Selection:
        """The columns to read, from the table that lacks least as far as is known now."""
        return min(self._selections(record, fields), key=lambda selected: selected.shortfall)

    def _selections(self, record: RecordType, fields: Sequence[str]) -> list[Selection]:
        key_field = self._settings.key_field(record.name)
        infos = self.fields(record)
        return [
            selection(record, table, fields, infos, key_field, self._lacking.get(table.name, frozenset()))
            for table in self.tables(record)
        ]

    def tables(self, record: RecordType) -> list[Table]:
        """The tables of the type that are open to us. Raises Refused if there is none."""
        found = [table for table in record.tables if table.name not in self._closed]
        if not found:
            names = " or ".join(table.name for table in record.tables)
            raise Refused(
                f"this role cannot query {names}: the record's permission or SuiteAnalytics Workbook is missing",
                system=str(SystemName.NETSUITE),
            )
        return found

    def lacks(self, table: Table, name: str, dispensable: Collection[str] = ()) -> None:
        """Remember that the account lacks `name`: the table itself, or one of `dispensable`. Else raises Refused."""
        if name == table.name:
            self._closed.add(name)
        elif name in dispensable:
            self._lacking[table.name] = self._lacking.get(table.name, frozenset()) | {name}
        else:
            text = f"this role cannot query {name} of {table.name}"
            raise Refused(text, system=str(SystemName.NETSUITE))

    def _records(self, selected: Selection, rows: Sequence[Row]) -> tuple[SourceRecord, ...]:
        rows = unique(rows)
        ids, fields = [row["id"] for row in rows], self._beside(selected) if rows else []
        beside = (self._related(selected.record, fields, ids), self._singly(selected.record, fields, ids))
        return tuple(self._record(selected, row, [held.get(row["id"], {}) for held in beside]) for row in rows)

    def _related(self, record: RecordType, fields: Sequence[str], ids: Sequence[str]) -> Held:
        """What tables beside the record's own tell; one query for each field."""
        found: dict[str, dict[str, Raw]] = {id_: {} for id_ in ids}
        for field in fields:
            relation = self._relation(record, field)
            told = self._told(relation, record, field, ids) if relation is not None else None
            if told is not None:
                for id_ in ids:
                    found[id_][field] = told.get(id_)
        return found

    def _told(self, relation: Relation, record: RecordType, field: str, ids: Sequence[str]) -> dict[str, str] | None:
        """Record id -> what the table tells of it; None where the account does not let us query the table."""
        try:
            rows = self._client.first_rows(relation_query(relation, ids))
        except UnknownName as unknown:
            self._closed.add(relation.table)
            self.warn(f"{unknown.name} cannot be queried: {field} of {record.name} is left out")
            return None
        return {row["id"]: row["held"] for row in rows if "held" in row}

    def _singly(self, record: RecordType, fields: Sequence[str], ids: Sequence[str]) -> Held:
        """What only the record service tells; one call for each record."""
        fields = [field for field in fields if is_singly(record.name, field)]
        if not fields:
            return {}
        answers = asked_singly(self._client, record, ids, fields, self._settings.concurrency)
        if answers.refused:
            what = f"{', '.join(fields)} of some records of {record.name} cannot be read"
            self.warn(f"{what}: they are locked, or this role may not see them by the record service")
        return answers.held

    def _record(self, selected: Selection, row: Row, beside: Sequence[Mapping[str, Raw]]) -> SourceRecord:
        record = selected.record
        stamp = row.get(STAMP)
        return SourceRecord(
            ref=Ref(SystemName.NETSUITE, record.name, row["id"]),
            fields=self._values(selected, row) | {field: held for one in beside for field, held in one.items()},
            modified_at=values.instant(stamp, self.zone) if stamp else None,
            key=row.get(selected.key_column) if selected.key_column else None,
            stage=self._stage(row.get("entitystatus")) if record.has_stage else None,
            individual=row.get("isperson") == "T" if record.has_person_flag else None,
            inactive=row.get("isinactive") == "T",
        )

    def _values(self, selected: Selection, row: Row) -> dict[str, Raw]:
        found: dict[str, Raw] = {
            field: values.decoded(row.get(column), selected.kinds[field], self.zone)
            for field, column in selected.columns.items()
        }
        for field in selected.addresses:
            found[field] = values.address(*address_of(row, field))
        return found

    def _stage(self, status: str | None) -> Stage | None:
        """None for a record without a status, and for a status that even a fresh list does not have."""
        if status is not None and status not in self.stages():
            self._stages = None
        return self.stages().get(status) if status is not None else None


def _known_zone(name: str) -> tzinfo:
    try:
        return zone.zone(name)
    except ValueError as error:
        raise Unintelligible(str(error), system=str(SystemName.NETSUITE)) from None


def unique(rows: Sequence[Row]) -> list[Row]:
    """One row an id: a record with two default addresses of a kind would come twice."""
    return list({row["id"]: row for row in reversed(rows)}.values())[::-1]
