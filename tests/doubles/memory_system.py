"""A vendor account in memory, for tests of the engine that need neither HTTP nor a sandbox.

It keeps to what `connector.core.ports.System` promises and to the rules that the engine leans on: stamps of whole
seconds, unique key fields, frozen converted leads. It checks no types, lengths or lists: the sandboxes do.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from connector.core.flow import (
    Conversion,
    Converted,
    Done,
    Outcome,
    Raw,
    Ref,
    Refused,
    SourceRecord,
    Unknown,
    Write,
)
from connector.core.ports import Changes, Clock, FieldInfo, RecordInfo, System, Wanted
from connector.core.schema import Stage, SystemName
from connector.errors import RemoteError

STAGES: Final = {
    **dict.fromkeys(["6", "7"], "lead"),
    **dict.fromkeys(["8", "9", "10", "11", "12", "14"], "prospect"),
    **dict.fromkeys(["13", "15", "16"], "customer"),
}
CONVERTED: Final = "Closed - Converted"
US: Final = "integration user"
_PREFIXES: Final = {"Lead": "00Q", "Account": "001", "Contact": "003", "Opportunity": "006"}
_FROM_LEAD: Final = ("Salutation", "FirstName", "LastName", "Title", "Email", "Phone", "MobilePhone")


def record(system: SystemName, type: str, *fields: str) -> RecordInfo:
    """A record type with text fields and a place for our key."""
    key_field = "externalId" if system is SystemName.NETSUITE else "NetSuite_Id__c"
    return RecordInfo(system, type, {name: FieldInfo(name, "text") for name in fields}, key_field)


class MemorySystem(System):
    """`add`, `edit`, `delete_by_hand` and `convert_by_hand` are what people do; `calls` counts what the engine does."""

    def __init__(self, name: SystemName, clock: Clock, records: Sequence[RecordInfo], *, page_size: int = 200) -> None:
        self.name, self.calls = name, Counter[str]()
        self._clock, self._page_size = clock, page_size
        self._infos = {info.type: info for info in records}
        self._rows: dict[Ref, SourceRecord] = {}
        self._errors: deque[RemoteError] = deque()
        self._lost: deque[bool] = deque()
        self._hidden: dict[str, set[str]] = {}
        self._rules: list[Callable[[Write], Refused | None]] = []

    # what people do ------------------------------------------------------------------------------------------

    def add(self, type: str, fields: Mapping[str, Raw], *, key: str | None = None, by: str = "a person") -> Ref:
        number = len(self._rows) + 1
        id_ = str(number) if self.name is SystemName.NETSUITE else f"{_PREFIXES[type]}{number:012d}AAA"
        ref = Ref(self.name, type, id_)
        first: dict[str, Raw] = {"entityStatus": "13"} if type == "customer" else {}
        self._keep(SourceRecord(ref, {}), first | dict(fields), key, by)
        return ref

    def edit(self, ref: Ref, fields: Mapping[str, Raw], *, by: str = "a person") -> None:
        self._keep(self._rows[ref], fields, None, by)

    def delete_by_hand(self, ref: Ref, *, merged_into: Ref | None = None) -> None:
        """Delete, or merge into another record of the type."""
        self._rows[ref] = SourceRecord(ref, {}, self._stamp(), "a person", deleted=True, merged_into=merged_into)

    def convert_by_hand(self, lead: Ref, *, opportunity: str | None = None) -> Converted:
        """What the Convert button does: a new account and contact, and an opportunity where it is given a name."""
        account = self.add("Account", {"Name": self._rows[lead].fields.get("Company")})
        wish = Conversion(lead.id, account.id, None, CONVERTED, None, opportunity is not None, opportunity)
        return self._converted(self._rows[lead], wish, by="a person")

    def redescribe(self, *records: RecordInfo) -> None:
        """What an admin does: the record types are from now on as given."""
        for info in records:
            before = self._infos.get(info.type)
            self._hidden.setdefault(info.type, set()).update(before.fields if before else ())
            self._hidden[info.type].difference_update(info.fields)
            self._infos[info.type] = info

    def now_in(self, ref: Ref) -> SourceRecord:
        """The record whole, without a call."""
        return self._rows[ref]

    # how it behaves badly ------------------------------------------------------------------------------------

    def fail_next(self, *errors: RemoteError) -> None:
        """The next calls raise these, one each, and do nothing."""
        self._errors.extend(errors)

    def lose_answers(self, *applied: bool) -> None:
        """The next writes and conversions, one each, end unknown, though they were applied (or were not)."""
        self._lost.extend(applied)

    def refuse_when(self, rule: Callable[[Write], Refused | None]) -> None:
        """A validation rule: from now on what it returns is the outcome of the write."""
        self._rules.append(rule)

    # connector.core.ports.System -----------------------------------------------------------------------------

    def identity(self) -> str:
        self._called("identity")
        return f"memory-{self.name}"

    def user(self) -> str:
        return US

    def describe(self, types: Sequence[str]) -> Mapping[str, RecordInfo]:
        self._called("describe")
        return {type_: self._infos[type_] for type_ in types}

    def converted_statuses(self) -> tuple[str, ...]:
        self._called("converted_statuses")
        return (CONVERTED,) if self.name is SystemName.SALESFORCE else ()

    def stages(self) -> Mapping[str, str]:
        self._called("stages")
        return STAGES if self.name is SystemName.NETSUITE else {}

    def changes(self, wanted: Sequence[Wanted]) -> Mapping[str, Changes]:
        self._called("changes")
        cursor = self._stamp().isoformat()
        self._refuse_unknown({want.type: want.fields for want in wanted})
        return {want.type: Changes(want.type, cursor, self._pages(want)) for want in wanted}

    def read(self, refs: Sequence[Ref], fields: Mapping[str, Sequence[str]]) -> Mapping[Ref, SourceRecord]:
        self._called("read")
        self._refuse_unknown({ref.type: fields[ref.type] for ref in refs})
        gone = {ref: SourceRecord(ref, {}, deleted=True) for ref in refs if ref not in self._rows}
        return gone | {ref: _only(self._rows[ref], fields[ref.type]) for ref in refs if ref in self._rows}

    def _refuse_unknown(self, fields: Mapping[str, Sequence[str]]) -> None:
        """A Salesforce query that names a field which is not there fails whole; NetSuite's adapter leaves it out."""
        hidden = any(self._hidden.get(type_, set()).intersection(names) for type_, names in fields.items())
        if hidden and self.name is SystemName.SALESFORCE:
            raise RemoteError("No such column", system=str(self.name), code="INVALID_FIELD")

    def find_by_key(self, type: str, keys: Sequence[str]) -> Mapping[str, tuple[Ref, ...]]:
        self._called("find_by_key")
        carriers = {key: tuple(sorted(self._carriers(type, key))) for key in keys}
        return {key: refs for key, refs in carriers.items() if refs}

    def write(self, writes: Sequence[Write]) -> Sequence[Outcome]:
        self._called("write")
        return [self._sent(partial(self._write, write)) for write in writes]

    def convert(self, conversions: Sequence[Conversion]) -> Sequence[Outcome]:
        self._called("convert")
        return [self._sent(partial(self._convert, wish)) for wish in conversions]

    def delete(self, refs: Sequence[Ref]) -> Sequence[Outcome]:
        self._called("delete")
        return [self._sent(partial(self._taken_out, ref)) for ref in refs]

    def count_values(self, type: str, fields: Sequence[str]) -> Mapping[str, int]:
        self._called("count_values")
        live = [row for row in self._rows.values() if row.ref.type == type and not row.deleted]
        return {name: sum(row.fields.get(name) is not None for row in live) for name in fields}

    def labels(self, type: str, field: str) -> Mapping[str, str]:
        self._called("labels")
        return self._infos[type].fields[field].options or {}

    def live_list(self, type: str, key_field: str) -> Mapping[str, str]:
        self._called("live_list")
        return {}

    def calls_made(self) -> int:
        return sum(self.calls.values())

    # inside --------------------------------------------------------------------------------------------------

    def _called(self, method: str) -> None:
        self.calls[method] += 1
        if self._errors:
            raise self._errors.popleft()

    def _stamp(self) -> datetime:
        return self._clock.now().astimezone(UTC).replace(microsecond=0)

    def _keep(self, row: SourceRecord, fields: Mapping[str, Raw], key: str | None, by: str) -> None:
        held = {**row.fields, **fields}
        stage = STAGES.get(str(held.get("entityStatus")))
        self._rows[row.ref] = replace(
            row,
            fields=held,
            key=key or row.key,
            modified_at=self._stamp(),
            modified_by=by,
            stage=Stage(stage) if stage else None,
            individual=bool(held["isPerson"]) if "isPerson" in held else None,
            inactive=bool(held.get("isInactive", False)),
        )

    def _pages(self, want: Wanted) -> Iterator[tuple[SourceRecord, ...]]:
        since = datetime.fromisoformat(want.since) if want.since else None
        rows = sorted(self._changed(want.type, since), key=lambda row: (row.modified_at or datetime.min, row.ref))
        for start in range(0, len(rows), self._page_size):
            yield tuple(_only(row, want.fields) for row in rows[start : start + self._page_size])

    def _changed(self, type_: str, since: datetime | None) -> Iterator[SourceRecord]:
        """From the second of the cursor on, for more may have happened in it after it was given out."""
        for row in self._rows.values():
            known = row.modified_at is not None and since is not None and row.modified_at < since
            if row.ref.type == type_ and not known and not (row.deleted and since is None):
                yield row

    def _carriers(self, type_: str, key: str) -> Iterator[Ref]:
        """NetSuite: external ids are one pool for customers and contacts, and their case does not matter."""
        fold = str.lower if self.name is SystemName.NETSUITE else str
        pool = {"customer", "contact"} if type_ in ("customer", "contact") else {type_}
        for ref, row in self._rows.items():
            if ref.type in pool and not row.deleted and row.key is not None and fold(row.key) == fold(key):
                yield ref

    def _sent(self, carry_out: Callable[[], Outcome]) -> Outcome:
        if not self._lost:
            return carry_out()
        if self._lost.popleft():
            carry_out()
        return Unknown("no answer")

    def _write(self, write: Write) -> Outcome:
        row = None if write.id is None else self._rows.get(Ref(self.name, write.type, write.id))
        refused = self._refusal(write, row)
        if refused is not None:
            return refused
        if row is None:
            return Done(self.add(write.type, write.fields, key=write.key, by=US))
        self._keep(row, write.fields, write.key, US)
        return Done(row.ref)

    def _taken_out(self, ref: Ref) -> Outcome:
        if self.name is SystemName.NETSUITE:
            return self._write(Write(ref.type, ref.id, {"isInactive": True}))
        if self._rows[ref].deleted:
            return Refused("the record is gone", "ENTITY_IS_DELETED", "missing")
        self.delete_by_hand(ref)
        return Done(ref)

    def _refusal(self, write: Write, row: SourceRecord | None) -> Refused | None:
        for rule in self._rules:
            if refused := rule(write):
                return refused
        if write.id is not None and (row is None or row.deleted):
            return Refused("the record is gone", "ENTITY_IS_DELETED", "missing")
        if row is not None and row.converted is not None:
            return Refused("the lead is converted", "CANNOT_UPDATE_CONVERTED_LEAD", "converted")
        others = set(self._carriers(write.type, write.key)) - {row.ref if row else None} if write.key else set()
        if others:
            return Refused("another record has this key", "DUPLICATE_VALUE", "duplicate", existing=min(others))
        return None

    def _convert(self, wish: Conversion) -> Outcome:
        if self.name is SystemName.NETSUITE:
            return Refused("NetSuite has no conversion call")
        row = self._rows.get(Ref(self.name, "Lead", wish.lead))
        if row is None or row.deleted:
            return Refused("the lead is gone", "ENTITY_IS_DELETED", "missing")
        if row.converted is not None:
            return Refused("the lead is converted", "CANNOT_UPDATE_CONVERTED_LEAD", "converted")
        if wish.converted_status != CONVERTED:
            return Refused("no converted status", "INVALID_STATUS", fields=("Status",))
        if Ref(self.name, "Account", wish.account) not in self._rows:
            return Refused("there is no such account", "INVALID_CROSS_REFERENCE_KEY")
        return Done(row.ref, self._converted(row, wish, US))

    def _converted(self, lead: SourceRecord, wish: Conversion, by: str) -> Converted:
        contact = Ref(self.name, "Contact", wish.contact) if wish.contact else self._contact_from(lead, wish, by)
        opportunity = None
        if wish.create_opportunity:
            name = wish.opportunity_name or lead.fields.get("Company")
            opportunity = self.add("Opportunity", {"Name": name, "AccountId": wish.account}, by=by)
        became = Converted(Ref(self.name, "Account", wish.account), contact, opportunity)
        self._keep(lead, {"Status": wish.converted_status, "IsConverted": True}, None, by)
        self._rows[lead.ref] = replace(self._rows[lead.ref], converted=became)
        return became

    def _contact_from(self, lead: SourceRecord, wish: Conversion, by: str) -> Ref:
        carried = {name: lead.fields[name] for name in _FROM_LEAD if name in lead.fields}
        return self.add("Contact", {**carried, "AccountId": wish.account}, by=by)


def _only(row: SourceRecord, fields: Sequence[str]) -> SourceRecord:
    """What is read of a record: the wanted fields, empty ones as None; nothing of a deleted one."""
    return row if row.deleted else replace(row, fields={name: row.fields.get(name) for name in fields})
