"""What people say to holds, in stories."""

from __future__ import annotations

from connector.core.flow import Choice
from connector.runs import review
from connector.runs.review import AnsweredReport, Reply, Selection
from tests.story.town import Town

ALL = Selection()


def answer(town: Town, choice: Choice, text: str = "", selection: Selection = ALL) -> AnsweredReport:
    """An answer that is taken, to all holds that are meant."""
    report = _said(town, choice, text, selection)
    assert report.answered
    return report


def refusals(town: Town, choice: Choice) -> list[str]:
    """Why this is no answer to any of the holds there are."""
    report = _said(town, choice, "", ALL)
    assert not report.answered
    return [why for _, why in report.refused]


def _said(town: Town, choice: Choice, text: str, selection: Selection) -> AnsweredReport:
    return review.answer(town.store, selection, Reply(choice, text), "jo", town.clock.now())
