"""Records whose counterpart was deleted, and that a person wants a counterpart made for again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.core.flow import Answer, Link, Ref, SourceRecord
from connector.core.lifecycle import entity_of
from connector.runs.observing.look import Look


def wanted_again(look: Look, answers: Iterable[Answer]) -> dict[Ref, int | None]:
    """Each such record, as far as it still is what it was, with the link that ends (None: it has none any more)."""
    asked = [answer for answer in answers if answer.choice == "again"]
    refs = [ref for answer in asked for _, ref in answer.refs if ref is not None]
    leads, links = look.store.lead_links(refs), look.store.links(refs)
    found: dict[Ref, int | None] = {}
    for answer in asked:
        for survivor in _survivors(look, answer):
            link = leads.get(survivor.ref) or links.get(survivor.ref)
            if link is None or link.state != "active":
                found[survivor.ref] = None
            elif _is_broken(look, link, survivor):
                found[survivor.ref] = link.id
    return found


def _survivors(look: Look, answer: Answer) -> Iterator[SourceRecord]:
    records = (look.records.get(ref) for _, ref in answer.refs if ref is not None)
    for record in records:
        live = record is not None and not (record.deleted or record.inactive or record.converted is not None)
        if record is not None and live and entity_of(record) is answer.entity:
            yield record


def _is_broken(look: Look, link: Link, survivor: SourceRecord) -> bool:
    """Whether the other record of the link is gone, and did not go on as another one."""
    other = look.records.get(link.refs.other(survivor.ref.system))
    return other is not None and other.deleted and other.merged_into is None
