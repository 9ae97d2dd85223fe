"""Towns whose mapping files were edited, and small questions about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.core.mapping.insertion import insert_line
from tests.story.town import Town

Make = Callable[..., Town]
"""make({file: what is done to its text}, **settings of the town)"""
LEAD = {"LastName": "Akin", "FirstName": "Kristen", "Company": "Aethna", "Status": "Working - Contacted"}


def line(text: str) -> Callable[[str], str]:
    return lambda file: insert_line(file, ("fields",), text)


def lines(*texts: str, fields: tuple[str, ...] = ()) -> Callable[[str], str]:
    """The file with these lines, and without the reasons for which these vendor fields were left out."""

    def edit(file: str) -> str:
        file = taken_up(file, *fields)
        for text in texts:
            file = line(text)(file)
        return file

    return edit


def exchange(old: str, new: str) -> Callable[[str], str]:
    def edit(file: str) -> str:
        assert old in file
        return file.replace(old, new, 1)

    return edit


def taken_up(file: str, *names: str) -> str:
    """The file without the reasons for which these vendor fields were left out."""
    return "".join(one for one in file.splitlines(keepends=True) if one.strip().partition(":")[0] not in names)


def customer_of(town: Town, lead: str) -> str:
    return str(town.row("salesforce", "Lead", lead)["NetSuite_Id__c"]).removeprefix("ns-customer-")


def holds(report: Any) -> list[tuple[str | None, str]]:
    return [(hold["field"], hold["reason"]) for hold in report.data()["holds"]]
