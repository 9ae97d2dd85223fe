"""A course: a few deeds one after another, runs of ours in between, and what must be true when all is calm.

Told as it went, so that whoever reads a complaint can do the same by hand.
"""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence

from connector.errors import ConnectorError
from tests.courses.cast import DEEDS, TYPES, Cast
from tests.story.people import active, live, writes
from tests.story.town import Town

LONGEST = 7
"""How many deeds a course has at most."""
CALM_RUNS = 6
WEEK_SECONDS = 7 * 24 * 3600


def take(seed: int) -> tuple[list[str], list[str]]:
    """The course of `seed`, always the same: what happened, and the complaints."""
    chance, town = random.Random(f"course {seed}"), Town()
    told: list[str] = []
    try:
        cast = Cast.assembled(town, chance)
        deeds = _deeds_of(chance.sample(sorted(TYPES), chance.randint(1, 3)))
        for _ in range(chance.randint(2, LONGEST)):
            _happen(cast, chance.choice(deeds), told)
        return told, list(_complaints(cast, told))
    except (ConnectorError, AssertionError):
        return told, [traceback.format_exc()]
    finally:
        town.close()


def _deeds_of(names: Sequence[str]) -> list[str]:
    """What happens to these, so that deeds meet; and what happens to nobody in particular."""
    others = TYPES.keys() - set(names)
    about = {deed: [name for name in TYPES if name in deed] for deed in DEEDS}
    return sorted(deed for deed, whom in about.items() if not whom or not others.issuperset(whom[:1]))


def _happen(cast: Cast, name: str, told: list[str]) -> None:
    try:
        DEEDS[name](cast)
        told.append(name)
    except ValueError as refusal:  # the system does not let people do it
        told.append(f"{name}: refused ({refusal})")
    if cast.chance.random() < 0.5:
        cast.town.sync()
        told.append("a run")
    if cast.chance.random() < 0.2:
        cast.town.wait(WEEK_SECONDS)
        told.append("a week passes")


def _complaints(cast: Cast, told: list[str]) -> Iterator[str]:
    town, last = cast.town, None
    for _ in range(CALM_RUNS):
        last = town.sync()
        town.wait(4000)
    assert last is not None
    if writes(last) or last.passes != 1:
        yield f"not calm after {CALM_RUNS} runs: {dict(last.counts)}, {last.passes} passes"
    if town.store.pending_intents():
        yield "an intent is left open"
    merged = any("is merged into" in one for one in told)
    for difference in town.verify().differences:
        # Both systems move the people of a merged company without a stamp, so that only `verify --full` finds them.
        if not (merged and difference.field == "organization"):
            yield f"differs: {difference}"
    yield from _doubles(cast)
    yield from _lost(cast, told)


def _held(cast: Cast) -> set[str]:
    return {str(ref) for one in cast.town.store.open_holds() for _, ref in one.hold.refs if ref}


def _doubles(cast: Cast) -> Iterator[str]:
    """More contacts of one name on a side than people have typed in, of whom none is on hold."""
    held = _held(cast)
    here = [(row["lastname"], row["email"], f"netsuite:contact:{row['id']}") for row in active(cast.town, "contact")]
    there = [(row["LastName"], row["Email"], f"salesforce:Contact:{row['Id']}") for row in live(cast.town, "Contact")]
    for people in here, there:
        for (name, mail), count in Counter((name, mail) for name, mail, _ in people).items():
            refs = [ref for *who, ref in people if who == [name, mail]]
            # The one who was renamed, and the one whose name that is, are two.
            allowed = cast.entered.get(name, 1) + (name == "Bell")
            if count > allowed and held.isdisjoint(refs):
                yield f"{count} of {name}, {allowed} allowed: {refs}"


def _lost(cast: Cast, told: list[str]) -> Iterator[str]:
    """The last value typed into the field of somebody: it is seen on a live record, held, or told as overruled."""
    if any("is merged into" in one for one in told):
        return
    held = [one.hold for one in cast.town.store.open_holds()]
    shown = {value for hold in held for _, value in hold.values}
    shown |= {one.value for one in cast.town.store.overruled()}
    for type_ in {here for here, _ in TYPES.values()}:
        shown |= {row.get(name) for row in cast.town.rows("netsuite", type_) for name in ("title", "comments")}
    for type_ in {there for _, there in TYPES.values()}:
        rows = (row for row in live(cast.town, type_) if not row.get("IsConverted"))
        shown |= {row.get(name) for row in rows for name in ("Title", "Description")}
    for name, value in dict(cast.typed).items():
        deleted = any(f"{one} is deleted" in told_one for one in (name, "Alpha") for told_one in told)
        if value not in shown and not deleted:
            yield f"{value} of {name} is lost"
