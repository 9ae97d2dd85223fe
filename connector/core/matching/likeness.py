"""What makes two records of different systems look like one thing, as short texts that can be indexed.

A record *carries* keys and *seeks* keys; two records look alike when one carries what the other seeks. The
rules are exact on normalised values: fuzzy matching belongs to a person's review, not to a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.core import normalize
from connector.core.flow import Ref
from connector.core.schema import Entity, Value


@dataclass(frozen=True, slots=True)
class Likeness:
    """Match keys of one record. Both empty: too thin to be matched at all."""

    carries: frozenset[str] = frozenset()
    seeks: frozenset[str] = frozenset()


def likeness(entity: Entity, values: Mapping[str, Value]) -> Likeness:
    """The match keys of a record, from its canonical values."""
    found = _RULES[entity](values)
    parent = _text(values, "organization")
    if parent.startswith("ref:"):
        return Likeness(found.carries | {child_key(Ref.parse(parent.removeprefix("ref:")))}, found.seeks)
    return found


def child_key(parent: Ref) -> str:
    """What people and sales carry whose organization has no counterpart of its own. Nobody seeks it to be matched:
    it finds them once `parent` is linked."""
    return f"of:{parent}"


def linked_home(values: Mapping[str, Value]) -> int | None:
    """The link of the organization that somebody belongs to."""
    home = str(values.get("organization") or "")
    return int(home.removeprefix("link:")) if home.startswith("link:") else None


def _organization(values: Mapping[str, Value]) -> Likeness:
    """Equal name, and no proof of being two: companies of one name with different web domains stay apart."""
    name = normalize.company(_text(values, "name"))
    if not name:
        return Likeness()
    site = normalize.domain(_text(values, "website"))
    own = f"site:{name}|{site}" if site else f"bare:{name}"
    seeks = {own, f"bare:{name}"} if site else {f"name:{name}"}
    return Likeness(frozenset({f"name:{name}", own}), frozenset(seeks))


def _person(values: Mapping[str, Value]) -> Likeness:
    return _by_mail_or(values, _text(values, "organization"))


def _lead(values: Mapping[str, Value]) -> Likeness:
    return _by_mail_or(values, normalize.company(_text(values, "company")))


def _by_mail_or(values: Mapping[str, Value], place: str) -> Likeness:
    """Equal e-mail and family name; without an e-mail, equal full name at one place (company)."""
    last = normalize.plain(_text(values, "last_name"))
    full = normalize.plain(f"{_text(values, 'first_name')} {_text(values, 'last_name')}")
    mail = normalize.email(_text(values, "email"))
    at_place = {f"at:{full}|{place}"} if full and place else set()
    if mail and last:
        return Likeness(frozenset({f"mail:{mail}|{last}"} | at_place), frozenset({f"mail:{mail}|{last}"}))
    return Likeness(frozenset(at_place), frozenset(at_place))


def _opportunity(values: Mapping[str, Value]) -> Likeness:
    name = normalize.plain(_text(values, "name"))
    organization = _text(values, "organization")
    if not name or not organization:
        return Likeness()
    keys = frozenset({f"sale:{name}|{organization}"})
    return Likeness(keys, keys)


def _text(values: Mapping[str, Value], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


_RULES = {
    Entity.ORGANIZATION: _organization,
    Entity.PERSON: _person,
    Entity.LEAD: _lead,
    Entity.OPPORTUNITY: _opportunity,
}

MATCHED_BY: Mapping[Entity, frozenset[str]] = {
    Entity.ORGANIZATION: frozenset(("name", "website")),
    Entity.PERSON: frozenset(("first_name", "last_name", "email", "organization")),
    Entity.LEAD: frozenset(("first_name", "last_name", "email", "company")),
    Entity.OPPORTUNITY: frozenset(("name", "organization")),
}
"""The canonical fields that these rules look at: without one of them, doubles cannot be told."""
