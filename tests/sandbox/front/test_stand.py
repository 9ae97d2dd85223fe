"""Both sandboxes as one stand: credentials, addresses, clocks, sample data."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from connector.sandbox.netsuite.settings import Settings as NetSuiteSettings
from connector.sandbox.salesforce.settings import Settings as SalesforceSettings
from connector.sandbox.stand import Stand

SAMPLES = Path(__file__).parents[4] / "shared" / "reference" / "input"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no sample data at {SAMPLES}")


def test_ids_repeat_with_the_seed_and_secrets_never() -> None:
    one, same, other = (Stand.in_process(seed=seed) for seed in (1, 1, 2))
    assert one.netsuite_login.certificate_id == same.netsuite_login.certificate_id
    assert one.salesforce_login.consumer_key == same.salesforce_login.consumer_key
    assert one.salesforce_login.org_id == same.salesforce_login.org_id
    assert one.netsuite_login.consumer_key != other.netsuite_login.consumer_key
    assert one.netsuite_login.token_secret != same.netsuite_login.token_secret
    assert one.salesforce_login.client_secret != same.salesforce_login.client_secret
    for stand in (one, same, other):
        stand.close()


def test_keys_are_written_for_their_owner_only(tmp_path: Path) -> None:
    stand = Stand(directory=tmp_path / "new" / "stand")
    for login in (stand.netsuite_login, stand.salesforce_login):
        file = login.key.private_file
        assert file is not None
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text() == login.key.private_pem
    assert stat.S_IMODE((tmp_path / "new" / "stand").stat().st_mode) == 0o700
    stand.close()


def test_secrets_do_not_show_when_a_login_is_printed() -> None:
    stand = Stand.in_process()
    shown = repr(stand.netsuite_login) + repr(stand.salesforce_login)
    secrets = [
        stand.netsuite_login.consumer_secret,
        stand.netsuite_login.token_secret,
        stand.salesforce_login.client_secret,
        "PRIVATE KEY",
    ]
    assert [secret for secret in secrets if secret in shown] == []
    stand.close()


def test_in_process_nothing_is_written_and_clocks_stand_still() -> None:
    stand = Stand.in_process(seed=1)
    assert stand.netsuite_login.key.private_file is None
    assert stand.netsuite_front.now() == stand.salesforce_front.now() == "2026-01-05T09:00:00+00:00"
    stand.turn_clocks(60)
    assert stand.netsuite_front.now() == stand.salesforce_front.now() == "2026-01-05T09:01:00+00:00"
    stand.close()


def test_settings_that_are_given_keep_all_but_their_credentials() -> None:
    stand = Stand.in_process(
        netsuite=NetSuiteSettings(account_id="1234567_SB1", one_world=True),
        salesforce=replace(SalesforceSettings(), daily_api_limit=99),
    )
    assert stand.netsuite_host == "1234567-sb1.suitetalk.api.netsuite.com"
    assert stand.netsuite.settings.one_world
    assert stand.salesforce.settings.daily_api_limit == 99
    stand.close()


def test_a_served_stand_answers_on_both_ports_with_running_clocks(tmp_path: Path) -> None:
    stand = Stand(directory=tmp_path, running_clocks=True)
    with stand.serving(tls=True) as at:
        for url in (at.netsuite_url, at.salesforce_url):
            clock = url + "/_sandbox/clock"
            first, second = (requests.get(clock, verify=str(at.certificate), timeout=5).json() for _ in range(2))
            assert url.startswith("https://127.0.0.1:")
            assert first["now"] < second["now"]
    stand.close()


def test_tls_without_a_directory_is_refused() -> None:
    stand = Stand()
    with pytest.raises(ValueError, match="directory"), stand.serving(tls=True):
        pass
    stand.close()


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    one, two = Stand(), Stand()
    with one.serving() as at:
        port = int(at.netsuite_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), two.serving(netsuite_port=port):
            pass
    one.close()
    two.close()


@needs_samples
def test_the_sample_data_loads_and_every_file_is_accounted_for() -> None:
    stand = Stand.in_process()
    report = stand.load(SAMPLES)
    assert report.salesforce is not None
    assert list(report.netsuite) == ["lists/leads-100.csv"]
    assert list(report.skipped) == [
        "PROVENANCE.md",
        "lists/customers-100.csv",
        "lists/organizations-100.csv",
        "lists/people-100.csv",
    ]
    assert len(stand.salesforce.rows("Lead")) == 22
    assert len(stand.salesforce.rows("Account")) == 12
    assert len(stand.netsuite.rows("customer")) == 100
    assert report.salesforce["skipped"] == {"Case": 26}
    stand.close()
