"""Putting proposals into the mapping files. Comments and order stay; each file is written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.core.mapping.insertion import CannotInsert, insert_line, insert_row
from connector.core.mapping.suggest import Proposal
from connector.runs.advice import Advice, proposal_data


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """`written` stand in the files now; `left`: proposals that a person must place, with why."""

    found: Advice
    written: tuple[Proposal, ...]
    left: tuple[tuple[Proposal, str], ...]

    def data(self) -> dict[str, Any]:
        return {
            **self.found.data(),
            "proposals": [],
            "written": [proposal_data(one) for one in self.written],
            "left": [proposal_data(one) | {"why": why} for one, why in self.left],
        }


def write_proposals(found: Advice, folder: Path) -> WrittenReport:
    """Insert what can be inserted."""
    written: list[Proposal] = []
    left: list[tuple[Proposal, str]] = []
    for one in found.proposals:
        why = _obstacle(one) or _insert(folder / one.file, one)
        if why:
            left.append((one, why))
        else:
            written.append(one)
    return WrittenReport(found, tuple(written), tuple(left))


def _obstacle(one: Proposal) -> str:
    if not one.yaml:
        return "something else comes first"
    return f"it takes the place of the row {one.replaces!r}" if one.replaces else ""


def _insert(path: Path, one: Proposal) -> str:
    """Why it could not be inserted; "" once it was."""
    text = path.read_bytes().decode()  # as it is: reading it as text would change the line ends
    try:
        fresh = insert_line(text, one.path, one.yaml) if one.path else insert_row(text, one.yaml)
    except CannotInsert as why:
        return str(why)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(fresh.encode())
    beside.replace(path)
    return ""
