"""Who may import whom, and what no file of ours may say. The walls are those of the design, read with `ast`."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "connector"

MAY_IMPORT = {
    "errors": set(),
    "core": {"core", "errors"},
    "systems": {"systems", "core", "errors"},
    "state": {"state", "core", "errors"},
    "runs": {"runs", "core", "errors"},
    # A secret that lies in a file is read by the same check as a key file, wherever it is configured.
    "secret": {"errors", "systems.keyfile"},
    "config_file": {"core", "errors", "secret"},
    "config": {"core", "errors", "secret", "config_file"},
    "wiring": {"config", "core", "errors", "runs", "state", "systems"},
    # `connector sandbox` and `connector demo` start the sandboxes; nothing else of the product knows them.
    "ui": {"ui", "runs", "wiring", "core", "config", "errors", "secret", "sandbox"},
    "sandbox": {"sandbox"},
    "__main__": {"ui"},
}
"""Room -> the rooms (or modules) that it may import."""

ONLY_IN = {
    "requests": {"systems/session.py", "sandbox/transport.py", "sandbox/stand.py"},
    "tenacity": {"systems/session.py"},
    "simple_salesforce": {"systems/salesforce/"},
    "rich": {"ui/"},
    "sqlalchemy": {"state/"},
    "alembic": {"state/"},
    "click": {"ui/"},
    "simpleeval": {"core/mapping/expressions.py"},
    "starlette": {"sandbox/"},
    "uvicorn": {"sandbox/"},
}
"""Library -> the files and folders in which it may be imported."""

LONGEST = 600
"""Lines of a module: a file of more than about 500 has more than one subject."""

VAGUE = re.compile(r"(utils?|helpers?|commons?|managers?|misc)$")
# In pieces, because this file is searched as well.
WORKPLACE = re.compile(
    "|".join(["/wo" + "rk/", "/tmp/v" + "env", r"\bsub" + r"agents?\b", r"\bCla" + r"ude\b", "/tmp/pro" + "mpts"])
)


@dataclass(frozen=True)
class Import:
    """`importer` (a path inside the package) imports `module`, at module level or below."""

    importer: str
    module: str
    line: int

    @property
    def at(self) -> str:
        return f"connector/{self.importer}:{self.line}"


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imports_in(source: str, importer: str) -> Iterator[Import]:
    """Every import of a file, `from x import y` both as `x` and as `x.y`; relative ones count as faults."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(importer, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(importer, "." * node.level + (node.module or ""), node.lineno)


def all_imports() -> list[Import]:
    return [
        found for path in modules() for found in imports_in(path.read_text("utf-8"), str(path.relative_to(PACKAGE)))
    ]


def room(path: str) -> str:
    """`core/plan.py` -> `core`; `config.py` -> `config`."""
    return path.split("/")[0].removesuffix(".py")


def breaches(imports: list[Import]) -> list[str]:
    return [f"{one.at} imports {one.module}" for one in imports if not _allowed(one)]


def _allowed(one: Import) -> bool:
    if one.module.startswith("."):
        return False
    if one.module.split(".")[0] != "connector" or one.importer == "__init__.py":
        return True
    below = one.module.removeprefix("connector").lstrip(".")
    if {"netsuite", "salesforce"} <= {*one.importer.split("/"), *below.split(".")}:
        return False
    return any(below == allowed or below.startswith(allowed + ".") for allowed in MAY_IMPORT[room(one.importer)])


def test_every_room_imports_only_what_the_design_lets_it_see() -> None:
    assert breaches(all_imports()) == []


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("core/plan.py", "import connector.state.store"),
        ("core/plan.py", "def f():\n    from connector.runs import sync"),
        ("sandbox/front.py", "from connector.errors import ConnectorError"),
        ("systems/netsuite/system.py", "from connector.systems.salesforce import auth"),
        ("sandbox/salesforce/org.py", "from connector.sandbox.netsuite.account import Account"),
        ("runs/sync.py", "from connector.systems.session import Session"),
        ("ui/cli.py", "from connector.state.store import open_store"),
        ("core/plan.py", "from . import merge"),
    ],
)
def test_the_walls_would_notice_a_breach(importer: str, source: str) -> None:
    assert len(breaches(list(imports_in(source, importer)))) == 1


def test_libraries_stay_in_the_files_that_were_chosen_for_them() -> None:
    strays = [
        f"{one.at} imports {one.module}"
        for one in all_imports()
        if (library := one.module.split(".")[0]) in ONLY_IN
        and not any(
            one.importer == place or (place.endswith("/") and one.importer.startswith(place))
            for place in ONLY_IN[library]
        )
    ]

    assert strays == []


def test_every_room_has_its_walls() -> None:
    rooms = {room(str(path.relative_to(PACKAGE))) for path in modules()} - {"__init__", "default_mappings"}

    assert rooms <= set(MAY_IMPORT)


def test_no_module_has_a_vague_name() -> None:
    assert [str(path) for path in modules() if VAGUE.search(path.stem)] == []


def test_no_file_speaks_of_the_place_where_it_was_written() -> None:
    texts = [
        path
        for folder in ("connector", "tests", "mappings", "docs", "bench", ".ci")
        for path in (ROOT / folder).rglob("*")
    ]
    texts += [path for path in ROOT.iterdir() if path.suffix in (".md", ".toml", ".yaml")]
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in texts
        if path.is_file() and path.suffix not in (".pyc", ".db", ".png")
        for match in WORKPLACE.finditer(path.read_text("utf-8", errors="replace"))
    ]

    assert found == []


def test_no_module_grew_beyond_one_subject() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in modules()
        if path.name != "ledger.py"  # a list of facts, however long, is one subject
        and (lines := len(path.read_text().splitlines())) > LONGEST
    ]

    assert long == []


def test_no_comment_promises_work_that_is_not_done() -> None:
    promised = [f"{path.relative_to(ROOT)}:{line}" for path in modules() for line in _promises(path)]

    assert promised == []


def _promises(path: Path) -> Iterator[int]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string):
                yield token.start[0]
