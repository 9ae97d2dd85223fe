"""Days and instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from connector.core.flow import Pair
from connector.core.mapping.codecs.base import Codec, Options, Unfit, codec, same
from connector.core.mapping.worked import Worked


@codec(
    "date",
    Worked(
        "close_date: {netsuite: expectedCloseDate, salesforce: CloseDate, as: date}",
        {"expectedCloseDate": "2026-03-31"},
        {"CloseDate": "2026-03-31"},
        entity="opportunity",
    ),
    Worked(
        "custom.met: {netsuite: custentity_met, salesforce: Met_At__c, as: date,"
        " zone: {salesforce: America/Los_Angeles}}",
        {"custentity_met": "2026-03-31"},
        {"Met_At__c": "2026-04-01T02:30:00Z"},
        "to_netsuite",
    ),
)
def date_(options: Options) -> Codec:
    """A calendar day, `YYYY-MM-DD`. `zone` for a side whose field holds an instant instead: the day that it is in
    that zone is read, and the beginning of that day is written (lossy: the time of day is gone)."""
    netsuite, salesforce = options.zone.netsuite, options.zone.salesforce
    return Codec(
        Pair(_day_reader(netsuite), _day_reader(salesforce)),
        Pair(_day_writer(netsuite), _day_writer(salesforce)),
        same,
        lossy=netsuite is not None or salesforce is not None,
    )


def _day_reader(zone: ZoneInfo | None) -> Callable[[Any], date | None]:
    if zone is None:
        return _as_date

    def read(raw: Any) -> date | None:
        moment = _moment(raw, zone)
        return None if moment is None else moment.astimezone(zone).date()

    return read


def _day_writer(zone: ZoneInfo | None) -> Callable[[date], str]:
    if zone is None:
        return date.isoformat
    return lambda day: _instant_text(datetime.combine(day, time.min, zone))


def _as_date(raw: Any) -> date | None:
    if raw is None or raw == "":
        return None
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Unfit(f"{raw!r} is not a date") from None


@codec(
    "datetime",
    Worked(
        "custom.seen: {netsuite: custentity_seen, salesforce: Seen_At__c, as: datetime}",
        {"custentity_seen": "2026-03-31T17:05:00Z"},
        {"Seen_At__c": "2026-03-31T17:05:00Z"},
    ),
    Worked(
        "custom.seen: {netsuite: custentity_seen, salesforce: Seen_At__c, as: datetime,"
        " zone: {netsuite: America/New_York}}",
        {"custentity_seen": "2026-03-31T13:05:00"},
        {"Seen_At__c": "2026-03-31T17:05:00Z"},
    ),
    Worked(
        "custom.seen: {netsuite: custentity_seen, salesforce: Seen_At__c, as: datetime}",
        {"custentity_seen": "2026-03-31T13:05:00"},
        {},
        "to_salesforce",
        "'2026-03-31T13:05:00' has no time zone",
    ),
)
def datetime_(options: Options) -> Codec:
    """An instant, UTC. NetSuite keeps whole seconds, so parts of a second do not count. `zone` for a side whose
    field holds local time without a zone: it is read and written as the clock on the wall there (lossy in the hour
    that a clock shows twice)."""
    netsuite, salesforce = options.zone.netsuite, options.zone.salesforce
    return Codec(
        Pair(_instant_reader(netsuite), _instant_reader(salesforce)),
        Pair(_instant_writer(netsuite), _instant_writer(salesforce)),
        lambda value: value and value.replace(microsecond=0),
        lossy=True,
    )


def _instant_reader(zone: ZoneInfo | None) -> Callable[[Any], datetime | None]:
    return lambda raw: _moment(raw, zone)


def _instant_writer(zone: ZoneInfo | None) -> Callable[[datetime], str]:
    if zone is None:
        return _instant_text
    return lambda value: value.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _moment(raw: Any, zone: ZoneInfo | None) -> datetime | None:
    if raw is None or raw == "":
        return None
    try:
        moment = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Unfit(f"{raw!r} is not a date and time") from None
    if moment.tzinfo is None:
        if zone is None:
            raise Unfit(f"{raw!r} has no time zone")
        moment = moment.replace(tzinfo=zone)
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Unfit(f"{moment.isoformat()!r} lies outside the calendar") from None


def _instant_text(value: datetime) -> str:
    return _in_utc(value).isoformat(timespec="seconds").replace("+00:00", "Z")
