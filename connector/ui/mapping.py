"""`connector mapping ...`: prove, try, compare and extend the mapping files before they touch a record."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.errors import ConfigError
from connector.ui import mapping_reports
from connector.ui.invocation import Invocation, on_accounts, perform, tell

if TYPE_CHECKING:
    from connector.core.flow import Ref
    from connector.core.mapping.document import Mappings
    from connector.runs.advice import Advice
    from connector.runs.mapping_diff import DiffReport
    from connector.runs.mapping_write import WrittenReport
    from connector.runs.parts import Parts
    from connector.ui.progress import OnProgress

THERE = click.Path(path_type=Path, exists=True)
SAMPLE = 3

on_files = click.argument("files", nargs=-1, type=THERE)


@click.group()
def mapping() -> None:
    """Work on the mapping files: prove them, try them on real records, extend them. Changes no record anywhere."""


@mapping.command(short_help="Is anything wrong, and is any value damaged on its way?")
@on_files
@click.option("--offline", is_flag=True, help="Ask no system: believe what the last run saw of both accounts.")
@on_accounts
def check(invocation: Invocation, files: tuple[Path, ...], offline: bool) -> None:
    """Look for mistakes, and prove every line in both directions with values made from both accounts' metadata.

    FILES are mapping files or their folder, instead of those that config.yaml names. With `--offline` and without a
    config.yaml, what needs no account is checked.
    """
    from connector.runs.mapping_check import check as examine
    from connector.runs.mapping_check import check_files

    only = _names(files)
    if offline and not invocation.config.exists():
        tell(invocation, lambda: check_files(_load(_folder(invocation, files)), None, only), mapping_reports.check)
    perform(
        _with_files(invocation, files),
        lambda parts, on_progress: examine(parts, offline=offline, only=only, on_progress=on_progress),
        mapping_reports.check,
    )


@mapping.command(short_help="Run the examples of the files. Needs no account.")
@on_files
@on_accounts
def test(invocation: Invocation, files: tuple[Path, ...]) -> None:
    """Run the `examples:` of every file, and name the lines and the rows of `values` that none of them touches.

    FILES are mapping files or their folder, instead of those that config.yaml names.
    """
    from connector.runs.mapping_examples import try_examples

    tell(
        invocation,
        lambda: try_examples(_load(_folder(invocation, files)), _names(files)),
        mapping_reports.examples,
    )


@mapping.command(short_help="What becomes of real records on the other side?")
@click.option("--record", "records", multiple=True, metavar="REF", help="This record, e.g. `netsuite:customer:647`.")
@click.option("--sample", type=click.IntRange(1, 1000), default=SAMPLE, show_default=True, help="So many of each type.")
@click.option("--changed-only", is_flag=True, help="Only what the other side does not hold already.")
@on_accounts
def preview(invocation: Invocation, records: tuple[str, ...], sample: int, changed_only: bool) -> None:
    """Show records of both systems crossing over, field by field, with what makes each value. Writes nothing.

    Values are masked unless `--show-values` is given.
    """
    from connector.runs.mapping_preview import preview_records

    refs = [_ref(text) for text in records]
    perform(
        invocation,
        lambda parts, on_progress: preview_records(
            parts, refs=refs, sample=sample, changed_only=changed_only, on_progress=on_progress
        ),
        mapping_reports.preview,
    )


@mapping.command(short_help="What would changed files do to the linked records?")
@click.argument("old", type=THERE)
@click.argument("new", type=THERE)
@on_accounts
def diff(invocation: Invocation, old: Path, new: Path) -> None:
    """Say which linked records would change, and how, if the files at NEW took the place of those at OLD.

    OLD and NEW are folders; or one file each, of which NEW stands in for the file of its name. Writes nothing.
    """
    perform(
        _with_files(invocation, (old,)),
        lambda parts, on_progress: _difference(parts, old, new, on_progress),
        mapping_reports.diff,
    )


@mapping.command(short_help="The JSON Schema with which editors help.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")
@on_accounts
def schema(invocation: Invocation, out: Path | None) -> None:
    """Print the JSON Schema of the mapping files: completion and hover text for editors that know YAML.

    Where config.yaml and a first run are there, it offers every field of both accounts as well.
    """
    called = replace(invocation, show_values=True, as_json=out is None or invocation.as_json)  # no record's values
    if not invocation.config.exists():
        tell(called, lambda: _schema(None, out), mapping_reports.schema)
    perform(called, lambda parts, _: _schema(parts, out), mapping_reports.schema)


@mapping.command(short_help="Which lines and rows are missing?")
@click.option("--write", is_flag=True, help="Put them into the files; comments and order stay.")
@on_accounts
def suggest(invocation: Invocation, write: bool) -> None:
    """Propose rows for list values that are held because no file knows them, and lines for fields that both accounts
    have; each with its reasons."""
    from connector.runs.mapping_suggest import suggest as propose

    def work(parts: Parts, on_progress: OnProgress) -> Advice | WrittenReport:
        found = propose(parts, on_progress)
        return _written(found, invocation) if write else found

    perform(invocation, work, mapping_reports.suggest)


# --- files -----------------------------------------------------------------------------------------------


def _names(files: Sequence[Path]) -> frozenset[str]:
    """The files that a report is limited to; none: all."""
    return frozenset(path.name for path in files if path.is_file())


def _folder(invocation: Invocation, files: Sequence[Path]) -> Path:
    """The folder of the given files, else the configured one, else the one that comes with the product."""
    from connector.config import SHIPPED_MAPPINGS, load_config, mappings_folder

    folders = {path if path.is_dir() else path.parent for path in files}
    if len(folders) > 1:
        raise click.UsageError("mapping files that belong together lie in one folder")
    if folders:
        return folders.pop()
    if invocation.config.exists():
        return mappings_folder(load_config(invocation.config))
    return next(folder for folder in SHIPPED_MAPPINGS if folder.is_dir())


def _with_files(invocation: Invocation, files: Sequence[Path]) -> Invocation:
    return replace(invocation, mappings=_folder(invocation, files)) if files else invocation


def _load(folder: Path) -> Mappings:
    from connector.core.mapping.document import load_mappings

    return load_mappings(folder)


def _difference(parts: Parts, old: Path, new: Path, on_progress: OnProgress) -> DiffReport:
    from connector.runs.mapping_diff import diff as compare

    with _standing_in(old, new) as folder:
        return compare(parts, _load(folder), on_progress)


@contextmanager
def _standing_in(old: Path, new: Path) -> Iterator[Path]:
    """The folder at `new`; for a file, a copy of the old folder in which it takes the place of its namesake."""
    if new.is_dir():
        yield new
        return
    with tempfile.TemporaryDirectory() as copy:
        for path in (old if old.is_dir() else old.parent).iterdir():
            if path.suffix in (".yaml", ".csv"):
                shutil.copy(path, copy)
        shutil.copy(new, Path(copy) / (old.name if old.is_file() else new.name))
        yield Path(copy)


def _ref(text: str) -> Ref:
    from connector.core.flow import Ref

    try:
        return Ref.parse(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is no record; one is named like `netsuite:customer:647`") from None


# --- schema and suggestions ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Schema:
    """The schema itself, or where it was written."""

    content: dict[str, Any]
    out: Path | None

    def data(self) -> dict[str, Any]:
        return {"written": str(self.out)} if self.out else self.content


def _schema(parts: Parts | None, out: Path | None) -> _Schema:
    from connector.core.mapping.editor_schema import editor_schema
    from connector.runs.account import remembered

    kept = remembered(parts) if parts is not None else None
    content = editor_schema(kept[0] if kept else None)
    if out is not None:
        out.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return _Schema(content, out)


def _written(found: Advice, invocation: Invocation) -> WrittenReport:
    from connector.config import load_config
    from connector.runs.mapping_write import write_proposals

    folder = load_config(invocation.config).mappings
    if folder is None:
        how = "Copy the folder `mappings`, and name the copy in config.yaml (`mappings: my-mappings`)."
        raise ConfigError("the mapping files are those that come with the connector", where="mappings", how=how)
    return write_proposals(found, folder)
