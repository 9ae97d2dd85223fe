"""Task, Event, Campaign and CampaignMember. Event: recorded describe; the others: documented field reference."""

from __future__ import annotations

from connector.sandbox.salesforce.fields import (
    Field,
    area,
    checkbox,
    combobox,
    currency,
    day,
    identity,
    integer,
    is_deleted,
    lookup,
    moment,
    number,
    owner,
    picklist,
    read_only,
    stamps,
    text,
    viewed,
)

WHO = "Contact Lead"
WHAT = "Account Campaign Opportunity"
SUBJECTS = ("Call", "Email", "Meeting", "Send Letter/Quote", "Other")
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
MEMBER_STATUSES = ("Sent", "Responded")
CAMPAIGN_TYPES = (
    "Conference",
    "Webinar",
    "Trade Show",
    "Public Relations",
    "Partners",
    "Referral Program",
    "Advertisement",
    "Banner Ads",
    "Direct Mail",
    "Email",
    "Telemarketing",
    "Other",
)


def task() -> tuple[Field, ...]:
    return (
        identity("Activity ID"),
        lookup("WhoId", WHO, "Who", "Name ID"),
        lookup("WhatId", WHAT, "What", "Related To ID"),
        combobox("Subject", SUBJECTS, "Subject"),
        day("ActivityDate", "Due Date Only"),
        picklist("Status", TASK_STATUSES, "Status", nillable=False, defaulted=True, default="Not Started"),
        picklist(
            "Priority",
            ("High", "Normal", "Low"),
            "Priority",
            nillable=False,
            defaulted=True,
            default="Normal",
        ),
        read_only(checkbox("IsHighPriority", "High Priority")),
        owner("Group User", "Assigned To ID"),
        area("Description", 32000, "Description"),
        is_deleted(),
        read_only(lookup("AccountId", "Account", "Account", "Account ID")),
        read_only(checkbox("IsClosed", "Closed")),
        *stamps(),
        read_only(checkbox("IsArchived", "Archived")),
        integer("CallDurationInSeconds", "Call Duration"),
        picklist("CallType", ("Internal", "Inbound", "Outbound"), "Call Type", 40, restricted=True),
        text("CallDisposition", 255, "Call Result"),
        text("CallObject", 255, "Call Object Identifier"),
        moment("ReminderDateTime", "Reminder Date/Time"),
        checkbox("IsReminderSet", "Reminder Set"),
        picklist(
            "TaskSubtype",
            ("Task", "Email", "ListEmail", "Cadence", "Call", "LinkedIn"),
            "Task Subtype",
            40,
            restricted=True,
            updateable=False,
            defaulted=True,
            default="Task",
        ),
        read_only(moment("CompletedDateTime", "Completed Date")),
    )


def event() -> tuple[Field, ...]:
    return (
        identity("Activity ID"),
        lookup("WhoId", WHO, "Who", "Name ID"),
        lookup("WhatId", WHAT, "What", "Related To ID"),
        combobox("Subject", SUBJECTS, "Subject"),
        text("Location", 255, "Location"),
        checkbox("IsAllDayEvent", "All-Day Event"),
        moment("ActivityDateTime", "Due Date Time"),
        day("ActivityDate", "Due Date Only"),
        integer("DurationInMinutes", "Duration"),
        moment("StartDateTime", "Start Date Time"),
        moment("EndDateTime", "End Date Time"),
        read_only(day("EndDate", "End Date")),
        area("Description", 32000, "Description"),
        read_only(lookup("AccountId", "Account", "Account", "Account ID")),
        owner("User", "Assigned To ID"),
        checkbox("IsPrivate", "Private"),
        picklist(
            "ShowAs",
            ("Busy", "OutOfOffice", "Free"),
            "Show Time As",
            40,
            restricted=True,
            defaulted=True,
            default="Busy",
        ),
        is_deleted(),
        read_only(checkbox("IsChild", "Is Child")),
        read_only(checkbox("IsGroupEvent", "Is Group Event")),
        *stamps(),
        read_only(checkbox("IsArchived", "Archived")),
        moment("ReminderDateTime", "Reminder Date/Time"),
        checkbox("IsReminderSet", "Reminder Set"),
    )


def campaign() -> tuple[Field, ...]:
    counts = ("Leads", "ConvertedLeads", "Contacts", "Responses", "Opportunities", "WonOpportunities")
    return (
        identity("Campaign ID"),
        is_deleted(),
        text("Name", 80, "Name", nillable=False, name_field=True),
        lookup("ParentId", "Campaign", "Parent", "Parent Campaign ID"),
        picklist("Type", CAMPAIGN_TYPES, "Type"),
        picklist(
            "Status",
            ("Planned", "In Progress", "Completed", "Aborted"),
            "Status",
            defaulted=True,
            default="Planned",
        ),
        day("StartDate", "Start Date"),
        day("EndDate", "End Date"),
        currency("ExpectedRevenue", "Expected Revenue"),
        currency("BudgetedCost", "Budgeted Cost"),
        currency("ActualCost", "Actual Cost"),
        number("ExpectedResponse", "Expected Response (%)", precision=10, scale=2),
        number("NumberSent", "Num Sent"),
        checkbox("IsActive", "Active"),
        area("Description", 32000, "Description"),
        *(
            read_only(integer(f"NumberOf{what}", f"{what} in Campaign", nillable=False, defaulted=True))
            for what in counts
        ),
        owner(),
        *stamps(),
        *viewed(),
    )


def campaign_member() -> tuple[Field, ...]:
    return (
        identity("Campaign Member ID"),
        is_deleted(),
        lookup("CampaignId", "Campaign", "Campaign", "Campaign ID", nillable=False, updateable=False),
        lookup("LeadId", "Lead", "Lead", "Lead ID", updateable=False),
        lookup("ContactId", "Contact", "Contact", "Contact ID", updateable=False),
        picklist("Status", MEMBER_STATUSES, "Status", 40, defaulted=True, default="Sent"),
        read_only(checkbox("HasResponded", "Responded")),
        *stamps(),
        read_only(day("FirstRespondedDate", "First Responded Date")),
        read_only(picklist("Type", ("Contact", "Lead"), "Type", 40)),
        read_only(lookup("LeadOrContactId", WHO, "LeadOrContact", "Related Record ID")),
    )
