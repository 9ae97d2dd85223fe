"""The table: every fault against every call, each cell a reaction that is checked or the reason why there is none.

The numbers never change: reports and documents refer to them. `python -m tests.faults --table` prints the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.faults import clocks, happenings, postgresql_state
from tests.faults.calls import CALLS, COLUMNS, NETSUITE, SALESFORCE, STATE, STATE_ON_SERVER, Call, named
from tests.faults.reactions import (
    SOAP_ONLY,
    Reaction,
    ends_early,
    found_by_key,
    held,
    looked_up,
    new_login,
    patient,
    read_again,
    retried,
    stops,
    survives_a_crash,
)


@dataclass
class Row:
    """One fault: the reaction of each call that can meet it, and why the other calls cannot."""

    id: str
    fault: str
    cells: dict[Call, Reaction] = field(default_factory=dict)
    absent: dict[Call, str] = field(default_factory=dict)

    def on(self, calls: Iterable[Call], reaction: Reaction) -> Row:
        self.cells.update(dict.fromkeys(calls, reaction))
        return self

    def not_on(self, calls: Iterable[Call], why: str) -> Row:
        self.absent.update(dict.fromkeys(calls, why))
        return self

    def else_never(self, why: str) -> Row:
        """`why` for all calls that nothing has been said about."""
        return self.not_on([call for call in COLUMNS if call not in self.cells and call not in self.absent], why)


READS = [call for call in CALLS if call.kind != "write"]
WRITES = [call for call in CALLS if call.kind == "write"]
LOGINS = [call for call in CALLS if call.kind == "login"]
SALESFORCE_AFTER_LOGIN = [call for call in SALESFORCE if call.kind != "login"]
NETSUITE_AFTER_LOGIN = [call for call in NETSUITE if call.kind != "login"]
NS_QUERY, NS_SCHEMA = named("NetSuite query"), named("NetSuite schema")
NS_CREATE, NS_UPDATE = named("NetSuite create"), named("NetSuite update")
NS_LOGIN, SF_LOGIN = LOGINS
SF_DESCRIBE, SF_QUERY, SF_MARK = (named(f"Salesforce {name}") for name in ("describe", "query", "mark"))
SF_CHANGES, SF_NEXT, SF_READ = (named(f"Salesforce {name}") for name in ("changes", "next page", "read"))
SF_CREATE, SF_UPDATE, SF_CONVERT = (named(f"Salesforce {name}") for name in ("create", "update", "convert"))

ELSEWHERE: dict[str, Any] = {"status": 302, "headers": {"Location": "https://elsewhere.example/landing"}}
OWN = "our own state is a file or a database, not a call"
OTHER_SYSTEM = "an answer of the other system"
NO_RECORD = "no record is written by this call"


def salesforce_error(status: int, code: str, message: str) -> dict[str, Any]:
    content = json.dumps([{"errorCode": code, "message": message}])
    return {"kind": "reply", "status": status, "content": content}


def soap_fault(code: str, message: str) -> dict[str, Any]:
    content = (
        '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring></soapenv:Fault>"
        "</soapenv:Body></soapenv:Envelope>"
    )
    headers = {"content-type": "text/xml"}
    return {"kind": "reply", "status": 500, "headers": headers, "content": content, "match": SOAP_ONLY}


def row_error(code: str) -> dict[str, Any]:
    """A collection's answer for one row, refused."""
    error = {"statusCode": code, "message": "the value is not allowed", "fields": ["Title"]}
    return {"kind": "reply", "status": 200, "content": json.dumps([{"success": False, "errors": [error]}])}


def netsuite_error(status: int, code: str, detail: str, path: str = "") -> dict[str, Any]:
    told = {"detail": detail, "o:errorCode": code, **({"o:errorPath": path} if path else {})}
    return {"kind": "reply", "status": status, "content": json.dumps({"status": status, "o:errorDetails": [told]})}


def oauth_error(code: str) -> dict[str, Any]:
    return {"kind": "reply", "status": 400, "content": json.dumps({"error": code, "error_description": code})}


_BAD_LOGIN = netsuite_error(401, "INVALID_LOGIN", "Invalid login attempt.")
_SESSION_OVER = salesforce_error(401, "INVALID_SESSION_ID", "Session expired or invalid")
_DAY_USED_UP = salesforce_error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
_SESSION_OVER_SOAP = soap_fault("INVALID_SESSION_ID", "Invalid Session ID found")
_DAY_USED_UP_SOAP = soap_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
_CROWDED_SOAP = soap_fault("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
_DEAD_LOCATOR = salesforce_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
_NO_FIELD = salesforce_error(400, "INVALID_FIELD", "No such column 'Title' on entity 'Lead'")


def rows() -> list[Row]:
    """The whole table."""
    return [*_transport(), *_salesforce(), *_netsuite(), *_worlds()]


def _transport() -> list[Row]:
    return [
        Row("F1", "connection refused").on(CALLS, retried(kind="refuse")).else_never(OWN),
        Row("F2", "request lost")
        .on(READS, retried(kind="lose_request"))
        .on(WRITES, looked_up(kind="lose_request"))
        .else_never(OWN),
        Row("F3", "answer lost")
        .on(READS, retried(kind="lose_answer"))
        .on(WRITES, looked_up(kind="lose_answer", how="reset"))
        .else_never(OWN),
        Row("F4", "applied minutes later")
        .on(WRITES, looked_up(kind="delay", seconds=400))
        .not_on(READS, "a read that lands late changes nothing: it is F2")
        .else_never(OWN),
        Row("F5", "half an answer, or a page")
        .on(READS, retried(kind="garble", form="truncated"))
        .on(WRITES, looked_up(kind="garble", form="html"))
        .on([NS_CREATE, SF_CREATE], looked_up(kind="garble", form="cut"))
        .else_never(OWN),
    ]


def _salesforce() -> list[Row]:
    collections = [SF_CREATE, SF_UPDATE]
    listed = [SF_DESCRIBE, SF_MARK, SF_CHANGES, SF_READ]
    rows_refused = "only a call that writes rows has answers for each"
    return [
        Row("F6", "Salesforce session expired")
        .on(SALESFORCE_AFTER_LOGIN, new_login(_SESSION_OVER_SOAP, _SESSION_OVER))
        .not_on([SF_LOGIN], "the login has no session yet")
        .else_never(OTHER_SYSTEM),
        Row("F7", "Salesforce day's calls used up")
        .on(SALESFORCE_AFTER_LOGIN, ends_early(_DAY_USED_UP_SOAP, _DAY_USED_UP))
        .not_on([SF_LOGIN], "logins are not among the counted calls")
        .else_never(OTHER_SYSTEM),
        Row("F8", "server busy, 5xx")
        .on(READS, retried(kind="error"))
        .on(WRITES, looked_up(kind="error", applied=True))
        .else_never(OWN),
        Row("F9", "Salesforce row lock")
        .on([SF_CREATE, SF_UPDATE, SF_CONVERT], read_again(kind="lock_row"))
        .else_never(NO_RECORD),
        Row("F10", "Salesforce partial success")
        .on(collections, happenings.ONE_OF_A_BATCH)
        .on([SF_CONVERT], happenings.QUEUE_OWNED)
        .else_never(rows_refused),
        Row("F11", "Salesforce list shorter than asked")
        .on(collections, looked_up(kind="garble", form="shorter"))
        .on(listed, stops(1, "not taken, exit 1", kind="garble", form="shorter"))
        .not_on([SF_CONVERT], "its answer is XML: half of it is F5")
        .else_never("its answer is not a list in the order of the request"),
        Row("F12", "Salesforce 300, several of one external id").else_never(
            "no call names a record by external id: keys are looked up by query, and several are told as ambiguous"
        ),
        Row("F13", "the key exists already")
        .on([NS_CREATE, SF_CREATE], happenings.MADE_MEANWHILE)
        .else_never("only a create can meet an existing key"),
        Row("F14", "Salesforce duplicate rule").on(collections, happenings.ONE_OF_A_BATCH).else_never(NO_RECORD),
        Row("F15", "Salesforce validation rule")
        .on(collections, held("FIELD_CUSTOM_VALIDATION_EXCEPTION", **_poison("FIELD_CUSTOM_VALIDATION_EXCEPTION")))
        .on([SF_CONVERT], happenings.QUEUE_OWNED)
        .else_never(NO_RECORD),
        Row("F16", "the record is deleted")
        .on([NS_UPDATE, SF_UPDATE, SF_CONVERT, SF_READ], happenings.DELETED_MEANWHILE)
        .else_never("names no single record"),
        Row("F17", "the lead is converted")
        .on([SF_UPDATE, SF_CONVERT], happenings.CONVERTED_MEANWHILE)
        .else_never("only an open lead can be refused so"),
        Row("F18", "412, changed since").else_never(
            "no call is conditional: what a write would change is read again right before it (see F40)"
        ),
        Row("F19", "Salesforce bulk job").else_never("a run sends collections of 200, no bulk job"),
        Row("F20", "Salesforce late commit")
        .on([SF_MARK, SF_CHANGES], clocks.LATE_IN_SALESFORCE)
        .else_never("only reads of what changed depend on stamps"),
        Row("F21", "equal stamps; locator expired")
        .on([SF_NEXT], clocks.dead_locator(_DEAD_LOCATOR))
        .on([SF_CHANGES], clocks.EQUAL_STAMPS)
        .else_never("not a page of a long answer"),
        Row("F22", "field hidden or removed")
        .on([SF_DESCRIBE, NS_SCHEMA], happenings.FIELD_REMOVED)
        .on([SF_READ, SF_NEXT], happenings.no_such_field(_NO_FIELD))
        .on([NS_QUERY], happenings.FEWER_COLUMNS)
        .not_on([SF_CHANGES], "its parts are read as F22 of `read`; the describe of the same run comes first")
        .else_never("reads no mapped field"),
        Row("F23", "automation rewrites our write")
        .on([SF_CREATE, SF_UPDATE, SF_CONVERT], happenings.REWRITTEN)
        .on([NS_UPDATE], happenings.REWRITTEN_IN_NETSUITE)
        .not_on([NS_CREATE], "a created record is read back like an updated one")
        .else_never(NO_RECORD),
    ]


def _poison(code: str) -> dict[str, Any]:
    """The newcomer and the edited lead go in batches of their own."""
    return {**row_error(code), "match": {"body": '"type":"Lead"'}}


# Leads whose children nobody waits for.
_NEWCOMER: dict[str, Any] = {"match": {"body": "Comer"}}
_EDITED: dict[str, Any] = {"match": {"body": "CEO"}}


def _netsuite() -> list[Row]:
    script = netsuite_error(400, "USER_ERROR", "Not on a Friday.")
    required = netsuite_error(400, "INVALID_CONTENT", "Please enter value(s) for: Title.", "title")
    again = "no asynchronous job is asked for: every call is answered at once"
    return [
        Row("F24", "too many at once")
        .on([call for call in CALLS if call.kind != "login"], patient(kind="throttle"))
        .on([SF_CONVERT], ends_early(_CROWDED_SOAP))
        .not_on(LOGINS, "neither token endpoint counts against the limit of concurrent calls")
        .else_never(OWN),
        Row("F25", "NetSuite token expired or revoked")
        .on(NETSUITE_AFTER_LOGIN, new_login(_BAD_LOGIN))
        .not_on([NS_LOGIN], "the login has no token yet")
        .else_never(OTHER_SYSTEM),
        Row("F26", "the token endpoint refuses")
        .on(LOGINS, stops(3, "stop, exit 3", 2, **oauth_error("invalid_grant")))
        .else_never("not a token endpoint"),
        Row("F27", "NetSuite create without `Location`")
        .on([NS_CREATE], found_by_key(kind="reply", status=204, applied=True))
        .else_never("only NetSuite's creates answer with an address"),
        Row("F28", "NetSuite asynchronous job").else_never(again),
        Row("F29", "NetSuite record has been changed")
        .on([NS_CREATE, NS_UPDATE], read_again(kind="lock_row"))
        .else_never("refuses no record of NetSuite"),
        Row("F30", "NetSuite script refuses")
        .on([NS_CREATE], held("USER_ERROR", **script, **_NEWCOMER))
        .on([NS_UPDATE], held("USER_ERROR", **script, **_EDITED))
        .else_never("no NetSuite record is written by this call"),
        Row("F31", "NetSuite required field")
        .on([NS_CREATE], held("INVALID_CONTENT", **required, **_NEWCOMER))
        .on([NS_UPDATE], held("INVALID_CONTENT", **required, **_EDITED))
        .else_never("no NetSuite record is written by this call"),
        Row("F32", "NetSuite pages shift").on([NS_QUERY], clocks.SHIFTING_PAGES).else_never("not a SuiteQL page"),
        Row("F33", "NetSuite role sees less")
        .on([NS_QUERY], happenings.FEWER_ROWS)
        .on([NS_SCHEMA], happenings.FIELD_REMOVED)
        .else_never("not a read of NetSuite"),
        Row("F34", "NetSuite time zone, daylight saving")
        .on([NS_QUERY], clocks.DAYLIGHT_SAVING)
        .else_never("times are compared in UTC, or not at all"),
        Row("F35", "NetSuite merge").on([NS_QUERY], happenings.MERGED).else_never("does not observe NetSuite records"),
    ]


def _worlds() -> list[Row]:
    aware = [NS_LOGIN, NS_QUERY, SF_LOGIN, SF_MARK, SF_CHANGES]
    return [
        Row("F36", "clocks apart").on(aware, clocks.TWO_DAYS_APART).else_never("no time of ours is in this call"),
        Row("F37", "another account")
        .on([NS_QUERY, SF_LOGIN], happenings.OTHER_ACCOUNT)
        .else_never("the account is asked for before, and the run has ended"),
        Row("F38", "our process dies")
        .on(CALLS, survives_a_crash())
        .not_on([STATE, STATE_ON_SERVER], "the crash points of the store are enumerated by tests/crashpoints"),
        Row("F39", "our state is locked, full, damaged, restored")
        .on([STATE], happenings.STATE_TROUBLE)
        .on([STATE_ON_SERVER], postgresql_state.STATE_TROUBLE)
        .else_never("not our state"),
        Row("F40", "others work on the same records")
        .on([STATE], happenings.SECOND_RUNNER)
        .on([STATE_ON_SERVER], postgresql_state.SECOND_RUNNER)
        .on([NS_UPDATE, SF_UPDATE], happenings.EDITED_MEANWHILE)
        .on([SF_CONVERT], happenings.CONVERTED_MEANWHILE)
        .on([NS_CREATE, SF_CREATE], happenings.MADE_MEANWHILE)
        .else_never("changes no record"),
        Row("F41", "slow server")
        .on(READS, retried(kind="slow", seconds=500))
        .on(WRITES, looked_up(kind="slow", seconds=500))
        .else_never(OWN),
        Row("F42", "redirect")
        .on(READS, stops(1, "not followed, exit 1", kind="reply", **ELSEWHERE))
        .on(WRITES, looked_up(kind="reply", **ELSEWHERE))
        .else_never(OWN),
    ]


def missing(table: Iterable[Row]) -> list[str]:
    """Cells of which nothing is said, and those of which both is said."""
    return [
        f"{row.id} {call.title}" for row in table for call in COLUMNS if (call in row.cells) == (call in row.absent)
    ]


def as_markdown(table: Iterable[Row]) -> str:
    """The table; a cell is the reaction that is checked, or a letter that stands for the reason why there is none."""
    letters: dict[str, str] = {}
    lines = ["| fault | " + " | ".join(call.title for call in COLUMNS) + " |", "| --- " * (len(COLUMNS) + 1) + "|"]
    for row in table:
        cells = (_cell(row, call, letters) for call in COLUMNS)
        lines.append(f"| {row.id} {row.fault} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *(f"- ({letter}) {why}" for why, letter in letters.items())])


def _cell(row: Row, call: Call, letters: dict[str, str]) -> str:
    if call in row.cells:
        return row.cells[call].word
    return f"({letters.setdefault(row.absent[call], str(len(letters) + 1))})"
