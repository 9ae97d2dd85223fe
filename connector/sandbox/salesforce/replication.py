"""`updated` and `deleted`: what changed in a window, and up to when that list is complete.

Documented: seconds are ignored, start must precede end, 30 (15) days back, and while a transaction is open
`latestDateCovered` is its start.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.sandbox.salesforce.call import Call, Reply
from connector.sandbox.salesforce.errors import refuse
from connector.sandbox.salesforce.moments import parse_moment, stamp, whole_minute

UPDATED_DAYS = 30
DELETED_DAYS = 15


def updated(call: Call) -> Reply:
    start, end = _window(call, UPDATED_DAYS)
    sobject = call.sobject
    live = ' AND "IsDeleted"=0' if sobject.has_recycle_bin else ""
    sql = f'SELECT "Id" FROM "{sobject.name}" WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ?{live}'  # noqa: S608
    ids = [row[0] for row in call.org.store.db.execute(sql, (stamp(start), stamp(end)))]
    return Reply(200, {"ids": ids, "latestDateCovered": _covered(call, end)})


def deleted(call: Call) -> Reply:
    start, end = _window(call, DELETED_DAYS)
    sobject = call.sobject
    where = '"_deleted_at" >= ? AND "_deleted_at" < ?'
    rows = call.org.store.find(sobject, where, (stamp(start), stamp(end))) if sobject.has_recycle_bin else []
    earliest = whole_minute(call.org.now() - timedelta(days=DELETED_DAYS))
    answer = {
        "deletedRecords": [{"id": row["Id"], "deletedDate": row["_deleted_at"]} for row in rows],
        "earliestDateAvailable": stamp(earliest),
        "latestDateCovered": _covered(call, end),
    }
    return Reply(200, answer)


def _covered(call: Call, end: datetime) -> str:
    return stamp(whole_minute(call.org.safe_mark(call.sobject, end)))


def _window(call: Call, days: int) -> tuple[datetime, datetime]:
    start, end = _moment(call, "start"), _moment(call, "end")
    if start >= end:
        raise refuse("INVALID_REPLICATION_DATE", "startDate must be at least one minute before endDate")
    if start < whole_minute(call.org.now() - timedelta(days=days)):
        raise refuse("INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, end


def _moment(call: Call, name: str) -> datetime:
    text = call.request.params.get(name, "")
    # A raw "+" in a query string is a space by the time it arrives.
    parsed = parse_moment(text)
    if parsed is None:
        raise refuse("INVALID_REPLICATION_DATE", f"{name} is not a date and time with an offset: {text}")
    return whole_minute(parsed)
