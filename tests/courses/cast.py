"""Who is there when a course begins, each on both sides, and what people do to them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tests.story.people import (
    CUSTOMER_STATUS,
    LEAD_STATUS,
    PROSPECT_STATUS,
    counterpart,
    customer_fields,
    lead_fields,
    linked_lead,
)
from tests.story.town import Town

TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "Alpha": ("customer", "Account"),
    "Beta": ("customer", "Account"),
    "Ray": ("contact", "Contact"),
    "Bell": ("contact", "Contact"),
    "Akin": ("customer", "Lead"),
    "Deal": ("opportunity", "Opportunity"),
}
"""What each is in NetSuite and in Salesforce. Ray works at Alpha and has an e-mail, Bell at Beta and has none; Akin is
a lead; the deal is with Alpha."""

SIDES = ("netsuite", "salesforce")
VARIANTS = ("stays", "becomes_contact", "disappears")
_SALE = {"CloseDate": "2026-05-05", "StageName": "Qualification"}
_MAILS = {"Ray": "ray@alpha.example"}


@dataclass
class Cast:
    """`ids`: by side, who is what. `typed`: what was typed into a watched field of somebody, in order: no two values
    are the same. `entered`: how often somebody was typed in."""

    town: Town
    chance: random.Random
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    typed: list[tuple[str, str]] = field(default_factory=list)
    entered: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TYPES, 1))

    @classmethod
    def assembled(cls, town: Town, chance: random.Random) -> Cast:
        """Everybody, in step on both sides."""
        there = {
            name: town.new_salesforce("Account", Name=f"{name} Ltd", Type="Prospect") for name in ("Alpha", "Beta")
        }
        for name, company in (("Ray", "Alpha"), ("Bell", "Beta")):
            there[name] = town.new_salesforce("Contact", **_contact(name, there[company]))
        there["Deal"] = town.new_salesforce("Opportunity", Name="Deal", AccountId=there["Alpha"], **_SALE)
        town.sync()
        there["Akin"], _ = linked_lead(town)
        here = {name: counterpart(town, TYPES[name][1], id_) for name, id_ in there.items()}
        return cls(town, chance, {"netsuite": here, "salesforce": there})

    def act(self, side: str, do: str, **deed: Any) -> dict[str, Any]:
        return (self.town.netsuite if side == "netsuite" else self.town.salesforce)(do, **deed)

    def type_of(self, side: str, name: str) -> str:
        return TYPES[name][side == "salesforce"]

    def company(self) -> str:
        return self.chance.choice(("Alpha", "Beta"))


def _contact(name: str, account: str) -> dict[str, Any]:
    mail = {"Email": _MAILS[name]} if name in _MAILS else {}
    return {"FirstName": "Ann", "LastName": name, "AccountId": account, **mail}


# --- editing -------------------------------------------------------------------------------------------------------


def _edit(cast: Cast, side: str, name: str, **fields: Any) -> None:
    cast.act(side, "update", type=cast.type_of(side, name), id=cast.ids[side][name], fields=fields)


def _type(cast: Cast, side: str, name: str) -> None:
    value = f"v{len(cast.typed) + 1}"
    of_company = name in ("Alpha", "Beta")
    here, there = ("comments", "Description") if of_company else ("title", "Title")
    _edit(cast, side, name, **{here if side == "netsuite" else there: value})
    cast.typed.append((name, value))


def _move(cast: Cast, side: str, name: str, to: str | None) -> None:
    """Somebody, or a sale, goes to another company, or to none."""
    where = cast.ids[side][to] if to is not None else None
    if side == "salesforce":
        _edit(cast, side, name, AccountId=where)
    else:
        parent = "entity" if name == "Deal" else "company"
        _edit(cast, side, name, **{parent: {"id": where} if where is not None else None})


def _move_to_new(cast: Cast, side: str) -> None:
    name, company = cast.chance.choice(("Ray", "Bell")), cast.chance.choice(("Gamma Ltd", "Delta Ltd"))
    if side == "salesforce":
        made = cast.town.new_salesforce("Account", Name=company, Type="Prospect")
        _edit(cast, side, name, AccountId=made)
    else:
        made = cast.town.new_netsuite("customer", companyName=company, isPerson=False, **_status(PROSPECT_STATUS))
        _edit(cast, side, name, company={"id": made})


def _status(status: str) -> dict[str, Any]:
    return {"entityStatus": {"id": status}}


def _set_status(cast: Cast, name: str, status: str) -> None:
    cast.act("netsuite", "set_status", id=cast.ids["netsuite"][name], status=status)


# --- coming and going ----------------------------------------------------------------------------------------------


def _delete(cast: Cast, side: str, name: str) -> None:
    cast.act(side, "delete", type=cast.type_of(side, name), id=cast.ids[side][name])


def _restore(cast: Cast, name: str) -> None:
    cast.act("salesforce", "undelete", id=cast.ids["salesforce"][name])


def _enter(cast: Cast, side: str, name: str) -> None:
    """Type somebody in, who may be there."""
    home = cast.ids[side][cast.company()]
    if name == "Akin":
        of_side = {"netsuite": customer_fields, "salesforce": lead_fields}[side]
        fields = of_side("Akin", "Aethna Inc")
    elif name == "Alpha" and side == "netsuite":
        fields = {"companyName": "Alpha Ltd", "isPerson": False, **_status(PROSPECT_STATUS)}
    elif name == "Alpha":
        fields = {"Name": "Alpha Ltd", "Type": "Prospect"}
    elif side == "netsuite":
        mail = {"email": _MAILS[name]} if name in _MAILS else {}
        fields = {"firstName": "Ann", "lastName": name, "company": {"id": home}, **mail}
    else:
        fields = _contact(name, home)
    make = cast.town.new_netsuite if side == "netsuite" else cast.town.new_salesforce
    make(cast.type_of(side, name), **fields)
    cast.entered[name] += 1


def _convert(cast: Cast, into: str | None) -> None:
    account = {"account": cast.ids["salesforce"][into]} if into is not None else {}
    deed = {"opportunity": cast.chance.random() < 0.3, **account}
    cast.act("salesforce", "convert", id=cast.ids["salesforce"]["Akin"], **deed)


def _save_and_convert(cast: Cast, into: str | None) -> None:
    prospect = {"prospect": cast.ids["netsuite"][into]} if into is not None else {}
    deed = {"variant": cast.chance.choice(VARIANTS), **prospect}
    cast.act("netsuite", "save_and_convert", lead=cast.ids["netsuite"]["Akin"], **deed)


def _merge(cast: Cast, side: str) -> None:
    ids = cast.ids[side]
    named = {"winner": ids["Alpha"]} if side == "netsuite" else {"type": "Account", "id": ids["Alpha"]}
    cast.act(side, "merge", losers=[ids["Beta"]], **named)


def _lose_state(cast: Cast) -> None:
    cast.town.forget()


# --- all of it -----------------------------------------------------------------------------------------------------

Deed = Callable[[Cast], None]

DEEDS: dict[str, Deed] = {
    "our state is lost": _lose_state,
    **{
        f"{side}: {name} moves to {to or 'no company'}": partial(_move, side=side, name=name, to=to)
        for side in SIDES
        for name, to in (("Ray", "Beta"), ("Bell", "Alpha"), ("Ray", None), ("Bell", None), ("Deal", "Beta"))
    },
    **{f"{side}: somebody moves to a new company": partial(_move_to_new, side=side) for side in SIDES},
    **{
        f"{side}: {name} is edited": partial(_type, side=side, name=name)
        for side in SIDES
        for name in ("Alpha", "Ray", "Bell", "Akin")
    },
    **{
        f"netsuite: {name} is {'out of' if out else 'in'} use": partial(
            _edit, side="netsuite", name=name, isInactive=out
        )
        for name in ("Alpha", "Ray", "Bell", "Akin")
        for out in (True, False)
    },
    **{
        f"netsuite: {name} becomes a {what}": partial(_set_status, name=name, status=status)
        for name in ("Alpha", "Akin")
        for what, status in (("lead", LEAD_STATUS), ("prospect", PROSPECT_STATUS), ("customer", CUSTOMER_STATUS))
    },
    **{
        f"{side}: {name} is renamed": partial(_edit, side=side, name=name, **fields)
        for side, name, fields in (
            ("salesforce", "Alpha", {"Name": "Beta Ltd"}),
            ("salesforce", "Ray", {"LastName": "Bell"}),
            ("salesforce", "Akin", {"LastName": "Akinson"}),
            ("netsuite", "Alpha", {"companyName": "Beta Ltd"}),
            ("netsuite", "Akin", {"lastName": "Akins"}),
        )
    },
    "salesforce: Akin has another e-mail": partial(_edit, side="salesforce", name="Akin", Email="new@aethna.example"),
    **{
        f"{side}: {name} is deleted": partial(_delete, side=side, name=name)
        for side in SIDES
        for name in ("Alpha", "Ray", "Bell", "Akin", "Deal")
    },
    **{f"salesforce: {name} is restored": partial(_restore, name=name) for name in ("Alpha", "Ray", "Akin")},
    **{
        f"{side}: {name} is typed in": partial(_enter, side=side, name=name)
        for side in SIDES
        for name in ("Alpha", "Ray", "Bell", "Akin")
    },
    **{
        f"salesforce: Akin is converted into {into or 'a new company'}": partial(_convert, into=into)
        for into in (None, "Alpha")
    },
    **{
        f"netsuite: Akin is converted into {into or 'a new company'}": partial(_save_and_convert, into=into)
        for into in (None, "Alpha")
    },
    **{f"{side}: Beta is merged into Alpha": partial(_merge, side=side) for side in SIDES},
}
