"""`connector holds` and `connector review`: what waits for a person, and what people say to it."""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from connector.core.flow import Choice, HoldKind
from connector.core.schema import Entity
from connector.ui import hold_reports
from connector.ui.invocation import Invocation, on_accounts, perform
from connector.ui.reports import harmless
from connector.ui.tables import printable

if TYPE_CHECKING:
    from connector.core.ports import OpenHold
    from connector.runs.parts import Parts
    from connector.runs.review import AnsweredReport, Reply, Selection

F = TypeVar("F", bound=Callable[..., Any])


def filters(command: F) -> F:
    """Options that say which holds are meant; the command receives them as one `Selection`."""

    @click.option("--kind", type=click.Choice(get_args(HoldKind)), help="Only holds of this kind.")
    @click.option("--field", help="Only holds of this canonical field, e.g. `phone`.")
    @click.option("--entity", type=click.Choice([str(entity) for entity in Entity]), help="Only holds of this thing.")
    @click.option("--record", help="Only holds of this record: its id, or `netsuite:customer:647`.")
    @functools.wraps(command)
    def with_selection(
        kind: str | None, field: str | None, entity: str | None, record: str | None, **options: Any
    ) -> Any:
        from connector.runs.review import Selection

        return command(selection=Selection((), kind, field, entity, record), **options)

    return with_selection  # type: ignore[return-value]


def several(command: F) -> F:
    """Ids and `--all`, for commands that change something: without either, a filter must be given."""

    @click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
    @click.option(
        "--all", "everything", is_flag=True, help="All open holds; needed where neither ids nor filters are given."
    )
    @filters
    @functools.wraps(command)
    def with_several(ids: tuple[int, ...], everything: bool, selection: Selection, **options: Any) -> Any:
        wanted = replace(selection, ids=ids)
        if not everything and wanted == replace(wanted, ids=(), kind=None, field=None, entity=None, record=None):
            raise click.UsageError("say which: ids, a filter, or --all")
        return command(selection=wanted, **options)

    return with_several  # type: ignore[return-value]


class _ById(click.Group):
    """A group of commands that also takes an id: `review 12` is `review show 12`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["show", *args] if args and args[0].isdigit() else args)


# --- holds -----------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True, short_help="What is on hold, and why? Asks no system.")
@filters
@click.option("--ignored", is_flag=True, help="Those too that somebody ignores.")
@on_accounts
@click.pass_context
def holds(context: click.Context, invocation: Invocation, selection: Selection, ignored: bool) -> None:
    """List what is on hold: what, where, why, since when, and when it is tried again. Asks no system.

    Names and values are masked unless --show-values is given.
    """
    if context.invoked_subcommand is None:
        from connector.runs.review import list_holds

        wanted = replace(selection, ignored=ignored)
        perform(invocation, lambda parts, _: list_holds(parts.store, wanted, parts.clock.now()), hold_reports.holds)


@holds.command(short_help="Look at holds again in the next run.")
@several
@on_accounts
def retry(invocation: Invocation, selection: Selection) -> None:
    """Queue holds for the next run, without waiting for their records to change or for the next try."""
    from connector.runs.review import retry as queue

    perform(replace(invocation, remember=True), lambda parts, _: queue(parts.store, selection), hold_reports.holds)


# --- review ----------------------------------------------------------------------------------------------


@click.group(cls=_ById, invoke_without_command=True, short_help="What waits for an answer? Asks no system.")
@filters
@click.option("--interactive", is_flag=True, help="Go through them one by one, asking.")
@on_accounts
@click.pass_context
def review(context: click.Context, invocation: Invocation, selection: Selection, interactive: bool) -> None:
    """List the holds that wait for an answer, with what both sides hold. `connector review ID` shows one in full.

    On a terminal, and one by one, values are shown, because an answer needs them; into a file or a pipe, and with
    --json, they are masked unless --show-values is given. Answers are kept in our own state and carried out by
    the next run; `connector plan` shows what it will write.
    """
    if context.invoked_subcommand is not None:
        return
    if interactive:
        shown = replace(invocation, remember=True, show_values=True)
        perform(shown, lambda parts, _: _one_by_one(parts, selection), hold_reports.answered)
    from connector.runs.review import review as waiting

    perform(_for_a_reader(invocation), lambda parts, _: waiting(parts.store, selection), hold_reports.review)


@review.command(short_help="One hold in full.")
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ID...")
@on_accounts
def show(invocation: Invocation, ids: tuple[int, ...]) -> None:
    """Show holds in full: both sides, what both last agreed on, who changed what when, and what can be done."""
    from connector.runs.review import Selection, list_holds

    wanted = Selection(ids)
    perform(
        _for_a_reader(invocation),
        lambda parts, _: list_holds(parts.store, wanted, parts.clock.now()),
        hold_reports.one_hold,
    )


@review.command(short_help="Answer holds; the next run carries it out.")
@several
@click.option("--keep", type=click.Choice(["netsuite", "salesforce"]), help="Both shall hold what this side holds.")
@click.option("--value", help="Both shall hold this value; empty text empties the field.")
@click.option("--link", metavar="RECORD", help="This record is the same thing, e.g. `netsuite:customer:647`.")
@click.option("--again", is_flag=True, help="What was deleted shall be made again, from the record that is left.")
@click.option("--follow", is_flag=True, help="What was deleted shall be deleted on the other side too.")
@click.option("--ignore", is_flag=True, help="The two may differ; say no more of it until one of them changes.")
@click.option("--dry-run", is_flag=True, help="Say what would be answered; keep nothing.")
@on_accounts
def answer(
    invocation: Invocation,
    selection: Selection,
    keep: str | None,
    value: str | None,
    link: str | None,
    again: bool,
    follow: bool,
    ignore: bool,
    dry_run: bool,
) -> None:
    """Answer one hold, or all that are meant by the ids and filters.

    An answer is good for the values that the hold shows: if a record changes before the next run, it lapses.
    """
    said: list[tuple[Choice, str]] = []
    said += [(keep, "")] if keep else []  # type: ignore[list-item]
    said += [("value", value)] if value is not None else []
    said += [("link", link)] if link is not None else []
    said += [("again", "")] if again else []
    said += [("follow", "")] if follow else []
    said += [("ignore", "")] if ignore else []
    if len(said) != 1:
        raise click.UsageError("give one answer: --keep, --value, --link, --again, --follow or --ignore")
    from connector.runs.review import Reply

    reply = Reply(*said[0])
    perform(
        replace(invocation, remember=not dry_run),
        lambda parts, _: _answered(parts, selection, reply, dry_run=dry_run),
        hold_reports.answered,
    )


@review.command(short_help="Values of other people that were replaced.")
@click.option("--record", help="Only of this record: its id, or `netsuite:customer:647`.")
@click.option("--field", help="Only of this canonical field, e.g. `phone`.")
@on_accounts
def overruled(invocation: Invocation, record: str | None, field: str | None) -> None:
    """List values that a write of ours replaced in the last 90 days: whose, when, why, and what stands there now."""
    from connector.runs.review import overruled as lost

    perform(_for_a_reader(invocation), lambda parts, _: lost(parts.store, record, field), hold_reports.overruled)


def _for_a_reader(invocation: Invocation) -> Invocation:
    """Values are shown to a person at a terminal, who is to judge them."""
    return replace(invocation, show_values=invocation.show_values or (sys.stdout.isatty() and not invocation.as_json))


def _answered(parts: Parts, selection: Selection, reply: Reply, *, dry_run: bool = False) -> AnsweredReport:
    from connector.runs.review import answer as keep_answer

    return keep_answer(parts.store, selection, reply, _who(), parts.clock.now(), dry_run=dry_run)


def _who() -> str:
    """The user of the operating system."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


# --- one by one ------------------------------------------------------------------------------------------

_ASK = "[n]etsuite, [s]alesforce, [v]alue, [l]ink, [a]gain, [f]ollow, [i]gnore, [k]: skip, [q]uit"


def _one_by_one(parts: Parts, selection: Selection) -> AnsweredReport:
    """Show each hold and ask, until there are none or the person has enough; every answer is kept at once."""
    from connector.runs.review import AnsweredReport, Selection, review

    answered: list[Any] = []
    for one in review(parts.store, selection).holds:
        taken = _asked(parts, one, Selection((one.id,)))
        if taken is None:
            break
        answered += taken.answered
    return AnsweredReport(tuple(answered), ())


def _asked(parts: Parts, one: OpenHold, only: Selection) -> AnsweredReport | None:
    """What was answered to one hold, asked again while it is no answer; None when the person has enough."""
    from connector.runs.review import AnsweredReport, open_hold_data

    click.echo("\n" + "\n".join(hold_reports.in_full(harmless(open_hold_data(one)))))
    while (key := click.prompt(_ASK, default="k").strip().lower()[:1]) != "q":
        reply = _reply(key)
        if key == "k":
            return AnsweredReport((), ())
        if reply is not None:
            report = _answered(parts, only, reply)
            if not report.refused:
                return report
            click.echo(printable(report.refused[0][1]))
    return None


def _reply(key: str) -> Reply | None:
    from connector.runs.review import Reply

    if key == "v":
        return Reply("value", click.prompt("value (empty text empties the field)", default="", show_default=False))
    if key == "l":
        return Reply("link", click.prompt("the other record, e.g. netsuite:customer:647"))
    plain: dict[str, Choice] = {"n": "netsuite", "s": "salesforce", "a": "again", "f": "follow", "i": "ignore"}
    return Reply(plain[key]) if key in plain else None
