"""A line added by program leaves everything else of the file as it was, comments and spacing included."""

from __future__ import annotations

import pytest

from connector.core.mapping.insertion import CannotInsert, insert_line, insert_row
from connector.core.mapping.yaml_file import Path, Source, parse
from connector.core.schema import Entity
from tests.unit.mapping.conftest import SHIPPED

LINE = "custom.region: {netsuite: custentity_region, salesforce: Region__c}"


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every other one is where it was."""
    left = before.splitlines()
    fresh = []
    for line in after.splitlines():
        if left and line == left[0]:
            left.pop(0)
        else:
            fresh.append(line)
    assert left == []
    return fresh


@pytest.mark.parametrize("entity", Entity)
def test_a_line_is_added_to_a_shipped_file(entity: Entity) -> None:
    before = (SHIPPED / f"{entity}.yaml").read_text()
    after = insert_line(before, ("fields",), LINE)
    assert added(before, after) == [f"  {LINE}"]
    source = parse(after.encode(), "x.yaml")
    assert isinstance(source, Source)
    assert list(source.data["fields"])[-1] == "custom.region"


@pytest.mark.parametrize(
    ("path", "line", "wanted"),
    [
        (("fields", "status", "values"), 'Nurturing: "31"', '      Nurturing: "31"'),
        (
            ("fields", "rating", "values"),
            'Tepid: "9"',
            '    values: {Hot: "1", Warm: "2", Cold: "3", Tepid: "9"}',
        ),
        (("left_out", "netsuite"), "custentity_x: nobody needs it", "    custentity_x: nobody needs it"),
        (("netsuite", "create"), "leadSource: '2'", "  create: {isPerson: true, entityStatus: \"6\", leadSource: '2'}"),
    ],
)
def test_a_row_is_added_where_it_belongs(path: Path, line: str, wanted: str) -> None:
    before = (SHIPPED / "lead.yaml").read_text()
    after = insert_line(before, path, line)
    assert after.splitlines().count(wanted) == 1
    changed = [one for one in after.splitlines() if one not in before.splitlines()]
    assert changed == [wanted]


@pytest.mark.parametrize(
    ("before", "path", "line", "after"),
    [
        ("a: [1, 2]\n", ("a",), "3", "a: [1, 2, 3]\n"),
        ("a: []\n", ("a",), "3", "a: [3]\n"),
        ("a: {}\n", ("a",), "b: 3", "a: {b: 3}\n"),
        ("a:\n- 1\n- 2  # two\n# end\n", ("a",), "3", "a:\n- 1\n- 2  # two\n- 3\n# end\n"),
        ("a:\n  b: 1", ("a",), "c: 2", "a:\n  b: 1\n  c: 2\n"),
        ("a:\r\n  b: 1\r\n", ("a",), "c: 2", "a:\r\n  b: 1\r\n  c: 2\r\n"),
        ("a:\n  b: |\n    one\n    two\n\nz: 1\n", ("a",), "c: 2", "a:\n  b: |\n    one\n    two\n  c: 2\n\nz: 1\n"),
        ("a:\n  b:\n    c: 1\n\n  # e\n  e: 2\n", ("a", "b"), "d: 3",
         "a:\n  b:\n    c: 1\n    d: 3\n\n  # e\n  e: 2\n"),
        ("a:\n  b: 1\n", ("a",), "c:\n  d: 2\n  e: 3", "a:\n  b: 1\n  c:\n    d: 2\n    e: 3\n"),
        ("a: {\n  b: 1,  # one\n}\n", ("a",), "c: 2", "a: {\n  b: 1, c: 2,  # one\n}\n"),
        ("é: '💥'\na: {b: 1}\n", ("a",), "c: 2", "é: '💥'\na: {b: 1, c: 2}\n"),
        ("a:\n  b: 'two\n    lines'\nz: 1\n", ("a",), "c: 2", "a:\n  b: 'two\n    lines'\n  c: 2\nz: 1\n"),
    ],
)  # fmt: skip
def test_every_layout_keeps_its_own(before: str, path: Path, line: str, after: str) -> None:
    assert insert_line(before, path, line) == after


@pytest.mark.parametrize(
    ("text", "path", "line", "why"),
    [
        ("a: {b: 1}", ("a",), "b: 2", "`b` stands there already"),
        ("a: {b: 1}", ("c",), "b: 2", "the file has no `c`"),
        ("values: ratings.csv", ("values",), "b: 2", "`values` is `ratings.csv`"),
        ("a: {b: 1}", ("a",), "c: 1\nd: 2", "is not one key with its value"),
        ("a: {b: 1}", ("a",), "c:\n  d: 2", "several lines cannot stand between braces"),
        ("a: {b: 1}", ("a",), "c", "is not one key with its value"),
        ("a: {b: 1", ("a",), "c: 2", "expected"),
        ("a: {b: 1}", ("a",), "c: [", "expected"),
        ("a: {b: 1}", ("a",), "c: 2}, {x: y", ""),
        ("a: {b: 1}", ("a",), "c: 2 # remark", ""),
    ],
)
def test_what_has_no_place_is_refused(text: str, path: Path, line: str, why: str) -> None:
    with pytest.raises(CannotInsert) as caught:
        insert_line(text, path, line)
    assert why in str(caught.value)


# --- tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row", "fresh"),
    [
        ("salesforce,netsuite\nHot,1\n", "Warm,2", "salesforce,netsuite\nHot,1\nWarm,2\n"),
        ("salesforce,netsuite\nHot,1", "Warm,2", "salesforce,netsuite\nHot,1\nWarm,2"),
        ("salesforce,netsuite\r\nHot,1\r\n", "Warm,2", "salesforce,netsuite\r\nHot,1\r\nWarm,2\r\n"),
        ('"salesforce","netsuite"\n"Hot",  "1"\n\n', '"W","2"', '"salesforce","netsuite"\n"Hot",  "1"\n"W","2"\n\n'),
        ("\ufeffsalesforce,netsuite\n", '"Luke, warm",2', '\ufeffsalesforce,netsuite\n"Luke, warm",2\n'),
    ],
)
def test_a_row_goes_to_the_end_and_all_else_stays_to_the_letter(text: str, row: str, fresh: str) -> None:
    assert insert_row(text, row) == fresh


@pytest.mark.parametrize(
    ("text", "row", "why"),
    [
        ("salesforce,netsuite\nHot,1\n", "Hot,1", "stands there already"),
        ('salesforce,netsuite\n"Hot,1\n', "Warm,2", "end of data"),
    ],
)
def test_a_row_that_cannot_be_added_says_why(text: str, row: str, why: str) -> None:
    with pytest.raises(CannotInsert, match=why):
        insert_row(text, row)
