"""Plant one bug in a copy of the project and run the tests that must notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COPIED = ("connector", "tests", "mappings", "pyproject.toml", "config.example.yaml")
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Mutant:
    """A wrong change: in `path`, the one place that reads `old` reads `new`. `breaks`: the invariant that it breaks.
    `noticed_by`: pytest names, or a module with its arguments, of which the first word is `-m`. `quick`: whether the
    half that every push runs holds it."""

    name: str
    breaks: str
    path: str
    old: str
    new: str
    noticed_by: tuple[str, ...]
    quick: bool = True

    def planted(self, source: str) -> str:
        if source.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.path} holds {source.count(self.old)} places like {self.old!r}")
        return source.replace(self.old, self.new)


@dataclass(frozen=True)
class Finding:
    """What came of a planted bug. `output` is the end of what the tests printed."""

    mutant: Mutant
    noticed: bool
    seconds: float
    output: str


def copy_of_the_project(folder: Path) -> None:
    """Fill `folder` with a copy in which bugs may be planted."""
    for name in COPIED:
        source, target = PROJECT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def plant(mutant: Mutant, copy: Path) -> Finding:
    """Run the tests of `mutant` in `copy` with the bug in place, and take it out again."""
    place = copy / mutant.path
    sound = place.read_text(encoding="utf-8")
    place.write_text(mutant.planted(sound), encoding="utf-8")
    started = time.perf_counter()
    try:
        code, output = _run(mutant.noticed_by, copy)
    finally:
        place.write_text(sound, encoding="utf-8")
    return Finding(mutant, code == 1, time.perf_counter() - started, output)


def _run(noticed_by: tuple[str, ...], copy: Path) -> tuple[int, str]:
    """The exit code and the end of the output. Both pytest and our own commands end with 1 for "a check failed";
    anything else (nothing collected, an import that breaks) is no proof."""
    pytest = ("-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly")
    command = noticed_by if noticed_by[0] == "-m" else (*pytest, *noticed_by)
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "it never came to an end, which is noticed too"
    return done.returncode, (done.stdout + done.stderr)[-2000:]
