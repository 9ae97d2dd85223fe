"""The scenarios: what was there and is in step, what people do then, and what is left in the end.

The run after `work` is the one that dies. `meanwhile` happens between its death and the next run (or after it, where it
lives), `afterwards` once all is calm. `leaves` counts the records in use, by kind: on both sides, or one after the
other (NetSuite, Salesforce).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.settings import DuplicateRule
from connector.sandbox.salesforce.settings import Settings as Org
from tests.crashpoints.deeds import (
    CUSTOMER_STATUS,
    NETSUITE,
    SALESFORCE,
    Kind,
    automation,
    company_lead,
    convert,
    delete,
    edit,
    lead,
    lock,
    mass_update,
    merge,
    move,
    organization,
    person,
    sale,
    sales_order,
    save_and_convert,
    set_status,
    unknown_source,
)
from tests.crashpoints.mishaps import (
    Mishap,
    answers_deletes,
    calm,
    follow_up,
    loses_its_state,
    loses_our_key,
    run_that_dies_after,
    run_under,
)

Leaves = Mapping[Kind, int | tuple[int, int]]
CREATE = {"method": "POST", "path": "/(record/v1/customer|composite/sobjects)", "writes_only": True}
LOST = {"kind": "lose_answer", "match": CREATE}
UNHEARD = {"kind": "lose_request", "match": {"method": "PATCH"}, "times": 3}
LATE = {"kind": "delay", "seconds": 200, "match": CREATE}


@dataclass(frozen=True)
class Scenario:
    """`first`: whether the dying run is the first ever. `holds`: how many wait for a person in the end. `unknowable`:
    what nobody can know after a death, for which reason the end may be another, under the same laws."""

    name: str
    work: tuple[Mishap, ...]
    leaves: Leaves
    before: tuple[Mishap, ...] = ()
    meanwhile: tuple[Mishap, ...] = ()
    afterwards: tuple[Mishap, ...] = ()
    holds: int = 0
    first: bool = False
    unknowable: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


BOTH_LINKED = (lead(SALESFORCE, "Akin", title="Director"), lead(NETSUITE, "Ray", title="Buyer"))
A_COMPANY = (organization(SALESFORCE, "Moss Ltd"), person(SALESFORCE, "Moss", "Moss Ltd"))

SCENARIOS = (
    # --- leads, one way and the other
    Scenario("new lead in Salesforce", (lead(SALESFORCE, "Akin", title="CEO"),), {"lead": 1}),
    Scenario("new lead in NetSuite", (lead(NETSUITE, "Ray", title="CEO"),), {"lead": 1}),
    Scenario(
        "the first run ever",
        (*BOTH_LINKED, organization(NETSUITE, "Moss Ltd"), person(NETSUITE, "Moss", "Moss Ltd")),
        {"lead": 2, "organization": 1, "person": 1},
        first=True,
    ),
    Scenario(
        "three new leads on each side",
        tuple(lead(side, f"{side.title()}{n}") for side in (SALESFORCE, NETSUITE) for n in range(3)),
        {"lead": 6},
    ),
    Scenario(
        "new lead, edited by others as soon as it is there",
        (lead(SALESFORCE, "Akin", title="CEO"),),
        {"lead": 1},
        meanwhile=(follow_up(NETSUITE, "lead", "Akin", phone="555-0101"),),
    ),
    Scenario(
        "new lead, edited at its source before the next run",
        (lead(NETSUITE, "Ray", title="CEO"),),
        {"lead": 1},
        meanwhile=(edit(NETSUITE, "lead", "Ray", title="Chair"),),
    ),
    Scenario("edit in Salesforce", (edit(SALESFORCE, "lead", "Akin", title="CEO"),), {"lead": 2}, before=BOTH_LINKED),
    Scenario("edit in NetSuite", (edit(NETSUITE, "lead", "Akin", title="CEO"),), {"lead": 2}, before=BOTH_LINKED),
    Scenario(
        "both edit, each another field",
        (edit(SALESFORCE, "lead", "Akin", title="CEO"), edit(NETSUITE, "lead", "Akin", phone="555-0101")),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    Scenario(
        "conflict",
        (edit(SALESFORCE, "lead", "Akin", title="CEO"), edit(NETSUITE, "lead", "Akin", title="Owner")),
        {"lead": 2},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "conflict in one field, edit in another",
        (
            edit(SALESFORCE, "lead", "Ray", title="CEO", mobile="555-0303"),
            edit(NETSUITE, "lead", "Ray", title="Owner", fax="555-0404"),
        ),
        {"lead": 2},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "edit, and another edit before the next run",
        (edit(SALESFORCE, "lead", "Akin", title="CEO"),),
        {"lead": 2},
        before=BOTH_LINKED,
        meanwhile=(edit(SALESFORCE, "lead", "Akin", title="Chair"),),
    ),
    Scenario(
        "edit, and a follow-up on the other side before the next run",
        (edit(SALESFORCE, "lead", "Akin", title="CEO"),),
        {"lead": 2},
        before=BOTH_LINKED,
        meanwhile=(edit(NETSUITE, "lead", "Akin", phone="555-0101"),),
    ),
    # --- conversions that begin in Salesforce
    Scenario(
        "converted in Salesforce",
        (convert("Akin"),),
        {"organization": 1, "person": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
    ),
    Scenario(
        "converted in Salesforce, with an opportunity",
        (convert("Akin", sale="Pumps"),),
        {"organization": 1, "person": 1, "sale": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
    ),
    Scenario(
        "converted in Salesforce into an existing account",
        (convert("Akin", account="Moss Ltd"),),
        {"organization": 1, "person": 2},
        before=(*A_COMPANY, lead(SALESFORCE, "Akin", "Moss Ltd")),
    ),
    Scenario(
        "converted in Salesforce into an existing contact",
        (convert("Moss", account="Moss Ltd", contact="Moss", sale="Pumps"),),
        {"organization": 1, "person": 1, "sale": 1},
        before=(*A_COMPANY, lead(SALESFORCE, "Moss", "Moss Ltd")),
    ),
    Scenario(
        "company lead converted in Salesforce, and a customer later",
        (convert("Paper Mill"),),
        {"organization": 1, "person": (0, 1)},
        before=(company_lead("Paper Mill"),),
        afterwards=(sales_order("Paper Mill", "organization"),),
        holds=1,
    ),
    Scenario(
        "made and converted between two runs",
        (lead(SALESFORCE, "Akin"), convert("Akin", sale="Pumps")),
        {"organization": 1, "person": 1, "sale": 1},
    ),
    Scenario(
        "converted in Salesforce, edited in NetSuite",
        (edit(NETSUITE, "lead", "Akin", mobile="555-0303"), convert("Akin")),
        {"organization": 1, "person": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
    ),
    Scenario(
        "converted in Salesforce, the contact edited before the next run",
        (convert("Akin"),),
        {"organization": 1, "person": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
        meanwhile=(edit(SALESFORCE, "person", "Akin", title="Chair"),),
    ),
    # --- conversions that begin in NetSuite
    Scenario(
        "prospect by status in NetSuite",
        (set_status("Ray"),),
        {"organization": 1, "person": 1},
        before=(lead(NETSUITE, "Ray", title="CEO"),),
    ),
    Scenario(
        "customer at once in NetSuite",
        (set_status("Ray", CUSTOMER_STATUS),),
        {"organization": 1, "person": 1},
        before=(lead(NETSUITE, "Ray", title="CEO"),),
    ),
    Scenario(
        "sales order in NetSuite",
        (sales_order("Ray"),),
        {"organization": 1, "person": 1},
        before=(lead(NETSUITE, "Ray", title="CEO"),),
    ),
    *(
        Scenario(
            f"save and convert in NetSuite, the lead {variant.replace('_', ' ')}",
            (save_and_convert("Ray", variant),),
            {"organization": 1, "person": 1},
            before=(lead(NETSUITE, "Ray", title="CEO"),),
        )
        for variant in ("stays", "becomes_contact", "disappears")
    ),
    Scenario(
        "save and convert with an opportunity",
        (save_and_convert("Ray", "stays", sale=True),),
        {"organization": 1, "person": 1, "sale": 1},
        before=(lead(NETSUITE, "Ray"),),
    ),
    Scenario(
        "save and convert into an existing prospect",
        (save_and_convert("Ray", "disappears", prospect="Moss Ltd"),),
        {"organization": 1, "person": 2},
        before=(*A_COMPANY, lead(NETSUITE, "Ray", "Moss Ltd")),
    ),
    Scenario(
        "prospect by status in NetSuite, account and contact are there",
        (set_status("Moss"),),
        {"organization": (2, 1), "person": 1},
        before=(*A_COMPANY, lead(NETSUITE, "Moss", "Moss Ltd")),
        holds=1,  # two prospects of one company
    ),
    Scenario(
        "edited and moved on in NetSuite",
        (edit(NETSUITE, "lead", "Ray", title="Chair", mobile="555-0303"), set_status("Ray")),
        {"organization": 1, "person": 1},
        before=(lead(NETSUITE, "Ray", title="CEO"),),
    ),
    Scenario(
        "company lead moves on in NetSuite",
        (set_status("Paper Mill"),),
        {"organization": 1, "person": (0, 1)},
        before=(company_lead("Paper Mill"),),
        holds=1,
    ),
    Scenario(
        "both sides convert",
        (convert("Akin"), set_status("Akin")),
        {"organization": 1, "person": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
    ),
    # --- organizations, people and sales
    Scenario(
        "new organization with a person and a sale, in Salesforce",
        (
            organization(SALESFORCE, "Ray Ltd"),
            person(SALESFORCE, "Ray", "Ray Ltd"),
            sale(SALESFORCE, "Pumps", "Ray Ltd"),
        ),
        {"organization": 1, "person": 1, "sale": 1},
    ),
    Scenario(
        "new organization with a person and a sale, in NetSuite",
        (organization(NETSUITE, "Ray Ltd"), person(NETSUITE, "Ray", "Ray Ltd"), sale(NETSUITE, "Pumps", "Ray Ltd")),
        {"organization": 1, "person": 1, "sale": 1},
    ),
    Scenario(
        "new subsidiary and its parent",
        (organization(SALESFORCE, "Moss Group"), organization(SALESFORCE, "Moss North", parent="Moss Group")),
        {"organization": 2},
    ),
    Scenario(
        "edits of an organization, a person and a sale",
        (
            edit(SALESFORCE, "organization", "Moss Ltd", number="A-77"),
            edit(NETSUITE, "person", "Moss", title="Chair"),
            edit(SALESFORCE, "sale", "Pumps", next_step="Call on Monday"),
        ),
        {"organization": 1, "person": 1, "sale": 1},
        before=(*A_COMPANY, sale(SALESFORCE, "Pumps", "Moss Ltd")),
    ),
    Scenario(
        "a person moves to another organization",
        (move(SALESFORCE, "Moss", "Ray Ltd"),),
        {"organization": 2, "person": 1},
        before=(*A_COMPANY, organization(NETSUITE, "Ray Ltd")),
    ),
    # --- link-up, lost keys, lost state
    Scenario(
        "the same lead on both sides",
        (lead(SALESFORCE, "Akin", title="CEO"), lead(NETSUITE, "Akin", title="CEO", phone="555-0101")),
        {"lead": 1},
    ),
    Scenario(
        "the same organization and person on both sides",
        (
            organization(SALESFORCE, "Ray Ltd"),
            person(SALESFORCE, "Ray", "Ray Ltd", title="CEO"),
            organization(NETSUITE, "Ray Ltd"),
            person(NETSUITE, "Ray", "Ray Ltd", phone="555-0101"),
        ),
        {"organization": 1, "person": 1},
    ),
    Scenario(
        "state lost, edits on both sides",
        (loses_its_state, edit(SALESFORCE, "lead", "Akin", title="CEO", phone="555-0101")),
        {"lead": 2, "organization": 1, "person": 1},
        before=(*BOTH_LINKED, *A_COMPANY, calm),
        holds=1,
    ),
    Scenario(
        "state lost in the middle of a conversion",
        (convert("Akin"), loses_its_state),
        {"organization": 1, "person": 1},
        before=(lead(SALESFORCE, "Akin", title="CEO"),),
    ),
    Scenario(
        "our key lost in Salesforce",
        (loses_our_key(SALESFORCE, "lead", "Akin"), edit(SALESFORCE, "lead", "Akin", title="CEO")),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    Scenario(
        "our key lost in NetSuite",
        (loses_our_key(NETSUITE, "lead", "Ray"), edit(NETSUITE, "lead", "Ray", title="CEO")),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    # --- merges and deletes
    Scenario(
        "two Salesforce leads merged",
        (merge(SALESFORCE, "lead", "Akin", "Ray"),),
        {"lead": (2, 1)},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "a Salesforce lead merged into a new one",
        (lead(SALESFORCE, "Akins", "Akin Inc"), merge(SALESFORCE, "lead", "Akins", "Akin")),
        {"lead": 1},
        before=(lead(SALESFORCE, "Akin"),),
    ),
    Scenario(
        "two NetSuite prospects merged",
        (merge(NETSUITE, "organization", "Moss Ltd", "Ray Ltd"),),
        {"organization": (1, 2)},
        before=(organization(SALESFORCE, "Moss Ltd"), organization(SALESFORCE, "Ray Ltd")),
        holds=1,
    ),
    Scenario(
        "deleted in Salesforce, edited in NetSuite",
        (delete(SALESFORCE, "lead", "Akin"), edit(NETSUITE, "lead", "Akin", title="CEO")),
        {"lead": (2, 1)},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "deleted in NetSuite, edited in Salesforce",
        (delete(NETSUITE, "lead", "Ray"), edit(SALESFORCE, "lead", "Ray", title="CEO")),
        {"lead": (1, 2)},
        before=BOTH_LINKED,
        holds=1,
    ),
    # --- refused, held, rewritten
    Scenario(
        "one of three is refused as a duplicate",
        (lead(NETSUITE, "Ray"), lead(NETSUITE, "Roy", mail="ray@mail.example"), lead(NETSUITE, "Rey")),
        {"lead": (3, 2)},
        holds=1,
        options={"salesforce": Org(duplicate_rules=(DuplicateRule("Lead", "Email", "Block"),))},
    ),
    Scenario(
        "a locked record beside one that is not",
        (
            lock("Akin"),
            edit(SALESFORCE, "lead", "Akin", title="CEO"),
            edit(SALESFORCE, "lead", "Ray", title="Chair"),
        ),
        {"lead": 2},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "a picklist value that the other side does not know",
        (unknown_source("Akin"), edit(NETSUITE, "lead", "Akin", title="CEO")),
        {"lead": 2},
        before=BOTH_LINKED,
        holds=1,
    ),
    Scenario(
        "a mass update of six leads",
        (mass_update("lead", [f"Lead{n}" for n in range(6)], description="Met at the fair"),),
        {"lead": 6},
        before=tuple(lead(SALESFORCE, f"Lead{n}") for n in range(6)),
    ),
    Scenario(
        "automation rewrites what we create",
        (automation("Lead", "Title", "upper"), lead(NETSUITE, "Moss", title="chair")),
        {"lead": 3},
        before=BOTH_LINKED,
        unknowable="whether a person or a rule of the org changed the title of what we made and had not read back yet",
    ),
    Scenario(
        "automation rewrites what we update",
        (automation("Lead", "Phone", "phone_format"), edit(NETSUITE, "lead", "Akin", phone="2125550101")),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    # --- what people say about what was deleted
    Scenario(
        "a lead deleted in Salesforce is made again",
        (delete(SALESFORCE, "lead", "Akin"), answers_deletes("again"), edit(NETSUITE, "lead", "Akin", title="CEO")),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    Scenario(
        "a lead deleted in NetSuite is made again, edited meanwhile",
        (delete(NETSUITE, "lead", "Ray"), answers_deletes("again")),
        {"lead": 2},
        before=BOTH_LINKED,
        meanwhile=(edit(SALESFORCE, "lead", "Ray", title="CEO"),),
    ),
    Scenario(
        "an account is made again with its people",
        (delete(SALESFORCE, "organization", "Moss Ltd"), answers_deletes("again")),
        {"organization": 1, "person": 1},
        before=A_COMPANY,
    ),
    Scenario(
        "a lead is made again, and the answer is lost",
        (delete(NETSUITE, "lead", "Ray"), answers_deletes("again"), run_under(NETSUITE, LOST)),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    Scenario(
        "a lead is made again late",
        (delete(NETSUITE, "lead", "Ray"), answers_deletes("again"), run_under(NETSUITE, LATE)),
        {"lead": 2},
        before=BOTH_LINKED,
    ),
    Scenario(
        "a delete is followed because somebody says so",
        (delete(SALESFORCE, "lead", "Akin"), answers_deletes("follow")),
        {"lead": 1},
        before=BOTH_LINKED,
    ),
    # --- a run that was left in the middle before
    Scenario(
        "the answers to creates were lost",
        (
            lead(SALESFORCE, "Akin"),
            lead(NETSUITE, "Ray"),
            run_under(NETSUITE, LOST),
        ),
        {"lead": 2},
    ),
    Scenario("our key could not be written", (lead(NETSUITE, "Ray"), run_under(NETSUITE, UNHEARD)), {"lead": 1}),
    Scenario("a create is carried out late", (lead(SALESFORCE, "Akin"), run_under(NETSUITE, LATE)), {"lead": 1}),
    Scenario(
        "died right after a create, edited since on both sides",
        (
            lead(SALESFORCE, "Akin", title="CEO"),
            run_that_dies_after("POST /services/rest/record/v1/customer"),
            edit(SALESFORCE, "lead", "Akin", phone="555-0101"),
            edit(NETSUITE, "lead", "Akin", mobile="555-0303"),
        ),
        {"lead": 1},
    ),
    Scenario(
        "died right after a conversion",
        (set_status("Ray"), run_that_dies_after("/services/Soap/u/")),
        {"organization": 1, "person": 1},
        before=(lead(NETSUITE, "Ray", title="CEO"),),
    ),
    # --- all at once
    Scenario(
        "a day of work",
        (
            convert("Akin", sale="Pumps"),
            set_status("Ray"),
            edit(SALESFORCE, "lead", "Eve", title="CEO"),
            edit(NETSUITE, "person", "Moss", title="Chair"),
            lead(SALESFORCE, "Newcomer"),
            lead(NETSUITE, "Timer"),
        ),
        {"lead": 3, "organization": 3, "person": 3, "sale": 1},
        before=(*BOTH_LINKED, *A_COMPANY, lead(SALESFORCE, "Eve")),
    ),
)
