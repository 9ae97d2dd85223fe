"""The `examples:` of the mapping files, run, and how much of the files they touch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.document import Mappings
from connector.core.mapping.examples import run_examples
from connector.core.mapping.exercised import Exercised, exercised
from connector.errors import MappingError, Mistake


@dataclass(frozen=True, slots=True)
class ExamplesReport:
    """`failed`: what did not come out as its example says, at its line."""

    failed: tuple[Mistake, ...]
    files: tuple[tuple[str, Exercised], ...]

    def data(self) -> dict[str, Any]:
        return {
            "failed": [
                {"file": one.file, "line": one.line, "column": one.column, "what": one.what, "expected": one.expected}
                for one in self.failed
            ],
            "files": [_file_data(name, one) for name, one in self.files],
            "exit_code": MappingError.exit_code if self.failed else 0,
        }


def _file_data(name: str, one: Exercised) -> dict[str, Any]:
    rows = [(len(seen & set(every)), len(every)) for seen, every in one.rows.values()]
    return {
        "file": name,
        "examples": one.examples,
        "lines_touched": len(one.all_fields) - len(one.untouched_fields),
        "lines": len(one.all_fields),
        "rows_touched": sum(seen for seen, _ in rows),
        "rows": sum(every for _, every in rows),
        "untouched_lines": list(one.untouched_fields),
        "untouched_rows": {field: list(found) for field, found in one.untouched_rows.items()},
    }


def try_examples(mappings: Mappings, only: Collection[str] = ()) -> ExamplesReport:
    """Needs no account. `only`: file names to report on; all when empty."""
    files = ((mappings.sources[one.entity].file, one) for one in exercised(mappings))
    return ExamplesReport(
        tuple(one for one in run_examples(mappings) if not only or one.file in only),
        tuple((name, one) for name, one in files if not only or name in only),
    )
