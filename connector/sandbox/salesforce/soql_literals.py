"""Literals of a query as the store holds them, and relative dates as ranges of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from connector.sandbox.salesforce.fields import ID_TYPES, NUMBER_TYPES, Field
from connector.sandbox.salesforce.ids import widen
from connector.sandbox.salesforce.moments import parse_moment, stamp
from connector.sandbox.salesforce.soql import Literal, unescape


def relative_days(name: str, today: date) -> tuple[date, date]:
    """First day and first day after of a relative date literal, in UTC."""
    one, month, year = timedelta(days=1), today.replace(day=1), today.replace(month=1, day=1)
    next_month = (month + timedelta(days=32)).replace(day=1)
    ranges = {
        "today": (today, today + one),
        "yesterday": (today - one, today),
        "tomorrow": (today + one, today + 2 * one),
        "this_month": (month, next_month),
        "last_month": ((month - one).replace(day=1), month),
        "this_year": (year, year.replace(year=year.year + 1)),
        "last_year": (year.replace(year=year.year - 1), year),
    }
    if name in ranges:
        return ranges[name]
    kind, _, count = name.partition(":")
    days = timedelta(days=int(count))
    return (today - days, today + one) if kind == "last_n_days" else (today + one, today + one + days)


def midnight(day: date) -> str:
    return f"{day}T00:00:00.000+0000"


def literal_value(found: Field, literal: Literal, query: str) -> Any:
    """The stored form of a literal, or None when its kind does not suit the field."""
    kind, text = literal.kind, literal.text
    if found.type == "boolean":
        return {"TRUE": 1, "FALSE": 0}.get(kind)
    if found.type in NUMBER_TYPES:
        return float(text) if kind == "NUMBER" else None
    if found.type == "date":
        return text if kind == "DATE" else None
    if found.type == "datetime":
        at = parse_moment(text) if kind == "DATETIME" else None
        return stamp(at) if at else None
    if kind != "STRING":
        return None
    value = unescape(text, literal.at, query)
    return widen(value) if found.type in ID_TYPES else value
