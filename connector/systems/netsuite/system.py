"""One NetSuite account as the straight line sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from connector.core.flow import Conversion, Outcome, Ref, Refused, SourceRecord, Write
from connector.core.ports import Changes, RecordInfo, Wanted
from connector.core.schema import SystemName
from connector.errors import AuthFailed
from connector.errors import Refused as RefusedError
from connector.systems.netsuite import metadata, suiteql
from connector.systems.netsuite.auth import authorizer_for, judge
from connector.systems.netsuite.changes import ChangeReader
from connector.systems.netsuite.client import Client, UnknownName
from connector.systems.netsuite.columns import ROW, rows_where
from connector.systems.netsuite.reader import Reader
from connector.systems.netsuite.records import RecordType, Table, record_type
from connector.systems.netsuite.settings import EXTERNAL_ID, NetSuiteSettings
from connector.systems.netsuite.writer import Writer
from connector.systems.session import Session


def netsuite_session(settings: NetSuiteSettings, **options: object) -> Session:
    """A session that speaks to the account's host only. `options` go to Session (time-outs, sleep, random)."""
    return Session(
        SystemName.NETSUITE,
        allowed_hosts=frozenset({settings.host}),
        concurrency=settings.concurrency,
        budget=settings.budget,
        ca=settings.ca,
        **options,  # type: ignore[arg-type]
    )


class NetSuiteSystem:
    """A `core.ports.System`. One run uses it from one thread; writes fan out by themselves."""

    name = SystemName.NETSUITE

    def __init__(self, settings: NetSuiteSettings, session: Session, now: Callable[[], float] = time.time) -> None:
        """`session` as from `netsuite_session`. `now`: our clock in seconds since 1970, which logins have to name."""
        self.settings, self.session = settings, session
        session.judge = judge
        session.authorizer = authorizer_for(settings, session, now)
        self._client = Client(settings, session)
        self._reader = Reader(self._client, settings)
        self._changes = ChangeReader(self._client, self._reader, settings.overlap_seconds)
        self._writer = Writer(self._client, self._reader, settings, self.find_by_key)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the account lacks, or hides from our role, of all that was asked of it so far."""
        return (*self._reader.warnings, *self._changes.warnings)

    def identity(self) -> str:
        """The account id, `1234567_SB1`. Logging in proves it, as host and realm belong to one account; where
        NetSuite's own links name another one, AuthFailed."""
        slug = self._client.account_slug()
        if slug is not None and slug != self.settings.slug:
            text = f"the account {self.settings.realm} was asked for, and {slug} answered"
            raise AuthFailed(text, system=str(self.name))
        return self.settings.realm

    def user(self) -> str | None:
        """No login answers it, and no query of ours could ask for it without more rights."""
        return None

    def describe(self, types: Sequence[str]) -> dict[str, RecordInfo]:
        """Fields by REST name, with the options of lists that can be queried, and what the list of custom fields says;
        see `metadata` for what is curated."""
        options = {table: self._options(table) for table in metadata.LIST_TABLES}
        custom = self._custom_fields()
        return {type_: self._described(record_type(type_), options, custom) for type_ in types}

    def _custom_fields(self) -> Mapping[str, Mapping[str, str]]:
        """The account's custom fields by script id in lower case; none if the account does not let us query them."""
        try:
            return {row["scriptid"].lower(): row for row in self._client.all_rows(metadata.CUSTOM_FIELDS)}
        except UnknownName as unknown:
            self._reader.warn(f"the list of custom fields cannot be queried ({unknown.name})")
            return {}

    def _described(
        self,
        record: RecordType,
        options: Mapping[str, Mapping[str, str] | None],
        custom: Mapping[str, Mapping[str, str]],
    ) -> RecordInfo:
        fields = {
            name: metadata.with_definition(metadata.with_options(info, options), custom)
            for name, info in self._reader.fields(record).items()
        }
        key_field = self.settings.key_field(record.name)
        known = {name.lower() for name in fields}
        has_key = key_field == EXTERNAL_ID or key_field.lower() in known
        return RecordInfo(self.name, record.name, fields, key_field if has_key else None)

    def _options(self, table: str) -> Mapping[str, str] | None:
        """Value -> label of a list; None if the account does not let us query it."""
        try:
            rows = list(self._client.all_rows(list_query(table)))
        except UnknownName as unknown:
            self._reader.warn(f"the values of the list {unknown.name} cannot be queried")
            return None
        return {row["id"]: _label(row) for row in rows}

    def converted_statuses(self) -> tuple[str, ...]:
        return ()

    def stages(self) -> Mapping[str, str]:
        """customerStatus id -> `lead`, `prospect` or `customer`."""
        return {status: str(stage) for status, stage in self._reader.stages().items()}

    def changes(self, wanted: Sequence[Wanted]) -> dict[str, Changes]:
        """See `changes`: records at or after the cursor, some of them again, deletions first."""
        return self._changes.changes(wanted)

    def read(self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]]) -> dict[Ref, SourceRecord]:
        """The records now; one that is not found comes back deleted (or is hidden from our role: F33)."""
        found: dict[Ref, SourceRecord] = {}
        for type_, ids in _ids_by_type(refs).items():
            record = record_type(type_)
            for chunk in suiteql.chunks(ids):
                where = f"{ROW}.id IN {suiteql.in_list(suiteql.integer(id_) for id_ in chunk)}"
                for source in self._reader.records(record, fields.get(type_, ()), where):
                    found[source.ref] = source
        return {ref: found.get(ref, SourceRecord(ref, {}, deleted=True)) for ref in refs}

    def find_by_key(self, type: str, keys: Sequence[str]) -> dict[str, tuple[Ref, ...]]:
        """Records by what our key field holds, compared without case as NetSuite compares external ids."""
        record, column = record_type(type), suiteql.identifier(self.settings.key_field(type))
        found: dict[str, list[Ref]] = {}
        for chunk in suiteql.chunks(sorted({key.upper() for key in keys})):
            for key, id_ in self._holders(record, column, chunk):
                found.setdefault(key.upper(), []).append(Ref(self.name, record.name, id_))
        return {key: tuple(found.get(key.upper(), ())) for key in keys}

    def _holders(self, record: RecordType, column: str, keys: Sequence[str]) -> Iterable[tuple[str, str]]:
        """(key, id) of the records that hold one of `keys`, from the first table that has the column."""
        for table in self._reader.tables(record):
            try:
                rows = list(self._client.all_rows(holders_query(table, column, keys)))
            except UnknownName as unknown:
                if unknown.name == table.name:
                    self._reader.lacks(table, unknown.name)
                continue
            return [(row["own_key"], row["id"]) for row in rows]
        text = f"{record.name} has no field {column} that this role may query: choose another key field"
        raise RefusedError(text, system=str(self.name), fields=(column,))

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """One call each, up to `concurrency` at a time (1: in the caller's thread, in order)."""
        return self._writer.write(writes)

    def delete(self, refs: Sequence[Ref]) -> list[Outcome]:
        """Made inactive: NetSuite has no recycle bin, and what is deleted there is gone (documented)."""
        kept: list[Outcome] = [Refused("an opportunity cannot be made inactive", "NOT_SUPPORTED") for _ in refs]
        places = [place for place, ref in enumerate(refs) if record_type(ref.type).has_inactive_flag]
        writes = [Write(refs[place].type, refs[place].id, {"isInactive": True}) for place in places]
        for place, outcome in zip(places, self.write(writes) if writes else (), strict=True):
            kept[place] = outcome
        return kept

    def calls_made(self) -> int:
        return self.session.counts.calls

    def convert(self, conversions: Sequence[Conversion]) -> list[Outcome]:
        return [Refused("NetSuite has no conversion call", "NOT_SUPPORTED") for _ in conversions]

    def count_values(self, type: str, fields: Sequence[str]) -> dict[str, int]:
        """Live records with a value (for check boxes: ticked), by field; fields that cannot be queried are left out."""
        return self._reader.counted(record_type(type), fields)

    def labels(self, type: str, field: str) -> dict[str, str]:
        """Values of a list field with their display text (`BUILTIN.DF`, seen in use); none if it cannot be queried."""
        return self._reader.labels(record_type(type), field)

    def live_list(self, type: str, key_field: str) -> dict[str, str]:
        try:
            rows = list(self._client.all_rows(live_query(type, key_field)))
        except UnknownName as unknown:
            self._reader.warn(f"{unknown.name} cannot be queried: nothing is found in the list {type}")
            return {}
        return {row["id"]: row["own_key"] for row in rows if row.get("own_key")}

    def close(self) -> None:
        self.session.close()


def _ids_by_type(refs: Iterable[Ref]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ref in dict.fromkeys(refs):
        found.setdefault(ref.type, []).append(ref.id)
    return found


def holders_query(table: Table, column: str, keys: Sequence[str]) -> str:
    where = f"UPPER({ROW}.{column}) IN {suiteql.in_list(suiteql.text(key) for key in keys)}"
    columns = f"{ROW}.id AS id, {ROW}.{column} AS own_key"
    return f"SELECT {columns} FROM {table.name} {ROW}{rows_where(table, where)} ORDER BY {ROW}.id"  # noqa: S608


def list_query(table: str) -> str:
    """Statuses are called `STAGE-Name` by people (recorded), so their stage is read along."""
    columns = "id, name, stage" if table == "customerstatus" else "id, name"
    return f"SELECT {columns} FROM {suiteql.identifier(table)} ORDER BY id"  # noqa: S608 - checked name


def live_query(table: str, key_field: str) -> str:
    name, column = suiteql.identifier(table), suiteql.identifier(key_field)
    return f"SELECT id, {column} AS own_key FROM {name} WHERE isinactive = 'F' ORDER BY id"  # noqa: S608 - checked names


def _label(row: Mapping[str, str]) -> str:
    name = row.get("name", row["id"])
    return f"{row['stage']}-{name}" if row.get("stage") else name
