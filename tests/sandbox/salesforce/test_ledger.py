"""Every behaviour in the ledger has a test that exists; the sandbox stands on its own."""

from __future__ import annotations

import ast
from pathlib import Path

from connector.sandbox.fidelity import EVIDENCE
from connector.sandbox.salesforce import ledger

ROOT = Path(__file__).parents[3]
OURS = Path(ledger.__file__).parent


def test_every_named_test_exists() -> None:
    for behaviour in ledger.LEDGER:
        path, _, name = behaviour.test.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in names, behaviour.test
        assert behaviour.evidence in EVIDENCE


def test_ids_are_unique() -> None:
    ids = [behaviour.id for behaviour in ledger.LEDGER]
    assert len(set(ids)) == len(ids)


def test_the_sandbox_imports_nothing_of_ours_from_outside() -> None:
    for file in OURS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("connector"):
                assert str(node.module).startswith("connector.sandbox"), file.name
                assert "netsuite" not in str(node.module), file.name
