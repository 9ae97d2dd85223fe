"""The values every fresh account starts with: statuses, sources, categories, people.

Ids are fixed: mapping files name them.
"""

from __future__ import annotations

from connector.sandbox.netsuite.settings import Status

STATUSES = (
    Status(6, "LEAD", "Unqualified", 0.0),
    Status(7, "LEAD", "Qualified", 10.0),
    Status(17, "LEAD", "Disqualified", 0.0),
    Status(8, "PROSPECT", "In Discussion", 40.0),
    Status(9, "PROSPECT", "Identified Decision Makers", 50.0),
    Status(10, "PROSPECT", "Proposal", 60.0),
    Status(11, "PROSPECT", "In Negotiation", 75.0),
    Status(12, "PROSPECT", "Purchasing", 95.0),
    Status(14, "PROSPECT", "Closed Lost", 0.0),
    Status(18, "PROSPECT", "Prospecting", 10.0),
    Status(19, "PROSPECT", "Needs Analysis", 20.0),
    Status(20, "PROSPECT", "Value Proposition", 50.0),
    Status(21, "PROSPECT", "Perception Analysis", 70.0),
    Status(13, "CUSTOMER", "Closed Won", 100.0),
    Status(15, "CUSTOMER", "Renewal", 100.0),
    Status(16, "CUSTOMER", "Lost Customer", 0.0),
)
CLOSED_LOST = 14


def _numbered(*names: str) -> tuple[tuple[int, str], ...]:
    return tuple(enumerate(names, 1))


# fmt: off
LISTS: dict[str, tuple[tuple[int, str], ...]] = {
    "leadsource": (
        (-6, "Web"), (2, "Phone Inquiry"), (3, "Partner Referral"), (4, "Purchased List"), (5, "Other"),
        (6, "External Referral"), (7, "Partner"), (8, "Public Relations"), (9, "Trade Show"),
        (10, "Word of mouth"), (11, "Employee Referral"), (12, "Advertisement"),
    ),
    "customercategory": _numbered(
        "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction",
        "Consulting", "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental",
        "Finance", "Food & Beverage", "Government", "Healthcare", "Hospitality", "Insurance", "Machinery",
        "Manufacturing", "Media", "Not For Profit", "Other", "Recreation", "Retail", "Shipping", "Technology",
        "Telecommunications", "Transportation", "Utilities",
    ),
    "salesreadiness": _numbered("Not Ready", "Researching", "Interested", "Evaluating", "Ready to Buy"),
    "buyingtimeframe": _numbered("Immediate", "1-3 Months", "3-6 Months", "6-12 Months", "Over 12 Months"),
    "buyingreason": _numbered("New Need", "Replacement", "Expansion", "Cost Saving", "Compliance"),
    "contactrole": (
        (-10, "Primary Contact"), (-20, "Alternate Contact"), (-30, "Consultant"), (1, "Decision Maker"),
    ),
    "winlossreason": _numbered("Price", "Product", "Relationship", "Timing", "No Decision"),
    "currency": ((1, "USD"),),
    "territory": ((-5, "Default Round-Robin"),),
    "terms": _numbered("Net 15", "Net 30", "Net 60", "Due on receipt"),
    "customform": ((-2, "Standard Customer Form"), (-40, "Standard Contact Form")),
    "campaignevent": _numbered("Autumn Newsletter", "Spring Trade Show", "Web Form"),
    "campaignchannel": ((-3, "E-mail"), (-2, "Direct Mail"), (-1, "Other"), (1, "Event")),
}
# fmt: on

#: (id, first name, last name, email, title, inactive, sales rep)
EMPLOYEES = (
    (3, "Ines", "Gration", "integration@account.example", "Integration", "F", "F"),
    (11, "Rosa", "Delgado", "rosa.delgado@account.example", "Sales Representative", "F", "T"),
    (12, "Tom", "Baker", "tom.baker@account.example", "Sales Representative", "F", "T"),
    (13, "Olaf", "Retired", "olaf.retired@account.example", "Sales Representative", "T", "T"),
)

#: Names of enumeration values by id, where the name is more than the id.
SUBSCRIPTION_STATUSES = {
    "1": "Soft Opt-In",
    "2": "Soft Opt-Out",
    "3": "Confirmed Opt-In",
    "4": "Confirmed Opt-Out",
}
EMAIL_PREFERENCES = {"DEFAULT": "Default", "HTML": "HTML", "PDF": "PDF"}
OPPORTUNITY_STATUSES = {"A": "In Progress", "B": "Issued Estimate", "C": "Closed - Won", "D": "Closed - Lost"}
FORECAST_TYPES = {"0": "Omitted", "1": "Worst Case", "2": "Most Likely", "3": "Upside"}
PRIORITIES = {"HIGH": "High", "MEDIUM": "Medium", "LOW": "Low"}
PHONE_CALL_STATUSES = {"SCHEDULED": "Scheduled", "COMPLETE": "Completed", "FAILED": "Failed"}
TASK_STATUSES = {"NOTSTART": "Not Started", "PROGRESS": "In Progress", "COMPLETE": "Completed"}
EVENT_STATUSES = {"TENTATIVE": "Tentative", "CONFIRMED": "Confirmed", "CANCELLED": "Cancelled"}
STAGES = {"LEAD": "Lead", "PROSPECT": "Prospect", "CUSTOMER": "Customer"}
RESPONSES = {
    name: name.replace("_", " ").capitalize()
    for name in [
        "NORESPONSE",
        "QUEUED",
        "SENT",
        "SENT_SUCCESSFULLY",
        "RECEIVED",
        "VIEWED",
        "CLICKEDTHRU",
        "RESPONDED",
        "PURCHASED",
        "SUBSCRIBED",
        "UNSUBSCRIBED",
        "ACCEPTED",
        "DECLINED",
        "TENTATIVE",
        "BOUNCED",
    ]
}
