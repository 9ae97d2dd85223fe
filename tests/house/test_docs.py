"""The documents say what is true today: their commands are run, what they name exists."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from connector.config import Config
from connector.core.flow import HoldKind
from connector.core.mapping.language import CodecName, FieldLine
from connector.sandbox.faults import KINDS
from connector.sandbox.netsuite.deeds import DEEDS as NETSUITE_DEEDS
from connector.sandbox.salesforce.acts import DEEDS as SALESFORCE_DEEDS
from connector.ui.cli import main
from connector.ui.guard import EXIT_CODES
from tests.house.documents import DOCUMENTS, ROOT, Block, anchors, blocks, code, first_column, links, section
from tests.story.command_line import connector, environment

README = (ROOT / "README.md").read_text()
OPERATORS = (ROOT / "docs/operators.md").read_text()
ADMINS = (ROOT / "docs/admins.md").read_text()
SANDBOXES = (ROOT / "docs/sandboxes.md").read_text()
TOUR = "A ten-minute tour"

PORTS = ("8451", "8452")
"""The ports that the documents use; tests put free ones in their place."""

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
needs_a_shell = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the documents' commands need bash and curl"
)


# --- a reader's shell ----------------------------------------------------------------------------------------


@dataclass
class Desk:
    """A folder in which a reader types what a document says, and the sandboxes that they left running."""

    folder: Path
    ports: Sequence[str]
    serving: subprocess.Popen[str] | None = None

    def type(self, script: str) -> str:
        """What the commands print; a failing one fails the test."""
        printed = ""
        for line in self.mine(script).splitlines():
            printed += self.serve(line) if line.startswith("connector sandbox serve") else self.run(line)
        return printed

    def run(self, line: str) -> str:
        ended = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        assert ended.returncode == 0, f"{line}\n{ended.stdout}"
        return ended.stdout

    def serve(self, line: str) -> str:
        """Start the sandboxes and leave them running; returns their ready line."""
        assert self.serving is None
        with (self.folder / "serve.err").open("w") as logins:
            self.serving = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.folder,
                env=self.env,
                text=True,
                stdout=subprocess.PIPE,
                stderr=logins,
            )
        assert self.serving.stdout is not None
        ready = self.serving.stdout.readline()
        assert ready.startswith("ready: "), (self.folder / "serve.err").read_text()
        return ready

    def stop_serving(self) -> int | None:
        """The end of the first terminal; the exit code of `serve`. The signal of Ctrl-C takes the same way, but is
        ignored by what a shell runs in the background."""
        if self.serving is None:
            return None
        with self.serving as process:
            process.send_signal(signal.SIGTERM)
            try:
                return process.wait(timeout=20)
            finally:
                process.kill()

    def mine(self, text: str) -> str:
        """`text` with this desk's ports."""
        for written, free in zip(PORTS, self.ports, strict=True):
            text = text.replace(written, free)
        return text

    @property
    def env(self) -> dict[str, str]:
        return environment(PATH=f"{self.folder / '.venv/bin'}:{environment()['PATH']}")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A folder with what `dev.py` has made there, and nothing else."""
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "activate").touch()
    (programs / "connector").write_text(f'#!/bin/sh\nexec {sys.executable} -m connector "$@"\n')
    (programs / "connector").chmod(0o755)
    with free_ports() as ports:
        desk = Desk(tmp_path, ports)
    yield desk
    desk.stop_serving()


@contextmanager
def free_ports() -> Iterator[tuple[str, str]]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        yield str(one.getsockname()[1]), str(other.getsockname()[1])


def untimed(text: str) -> str:
    return re.sub(r"\d+\.\d s\b", "# s", text)


def assert_shown(excerpt: str, printed: str) -> None:
    """Every line of the excerpt was printed, in this order."""
    lines = iter(untimed(printed).splitlines())
    for wanted in untimed(excerpt).splitlines():
        assert any(line == wanted for line in lines), f"not printed, or not in this order: {wanted!r}\n\n{printed}"


def follow(desk: Desk, steps: Sequence[Block]) -> None:
    """Type every `sh` block; a `text` block after it is what must have been printed since the last one."""
    printed = ""
    for step in steps:
        if step.language == "sh":
            printed += desk.type(step.text)
        else:
            assert_shown(desk.mine(step.text), printed)
            printed = ""


# --- what is printed is what happens ---------------------------------------------------------------------------


@needs_a_shell
def test_the_tour_of_the_readme_prints_what_it_shows(desk: Desk) -> None:
    steps = blocks(section(README, TOUR))
    assert {step.language for step in steps} == {"sh", "text"}

    follow(desk, steps)

    assert desk.stop_serving() == 0


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    excerpts = [block for block in blocks(section(README, "Two commands")) if block.language == "text"]

    ended = connector("demo", folder=tmp_path)

    assert ended.code == 0, ended.err
    assert len(excerpts) == 3
    for excerpt in excerpts:
        assert_shown(excerpt.text, ended.out)


@needs_a_shell
def test_the_curl_examples_for_the_sandboxes_are_understood(desk: Desk) -> None:
    commands = [block.text for block in blocks(SANDBOXES) if block.language == "sh"]
    desk.type("connector sandbox serve --netsuite-port 8451 --salesforce-port 8452")

    printed = "".join(desk.type(command) for command in commands)

    assert printed.count('"routes"') == 1
    assert '{"error":' not in printed


@needs_a_shell
def test_the_mistake_that_the_admins_page_shows_is_told_like_that(desk: Desk) -> None:
    (shown,) = [block.text for block in blocks(ADMINS) if block.language == "text"]
    desk.type("connector sandbox serve --netsuite-port 8451 --salesforce-port 8452 --config-out config.yaml --empty")
    mappings = shutil.copytree(ROOT / "mappings", desk.folder / "my-mappings")
    lead = (mappings / "lead.yaml").read_text()
    (mappings / "lead.yaml").write_text(lead.replace("{netsuite: title,", "{netsuite: titel,"))
    with (desk.folder / "config.yaml").open("a") as config:
        config.write("mappings: my-mappings\n")

    ended = connector("sync", folder=desk.folder)

    assert ended.code == 2
    assert_shown(shown, ended.err)


# --- what is named exists --------------------------------------------------------------------------------------


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    for target in links(document.read_text()):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        place = (document.parent / name).resolve() if name else document
        assert place.exists(), target
        assert not anchor or anchor in anchors(place.read_text()), target


@every_document
def test_commands_and_options_exist(document: Path) -> None:
    for line in code(document.read_text()):
        for words in re.findall(r"(?:^|[\s/])connector ((?:[a-z-]\S*(?: |$))+)", line):
            assert_command(words.split())
        if line.startswith("--"):
            assert line.split()[0].rstrip(",") in all_options() | DEV_OPTIONS, line


DEV_OPTIONS = {
    *("--leads", "--edits", "--explain", "--profile"),
    *("--seeds", "--start", "--replay", "--shrink", "--jobs", "--dense", "--small", "--backups", "--pairs", "--losses"),
    *("--store", "--n", "--distinct", "--creates", "--clocks", "--courses", "--table", "--files", "--quick"),
}
"""Of the benchmark and of the proofs, which have command lines of their own."""


def assert_command(words: Sequence[str]) -> None:
    """`words` are a command that exists, with options that it has."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.commands.get(rest.pop(0))
        assert found is not None, f"there is no `connector {' '.join(words)}`"
        command = found
    for word in rest:
        assert not word.startswith("--") or word in options_of(command), f"`connector {' '.join(words)}`"


def options_of(command: click.Command) -> set[str]:
    names = {name for parameter in command.params for name in parameter.opts}
    return names | {"--help", "--version"}


def all_options(command: click.Command = main) -> set[str]:
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return options_of(command).union(*(all_options(one) for one in below))


@every_document
def test_configuration_keys_exist(document: Path) -> None:
    for line in code(document.read_text()):
        for key in re.findall(r"(?<![\w./])((?:netsuite|salesforce|brakes|local_sandbox)(?:\.[a-z_]+)+)", line):
            assert has_key(Config, key.split(".")), key


def has_key(model: type[BaseModel], steps: Sequence[str]) -> bool:
    field = model.model_fields.get(steps[0])
    if field is None or len(steps) == 1:
        return field is not None
    below = [kind for kind in flat(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return any(has_key(one, steps[1:]) for one in below)


def flat(kind: object) -> Iterator[object]:
    yield kind
    for part in get_args(kind):
        yield from flat(part)


@pytest.mark.parametrize("text", [README, OPERATORS], ids=["README", "operators"])
def test_exit_codes_are_those_of_the_command_line(text: str) -> None:
    known = dict(re.findall(r"^  (\d+) +(.+)$", EXIT_CODES, re.MULTILINE))

    assert first_column(text, "code") == list(known)


def test_the_readme_explains_exit_codes_as_the_command_line_does() -> None:
    for code_, meaning in re.findall(r"^  (\d+) +(.+)$", EXIT_CODES, re.MULTILINE):
        assert f"| {code_} | {meaning} |" in README


@pytest.mark.parametrize("text", [README, OPERATORS], ids=["README", "operators"])
def test_every_kind_of_hold_is_explained(text: str) -> None:
    assert {kind.replace("_", " ") for kind in get_args(HoldKind)} - {"unknown"} <= set(first_column(text, "kind"))


def test_the_admins_page_knows_the_whole_language_of_a_line() -> None:
    told = set(re.findall(r"[a-z_]+", " ".join(code(ADMINS))))

    assert {field.alias or name for name, field in FieldLine.model_fields.items()} <= told
    assert set(get_args(CodecName)) <= told


def test_the_sandbox_page_knows_every_fault_and_deed() -> None:
    assert first_column(SANDBOXES, "kind") == [f"`{kind}`" for kind in KINDS]
    named = set(re.findall(r"`([a-z_]+)`", SANDBOXES))
    assert set(NETSUITE_DEEDS) | set(SALESFORCE_DEEDS) <= named


def test_the_changelog_has_a_place_for_what_is_coming() -> None:
    assert "\n- " in section((ROOT / "CHANGELOG.md").read_text(), "Unreleased")
