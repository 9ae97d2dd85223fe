"""config.yaml: every key is checked, every mistake is told with its place, and no secret stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from connector.config import Config, load_config, mappings_folder, state_place
from connector.errors import ConfigError
from connector.secret import LIVE, Live, resolve

ROOT = Path(__file__).parents[2]

GOOD = """\
netsuite:
  account: "1234567_SB1"
  auth:
    method: token
    consumer_key: key
    consumer_secret: ${file:secret.txt}
    token_id: token
    token_secret: ${env:TOKEN_SECRET}
salesforce:
  domain: mycompany
  auth:
    method: client_credentials
    client_id: client
    client_secret: ${file:secret.txt}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the secrets that GOOD refers to."""
    monkeypatch.setenv("TOKEN_SECRET", "from-the-environment")
    write_secret(tmp_path / "secret.txt", "from-the-file\n")
    return tmp_path


def write_secret(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def load(folder: Path, text: str) -> Config:
    (folder / "config.yaml").write_text(text)
    return load_config(folder / "config.yaml")


def refused(folder: Path, text: str, *, shorten: bool = True) -> str:
    """The message with which `text` is refused, by default without the folder's name."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(str(folder) + "/", "") if shorten else str(caught.value)


def test_a_good_file_has_its_secrets_resolved_and_its_defaults_filled(folder: Path) -> None:
    config = load(folder, GOOD)

    assert config.netsuite.auth.method == "token"
    assert config.netsuite.auth.token_secret.get_secret_value() == "from-the-environment"
    assert config.netsuite.auth.consumer_secret.get_secret_value() == "from-the-file"
    assert (config.netsuite.concurrency, config.netsuite.key_field, config.salesforce.api_version) == (
        4,
        "externalId",
        "62.0",
    )
    assert config.state == folder / "state/connector.db"


def test_the_example_file_is_complete_and_loads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NETSUITE_CLIENT_ID", "NETSUITE_CERTIFICATE_ID", "SALESFORCE_CONSUMER_KEY"):
        monkeypatch.setenv(name, "public-id")
    for name in ("netsuite-key.pem", "salesforce-key.pem"):
        write_secret(folder / name, "-----BEGIN PRIVATE KEY-----\n")
    example = (ROOT / "config.example.yaml").read_text()

    config = load(folder, example)

    assert config.netsuite.account == "1234567_SB1"
    undocumented = [name for name in _all_keys(Config) if f"{name}:" not in example]
    assert undocumented == []


def _all_keys(model: type[BaseModel]) -> list[str]:
    from connector.config_file import _models_in

    below = (inner for name in model.model_fields for inner in _models_in(model, name))
    return [*model.model_fields, *(key for inner in below for key in _all_keys(inner))]


def test_no_secret_shows_in_the_repr(folder: Path) -> None:
    shown = repr(load(folder, GOOD)) + str(load(folder, GOOD).model_dump())

    assert "from-the-" not in shown


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(folder: Path) -> None:
    message = refused(folder, GOOD.replace("${env:TOKEN_SECRET}", "hunter2hunter2"))

    assert message.startswith("config.yaml:8:5: `netsuite.auth.token_secret`: a secret must not stand in this file")
    assert "${env:NAME}" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("  account:", "  acount:"), ["config.yaml:2:3: `netsuite.acount` is not a key", "Did you mean `account`?"]),
        (("  domain: mycompany", "  domain: 12"), ["config.yaml:10:3: `salesforce.domain` must be text", "quotes"]),
        (("method: token", "method: tokens"), ["config.yaml:4:5: `netsuite.auth.method` is not one", "oauth2, token"]),
        (("    method: token\n", ""), ["`netsuite.auth.method` is missing"]),
        (("    token_id: token\n", ""), ["config.yaml:3:3: `netsuite.auth.token_id` is missing"]),
        (("${file:secret.txt}", "${file:none.txt}"), ["config.yaml:6:5:", "none.txt", "No such file"]),
        (("${env:TOKEN_SECRET}", "${env:NOT_SET}"), ["config.yaml:8:5: the environment variable NOT_SET is not set"]),
        (("${env:TOKEN_SECRET}", "${vault:x}"), ["config.yaml:8:5:", "not a reference that is known here"]),
        (("${env:TOKEN_SECRET}", "x${env:TOKEN_SECRET}"), ["nothing beside it"]),
        (("  domain:", "  domain: x\n  domain:"), ['config.yaml:11:3: found duplicate key "domain"']),
        (("domain: mycompany", "domain: &a mycompany\n  username: *a"), ["config.yaml:11:13: aliases"]),
        (("domain: mycompany", "domain: !secret mycompany"), ["config.yaml:1:1: a value of a kind"]),
        (("  auth:\n", "  auth: [\n"), ["config.yaml:5:17: expected"]),
        (("  domain:", "  environment: sandbox\n  domain:"), ["config.yaml:9:1:", "`sandbox_name` belongs to"]),
        (("  domain: mycompany", "  domain: evil.example"), ["`salesforce.domain`"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_way_to_mend_it(
    folder: Path, wrong: tuple[str, str], told: list[str]
) -> None:
    message = refused(folder, GOOD.replace(*wrong, 1))

    for part in told:
        assert part in message


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    message = refused(folder, GOOD.replace("  account:", "  acount:").replace("${env:TOKEN_SECRET}", "${env:NO}"))

    assert [line.split(":")[1] for line in message.splitlines() if line.startswith("config.yaml")] == ["1", "2", "8"]


@pytest.mark.parametrize("text", ["", "- a\n", "netsuite\n", "\x00", "a: \xff".encode().decode(), "[" * 200])
def test_what_is_no_configuration_at_all_is_refused_in_words(folder: Path, text: str) -> None:
    assert refused(folder, text).startswith("config.yaml")


def test_a_file_beyond_the_size_limit_is_refused(folder: Path) -> None:
    assert "at most 1048576 bytes" in refused(folder, "# " + "x" * 1024 * 1024)


def test_a_missing_file_is_told_together_with_two_ways_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.yaml")

    assert "connector sandbox serve --config-out" in str(caught.value)
    assert "config.example.yaml" in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_file_that_others_can_read_is_refused_with_the_command_that_mends_it(folder: Path, mode: int) -> None:
    write_secret(folder / "secret.txt", "from-the-file", mode)

    assert f"chmod 600 {folder}/secret.txt" in refused(folder, GOOD, shorten=False)


def test_a_secret_file_that_is_a_link_is_refused(folder: Path) -> None:
    (folder / "secret.txt").rename(folder / "elsewhere.txt")
    (folder / "secret.txt").symlink_to(folder / "elsewhere.txt")

    assert "secret.txt" in refused(folder, GOOD)


@pytest.mark.parametrize(
    "url",
    [
        "https://1234567.suitetalk.api.netsuite.com",
        "http://127.0.0.1.evil.example",
        "http://user@127.0.0.1:1",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
    ],
)
def test_the_sandbox_switch_takes_addresses_of_this_machine_only(folder: Path, url: str) -> None:
    switch = f"local_sandbox: {{netsuite: '{url}', salesforce: 'http://127.0.0.1:8452'}}\n"

    assert "`local_sandbox.netsuite`: a local sandbox is a URL on 127.0.0.1" in refused(folder, GOOD + switch)


def test_the_sandbox_switch_keeps_addresses_of_this_machine(folder: Path) -> None:
    switch = "local_sandbox: {netsuite: 'https://127.0.0.1:8451/', salesforce: 'http://localhost:8452', ca: ca.pem}\n"

    sandbox = load(folder, GOOD.replace("domain: mycompany", "domain: sandbox") + switch).local_sandbox

    assert sandbox is not None
    assert (sandbox.netsuite, sandbox.ca) == ("https://127.0.0.1:8451", folder / "ca.pem")


def test_mappings_are_the_shipped_ones_unless_a_folder_is_named(folder: Path) -> None:
    shipped = mappings_folder(load(folder, GOOD))
    own = mappings_folder(load(folder, GOOD + "mappings: mine\n"))

    assert shipped.is_dir()
    assert own == folder / "mine"


@pytest.mark.parametrize("state", ["s/x.db", "sqlite:///s/x.db"])
def test_a_state_in_a_file_lies_beside_the_configuration(folder: Path, state: str) -> None:
    assert state_place(load(folder, f"state: {state}\n{GOOD}")) == folder / "s/x.db"


def test_a_database_without_a_password_may_stand_in_the_file(folder: Path) -> None:
    url = "postgresql://connector@db.example/leads?sslmode=verify-full"

    assert state_place(load(folder, f"state: {url}\n{GOOD}")) == url


def test_a_database_with_its_password_comes_by_reference_and_shows_nowhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://connector:canary%40canary@db.example/leads"
    monkeypatch.setenv("STATE_URL", url)

    config = load(folder, "state: ${env:STATE_URL}\n" + GOOD)

    assert state_place(config) == url
    assert "canary" not in repr(config) + str(config.model_dump())
    assert LIVE.mask("password canary@canary refused") == "password *** refused"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("postgresql://u:canary@db.example/leads", "a password must not stand in this file"),
        ("postgresql://db.example/leads?password=canary", "a password must not stand in this file"),
        ("postgresql://u:can@canary@db.example/leads", "write @ : / ? # % in a user or password as %40"),
        ("postgresql://u:1/canary@db.example/leads", "write @ : / ? # % in a user or password as %40"),
        ("postgresql://u:1#canary", "write @ : / ? # % in a user or password as %40"),
        ("mysql://u:canary@db.example/leads", "expected a path, or postgresql://user@host/database"),
        ("[]", "expected a path"),
    ],
)
def test_a_place_for_the_state_that_will_not_do_is_refused_and_not_repeated(
    folder: Path, state: str, told: str
) -> None:
    message = refused(folder, f"state: {state}\n{GOOD}")

    assert message.startswith("config.yaml:1:1: `state`: ")
    assert told in message
    assert "canary" not in message


def test_live_secrets_are_masked_in_every_spelling() -> None:
    live = Live()
    live.add("s3cret/with+signs")

    masked = live.mask("a s3cret/with+signs b s3cret%2Fwith%2Bsigns c czNjcmV0L3dpdGgrc2lnbnM=")

    assert masked == "a *** b *** c ***="


def test_a_text_without_a_reference_is_left_alone(tmp_path: Path) -> None:
    assert resolve("plain $text", tmp_path) == "plain $text"
