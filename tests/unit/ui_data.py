"""Report data as the runs make it, for tests of the texts."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.core.flow import Create, Hold, Later, Pair, Plan, Ref
from connector.core.schema import Entity, SystemName
from connector.runs.coverage import Uncarried
from connector.runs.report import Difference, PlanReport, StatusReport, SyncReport, VerifyReport

LEAD = Ref(SystemName.SALESFORCE, "Lead", "00Q000000000001AAA")
CUSTOMER = Ref(SystemName.NETSUITE, "customer", "647")
CONFLICT = Hold(
    "conflict",
    Entity.LEAD,
    Pair(CUSTOMER, LEAD),
    "phone",
    "both sides changed it",
    Pair("+1 555 0100", "+1 555 0199"),
)
REFUSED = Hold("refused", Entity.LEAD, Pair(None, LEAD), None, "a \x1b]0;rule\x07 of the \u202eorg", code="FIELD_X")
CREATE = Create(
    Entity.LEAD,
    SystemName.NETSUITE,
    "customer",
    LEAD,
    {"companyName": "Aethna \x1b[2J Home", "parent": Later(LEAD)},
    {"company": "Aethna"},
    "new in Salesforce",
)
PLAN = PlanReport(Plan((CREATE, CONFLICT, REFUSED), Pair(0, 1)))
SYNC = SyncReport(
    mode="sync",
    run=3,
    started_at=datetime(2026, 5, 1, tzinfo=UTC),
    seconds=1.25,
    passes=2,
    counts={
        "netsuite.lead.created": 12,
        "netsuite.organization.updated": 1,
        "salesforce.lead.converted": 1,
        "links.lead": 12,
    },
    holds=(CONFLICT, REFUSED),
    conversions=({"lead": str(LEAD), "account": "a", "contact": "c", "opportunity": "", "reason": "won in NetSuite"},),
    uncarried=(
        Uncarried(SystemName.SALESFORCE, "Lead", "Odd_Field__c", 7, ""),
        Uncarried(SystemName.SALESFORCE, "Lead", "Jigsaw", 2, "a key of another product"),
    ),
    calls={"netsuite": 13, "salesforce": 4},
)
QUIET = SyncReport("sync", 4, datetime(2026, 5, 1, tzinfo=UTC), 0.5, 1, {})
VERIFY = VerifyReport(
    compared=2,
    equal=1,
    differences=(Difference("lead", Pair(CUSTOMER, LEAD), "email", Pair("a@x.example", "b@x.example")),),
    explained=(),
    unlinked=({"record": str(LEAD), "entity": "lead", "reason": "not synced yet"},),
    lead_and_customer=1,
    uncarried=(),
)
STATUS = StatusReport(
    identity=Pair("TSTDRV1234567", "00D000000000001AAA"),
    links={"lead": 12},
    holds=(CONFLICT,),
    pending=0,
    rechecks=2,
    cursors={},
    runs=({"run": 3, "mode": "sync", "started_at": "2026-05-01T00:00:00+00:00", "ended": "done", "passes": 2},),
)
