"""Every codec is a lens: what is written reads back equal, and what was read writes back equal."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.core.flow import Pair
from connector.core.mapping import countries, states
from connector.core.mapping.codecs import CODECS, Codec, Options, Unfit, phone_key
from connector.core.schema import SystemName

SYSTEMS = st.sampled_from(list(SystemName))
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
LOCAL_PART = st.text(string.ascii_letters + string.digits + "._'+-&", min_size=1, max_size=20)
DOMAIN = st.from_regex(r"[a-zA-Z0-9&-]{1,12}(\.[a-zA-Z]{2,5}){1,2}", fullmatch=True)
INSTANTS = st.datetimes(
    min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)  # fmt: skip

#: Values that a person may have put there, per codec: canonical values (None apart) that both sides can hold.
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "long_text": TEXT,
    "email": st.builds("{}@{}".format, LOCAL_PART, DOMAIN),
    "phone": st.from_regex(
        r"(\+1|001)?[ (]?[0-9]{3}[) .-]?[0-9]{3}[ .-]?[0-9]{4}( ?(x|ext\.) ?[0-9]{1,5})?", fullmatch=True
    ),
    "url": st.builds(
        "{}{}{}".format, st.sampled_from(["", "http://", "https://"]), DOMAIN, st.sampled_from(["", "/a"])
    ),
    "money": st.decimals(-(10**12), 10**12, places=2),
    "number": st.decimals(-(10**9), 10**9, places=6),
    "integer": st.integers(-(10**12), 10**12),
    "percent": st.decimals(0, 100, places=2),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": INSTANTS,
    "html": st.text(string.ascii_letters + " <>&\"'\n-é€", min_size=1).filter(str.strip),
    "country": st.sampled_from(sorted(countries._NAMES)),
    "state": st.sampled_from(sorted(name for name in states._NAMES if name.startswith("DE-"))),
    "picklist": TEXT,
    "multi_picklist": st.lists(
        st.text(string.ascii_letters + " -&", min_size=1).filter(str.strip).map(str.strip), min_size=1, unique=True
    ).map(lambda items: tuple(sorted(items))),
}


def made(name: str) -> Codec:
    scale = Pair(Decimal(100), Decimal(1)) if name == "percent" else Pair(Decimal(1), Decimal(1))
    return CODECS[name](Options(scale=scale, country="DE"))


def test_every_codec_has_values_to_be_proved_with() -> None:
    assert set(VALUES) == set(CODECS)


@pytest.mark.parametrize("name", CODECS)
@given(data=st.data(), system=SYSTEMS)
def test_what_is_written_reads_back_equal(name: str, data: st.DataObject, system: SystemName) -> None:
    codec, value = made(name), data.draw(VALUES[name])
    assert codec.key(codec.read.of(system)(codec.write.of(system)(value))) == codec.key(value)


@pytest.mark.parametrize("name", CODECS)
@given(data=st.data(), system=SYSTEMS)
def test_what_was_read_writes_back_as_it_was(name: str, data: st.DataObject, system: SystemName) -> None:
    codec = made(name)
    raw = codec.write.of(system)(data.draw(VALUES[name]))
    again = codec.write.of(system)(codec.read.of(system)(raw))
    assert codec.key(codec.read.of(system)(again)) == codec.key(codec.read.of(system)(raw))
    if not codec.lossy:
        assert again == raw


@pytest.mark.parametrize("name", CODECS)
@given(data=st.data())
def test_what_one_side_holds_the_other_can_hold(name: str, data: st.DataObject) -> None:
    codec, value = made(name), data.draw(VALUES[name])
    netsuite = codec.read.netsuite(codec.write.netsuite(value))
    salesforce = codec.read.salesforce(codec.write.salesforce(netsuite))
    assert codec.key(salesforce) == codec.key(value)


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("nothing", [None, ""])
def test_empty_is_none(name: str, nothing: object) -> None:
    assert made(name).read.salesforce(nothing) is None


ANY_TEXT = {"text", "long_text", "html", "picklist", "email", "phone", "url", "multi_picklist"}


@pytest.mark.parametrize("name", sorted(set(CODECS) - ANY_TEXT))
@pytest.mark.parametrize("garbage", ["Atlantis;;", "12 o'clock", "NaN", "Infinity"])
def test_garbage_is_named_and_not_guessed(name: str, garbage: str) -> None:
    with pytest.raises(Unfit):
        made(name).read.netsuite(garbage)


@pytest.mark.parametrize("name", CODECS)
def test_a_sub_record_is_no_value(name: str) -> None:
    with pytest.raises(Unfit):
        made(name).read.netsuite({"id": "1"})


# --- phones ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("001-672-799-2170x5610", "+1 672 799 2170 ext. 5610"),
        ("(434) 369-3100", "434.369.3100"),
        ("(434) 369-3100", "+1-434-369-3100"),
        ("985.939.5411x2641", "985 939 5411 #2641"),
        ("+49 30 901820", "0049 (30) 901820"),
        ("", None),
    ],
)
def test_phones_are_equal_by_what_is_dialled(one: str, other: str | None) -> None:
    assert phone_key(one, "US") == phone_key(other, "US")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(434) 369-3100", "(434) 369-3101"),
        ("(434) 369-3100 x1", "(434) 369-3100 x2"),
        ("(434) 369-3100 x1", "(434) 369-3100"),
        ("call Bob", "call Ann"),
        ("(434) 369-3100", None),
    ],
)
def test_phones_that_reach_somebody_else_differ(one: str, other: str | None) -> None:
    assert phone_key(one, "US") != phone_key(other, "US")


def test_the_region_is_that_of_national_numbers() -> None:
    assert phone_key("030 901820", "DE") == phone_key("+49 30 901820", "US")


def test_a_phone_is_kept_as_typed() -> None:
    assert made("phone").write.salesforce("001-672-799-2170x5610") == "001-672-799-2170x5610"


def test_netsuite_is_not_given_a_phone_that_it_would_refuse() -> None:
    with pytest.raises(Unfit, match="seven digits"):
        made("phone").write.netsuite("12345")
    assert made("phone").write.salesforce("12345") == "12345"


# --- the rest --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("www.burlington.com", "https://www.burlington.com"),
        ("http://edgecomm.com/", "https://EdgeComm.com"),
        ("https://a.example/Path/", "a.example/Path"),
    ],
)
def test_web_addresses_are_equal_apart_from_scheme_slash_and_case_of_the_host(one: str, other: str) -> None:
    key = made("url").key
    assert key(one) == key(other)


def test_paths_of_web_addresses_keep_their_case() -> None:
    key = made("url").key
    assert key("a.example/Path") != key("a.example/path")


def test_netsuite_gets_a_scheme_and_salesforce_what_was_typed() -> None:
    codec = made("url")
    assert codec.write.netsuite("www.burlington.com") == "https://www.burlington.com"
    assert codec.write.salesforce("www.burlington.com") == "www.burlington.com"


@pytest.mark.parametrize("broken", ["nobody", "a@b", "two@x.example, three@x.example", "a b@x.example"])
def test_an_address_that_no_mail_reaches_is_not_written(broken: str) -> None:
    with pytest.raises(Unfit):
        made("email").write.netsuite(broken)


def test_a_mail_address_is_kept_as_typed() -> None:
    assert made("email").write.salesforce("KAkin@AthenaHome.com") == "KAkin@AthenaHome.com"


def test_mail_addresses_are_equal_in_any_case() -> None:
    key = made("email").key
    assert key("KAkin@athenahome.com ") == key("kakin@athenahome.com")


def test_money_is_never_rounded() -> None:
    with pytest.raises(Unfit, match="more than 2 decimals"):
        made("money").write.salesforce(Decimal("10.005"))
    assert CODECS["money"](Options(decimals=3)).write.salesforce(Decimal("10.005")) == Decimal("10.005")


def test_numbers_are_exact_and_equal_however_written() -> None:
    codec = made("money")
    assert codec.read.netsuite("0.1") == Decimal("0.1")
    assert codec.key(Decimal("350000000")) == codec.key(Decimal("350000000.00"))


def test_yes_and_no_are_no_numbers() -> None:
    with pytest.raises(Unfit):
        made("integer").read.netsuite(True)


def test_a_fraction_is_no_whole_number() -> None:
    with pytest.raises(Unfit, match="whole number"):
        made("integer").read.netsuite(Decimal("1.5"))


def test_a_fraction_of_one_side_is_percent_on_the_other() -> None:
    codec = made("percent")
    assert codec.read.netsuite("0.6") == Decimal(60)
    assert codec.write.salesforce(Decimal(60)) == Decimal(60)
    assert codec.write.netsuite(Decimal(60)) == Decimal("0.6")


def test_an_empty_checkbox_is_not_ticked() -> None:
    key = made("boolean").key
    assert key(None) == key(False) != key(True)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Unfit, match="no time zone"):
        made("datetime").read.netsuite("2026-05-01T07:25:37")


def test_times_are_written_in_utc_and_equal_by_the_second() -> None:
    codec = made("datetime")
    summer = datetime(2026, 5, 1, 9, 25, 37, 250000, tzinfo=timezone(timedelta(hours=2)))
    assert codec.write.netsuite(summer) == "2026-05-01T07:25:37Z"
    assert codec.key(codec.read.netsuite("2026-05-01T07:25:37Z")) == codec.key(summer.astimezone(UTC))
    assert codec.read.salesforce("2026-05-01T09:25:37+02:00") == datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)


def test_a_day_has_no_time() -> None:
    assert made("date").read.salesforce("2018-09-06") == date(2018, 9, 6)
    with pytest.raises(Unfit):
        made("date").read.salesforce("09/06/2018")


def test_several_values_have_no_order() -> None:
    codec = made("multi_picklist")
    assert codec.read.salesforce("b;a;b") == ("a", "b") == codec.read.netsuite("a; b")
    with pytest.raises(Unfit, match="separator"):
        codec.write.salesforce(("a;b",))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("us", "US"),
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("Korea, South", "KR"),
        ("Viet Nam", "VN"),
        ("The Netherlands", "NL"),
        ("Trinidad & Tobago", "TT"),
        ("cote d'ivoire", "CI"),
        ("TWN", "TW"),
    ],
)
def test_countries_are_known_by_many_names(written: str, code: str) -> None:
    assert made("country").read.salesforce(written) == code


def test_a_country_is_written_by_code_and_by_name() -> None:
    codec = made("country")
    assert (codec.write.netsuite("US"), codec.write.salesforce("US")) == ("US", "United States")


def test_no_spelling_stands_for_two_countries() -> None:
    meanings: dict[str, set[str]] = {}
    for alpha2, alpha3, names in countries._rows():
        for spelling in (alpha2, alpha3, *names):
            meanings.setdefault(countries._spelling(spelling), set()).add(alpha2)
    assert {spelling: codes for spelling, codes in meanings.items() if len(codes) > 1} == {}
    assert "" not in meanings


def test_all_of_iso_3166_is_there() -> None:
    assert len(countries._NAMES) == 250
    assert all(len(code) == 2 and code.isupper() for code in countries._NAMES)
