"""A person wants a deleted record made again: the one that is left goes the ordinary way, as if it had no link.

So it is matched before it is made: somebody may have made the other one again by hand.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector.core.flow import Action, Convert, Hold, Ref, Relink
from connector.core.planning.desk import Desk


def make_again(desk: Desk, conversions: Iterable[Action]) -> None:
    """Note for which records a counterpart shall be made again: not where their link is about to be converted."""
    converting = set(map(_link_of, conversions)) - {None}
    desk.again = {ref: link_id for ref, link_id in desk.scene.again.items() if link_id not in converting}
    for ref in desk.again:
        desk.answers.update({answer.id: "carried_out" for answer in desk.answered(ref) if answer.choice == "again"})


def again_reason(desk: Desk, ref: Ref) -> str:
    """Why a counterpart of `ref` is made again; empty if it is not."""
    answers = [answer for answer in desk.answered(ref) if answer.choice == "again"]
    if ref not in desk.again or not answers:
        return ""
    return f"deleted in {ref.system.other.title}; made again, answered by {answers[-1].by}"


def _link_of(action: Action) -> int | None:
    if isinstance(action, Convert | Hold):
        return action.link_id
    return action.retire if isinstance(action, Relink) else None
