"""Lead, Account, Contact, Opportunity and OpportunityContactRole as a developer org has them.

Types, lengths and flags: recorded describes (API 48-59). The privacy flags (HasOptedOutOfEmail, DoNotCall,
HasOptedOutOfFax) and the custom fields are declared for this org.
"""

from __future__ import annotations

from connector.sandbox.salesforce.fields import (
    Field,
    address,
    area,
    checkbox,
    clean_status,
    currency,
    day,
    email,
    identity,
    integer,
    is_deleted,
    lookup,
    master,
    moment,
    number,
    owner,
    percent,
    person_name,
    phone,
    picklist,
    read_only,
    stamps,
    text,
    url,
    viewed,
)

INDUSTRIES = (
    "Agriculture,Apparel,Banking,Biotechnology,Chemicals,Communications,Construction,Consulting,Education,"
    "Electronics,Energy,Engineering,Entertainment,Environmental,Finance,Food & Beverage,Government,Healthcare,"
    "Hospitality,Insurance,Machinery,Manufacturing,Media,Not For Profit,Recreation,Retail,Shipping,Technology,"
    "Telecommunications,Transportation,Utilities,Other"
)
SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
RATINGS = ("Hot", "Warm", "Cold")
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
CUSTOMER_TYPES = (
    "Prospect",
    "Customer - Direct",
    "Customer - Channel",
    "Channel Partner / Reseller",
    "Installation Partner",
    "Technology Partner",
    "Other",
)
STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
ROLES = (
    "Business User",
    "Decision Maker",
    "Economic Buyer",
    "Economic Decision Maker",
    "Evaluator",
    "Executive Sponsor",
    "Influencer",
    "Technical Buyer",
    "Other",
)
READINESS = ("Not Ready", "Researching", "Interested", "Evaluating", "Ready to Buy")
TIME_FRAMES = ("Immediate", "1-3 Months", "3-6 Months", "6-12 Months", "Over 12 Months")
REASONS = ("New Need", "Replacement", "Expansion", "Cost Saving", "Compliance")
INDUSTRY = tuple(INDUSTRIES.split(","))


def external_key() -> Field:
    return text("NetSuite_Id__c", 40, "NetSuite Id", external_id=True, unique=True, id_lookup=True)


def qualification() -> tuple[Field, ...]:
    """The five qualification fields, the same on Lead and on Opportunity."""
    return (
        picklist("Sales_Readiness__c", READINESS, "Sales Readiness", restricted=True),
        picklist("Buying_Time_Frame__c", TIME_FRAMES, "Buying Time Frame", restricted=True),
        picklist("Buying_Reason__c", REASONS, "Buying Reason", restricted=True),
        currency("Budget__c", "Budget"),
        checkbox("Budget_Approved__c", "Budget Approved"),
    )


def privacy() -> tuple[Field, ...]:
    return (
        checkbox("HasOptedOutOfEmail", "Email Opt Out"),
        checkbox("HasOptedOutOfFax", "Fax Opt Out"),
        checkbox("DoNotCall", "Do Not Call"),
    )


def lead(statuses: tuple[str, ...], default_status: str) -> tuple[Field, ...]:
    status = picklist("Status", statuses, "Status", nillable=False, defaulted=True, default=default_status)
    return (
        identity("Lead ID"),
        is_deleted(),
        master("Lead"),
        *person_name((*SALUTATIONS, "Mx.")),
        text("Title", 128, "Title"),
        text("Company", 255, "Company", nillable=False),
        *address(""),
        phone("Phone", "Phone"),
        phone("MobilePhone", "Mobile Phone"),
        phone("Fax", "Fax"),
        email("Email", "Email", id_lookup=True),
        url("Website", "Website"),
        read_only(url("PhotoUrl", "Photo URL", extra_type="imageurl")),
        area("Description", 32000, "Description"),
        picklist("LeadSource", SOURCES, "Lead Source"),
        status,
        picklist("Industry", INDUSTRY, "Industry"),
        picklist("Rating", RATINGS, "Rating"),
        currency("AnnualRevenue", "Annual Revenue", scale=0),
        integer("NumberOfEmployees", "Employees"),
        owner("Group User"),
        *privacy(),
        checkbox("IsConverted", "Converted", updateable=False),
        read_only(day("ConvertedDate", "Converted Date")),
        read_only(lookup("ConvertedAccountId", "Account", "ConvertedAccount", "Converted Account ID")),
        read_only(lookup("ConvertedContactId", "Contact", "ConvertedContact", "Converted Contact ID")),
        read_only(lookup("ConvertedOpportunityId", "Opportunity", "ConvertedOpportunity", "Converted Opportunity ID")),
        checkbox("IsUnreadByOwner", "Unread By Owner"),
        *stamps(),
        *viewed(),
        text("Jigsaw", 20, "Data.com Key"),
        clean_status(),
        text("CompanyDunsNumber", 9, "Company D-U-N-S Number"),
        text("EmailBouncedReason", 255, "Email Bounced Reason", createable=False),
        moment("EmailBouncedDate", "Email Bounced Date", createable=False),
        external_key(),
        *qualification(),
        text("CurrentGenerators__c", 100, "Current Generator(s)"),
        number("NumberofLocations__c", "Number of Locations", precision=3),
        picklist("Primary__c", ("No", "Yes"), "Primary"),
        picklist("ProductInterest__c", ("GC1000 series", "GC5000 series", "GC3000 series"), "Product Interest"),
        text("SICCode__c", 15, "SIC Code"),
    )


def account() -> tuple[Field, ...]:
    return (
        identity("Account ID"),
        is_deleted(),
        master("Account"),
        text("Name", 255, "Account Name", nillable=False, name_field=True, extra_type="switchablepersonname"),
        picklist("Type", CUSTOMER_TYPES, "Account Type", 40),
        lookup("ParentId", "Account", "Parent", "Parent Account ID"),
        *address("Billing"),
        *address("Shipping"),
        phone("Phone", "Account Phone"),
        phone("Fax", "Account Fax"),
        text("AccountNumber", 40, "Account Number"),
        url("Website", "Website"),
        read_only(url("PhotoUrl", "Photo URL", extra_type="imageurl")),
        text("Sic", 20, "SIC Code"),
        picklist("Industry", INDUSTRY, "Industry", 40),
        currency("AnnualRevenue", "Annual Revenue", scale=0),
        integer("NumberOfEmployees", "Employees"),
        picklist("Ownership", ("Public", "Private", "Subsidiary", "Other"), "Ownership", 40),
        text("TickerSymbol", 20, "Ticker Symbol"),
        area("Description", 32000, "Account Description"),
        picklist("Rating", RATINGS, "Account Rating", 40),
        text("Site", 80, "Account Site"),
        owner(),
        *stamps(),
        *viewed(),
        text("Jigsaw", 20, "Data.com Key"),
        clean_status(),
        picklist("AccountSource", SOURCES, "Account Source", 40),
        text("DunsNumber", 9, "D-U-N-S Number"),
        text("Tradestyle", 255, "Tradestyle"),
        text("NaicsCode", 8, "NAICS Code"),
        text("NaicsDesc", 120, "NAICS Description"),
        text("YearStarted", 4, "Year Started"),
        text("SicDesc", 80, "SIC Description"),
        external_key(),
        picklist("CustomerPriority__c", ("High", "Low", "Medium"), "Customer Priority"),
        picklist("SLA__c", ("Gold", "Silver", "Platinum", "Bronze"), "SLA"),
        picklist("Active__c", ("No", "Yes"), "Active"),
        number("NumberofLocations__c", "Number of Locations", precision=3),
        picklist("UpsellOpportunity__c", ("Maybe", "No", "Yes"), "Upsell Opportunity"),
        text("SLASerialNumber__c", 10, "SLA Serial Number"),
        day("SLAExpirationDate__c", "SLA Expiration Date"),
    )


def contact() -> tuple[Field, ...]:
    return (
        identity("Contact ID"),
        is_deleted(),
        master("Contact"),
        lookup("AccountId", "Account", "Account", "Account ID"),
        *person_name(SALUTATIONS),
        *address("Other"),
        *address("Mailing"),
        phone("Phone", "Business Phone"),
        phone("Fax", "Business Fax"),
        phone("MobilePhone", "Mobile Phone"),
        phone("HomePhone", "Home Phone"),
        phone("OtherPhone", "Other Phone"),
        phone("AssistantPhone", "Asst. Phone"),
        lookup("ReportsToId", "Contact", "ReportsTo", "Reports To ID"),
        email("Email", "Email", id_lookup=True),
        text("Title", 128, "Title"),
        text("Department", 80, "Department"),
        text("AssistantName", 40, "Assistant's Name"),
        picklist("LeadSource", SOURCES, "Lead Source"),
        day("Birthdate", "Birthdate"),
        area("Description", 32000, "Contact Description"),
        owner(),
        *privacy(),
        *stamps(),
        *viewed(),
        text("EmailBouncedReason", 255, "Email Bounced Reason"),
        moment("EmailBouncedDate", "Email Bounced Date"),
        read_only(checkbox("IsEmailBounced", "Is Email Bounced")),
        read_only(url("PhotoUrl", "Photo URL", extra_type="imageurl")),
        text("Jigsaw", 20, "Data.com Key"),
        clean_status(),
        external_key(),
        picklist("Level__c", ("Secondary", "Tertiary", "Primary"), "Level"),
        text("Languages__c", 100, "Languages"),
    )


def opportunity() -> tuple[Field, ...]:
    return (
        identity("Opportunity ID"),
        is_deleted(),
        lookup("AccountId", "Account", "Account", "Account ID"),
        checkbox("IsPrivate", "Private"),
        text("Name", 120, "Name", nillable=False, id_lookup=True, name_field=True),
        area("Description", 32000, "Description"),
        picklist("StageName", STAGES, "Stage", nillable=False),
        currency("Amount", "Amount"),
        percent("Probability", "Probability (%)", defaulted=True),
        read_only(currency("ExpectedRevenue", "Expected Amount")),
        number("TotalOpportunityQuantity", "Quantity", scale=2),
        day("CloseDate", "Close Date", nillable=False),
        picklist(
            "Type",
            (
                "Existing Customer - Upgrade",
                "Existing Customer - Replacement",
                "Existing Customer - Downgrade",
                "New Customer",
            ),
            "Opportunity Type",
        ),
        text("NextStep", 255, "Next Step"),
        picklist("LeadSource", SOURCES, "Lead Source"),
        read_only(checkbox("IsClosed", "Closed")),
        read_only(checkbox("IsWon", "Won")),
        picklist(
            "ForecastCategory",
            ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed"),
            "Forecast Category",
            40,
            restricted=True,
            nillable=False,
            createable=False,
            updateable=False,
        ),
        picklist(
            "ForecastCategoryName",
            ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
            "Forecast Category",
            restricted=True,
            defaulted=True,
        ),
        lookup("CampaignId", "Campaign", "Campaign", "Campaign ID"),
        read_only(checkbox("HasOpportunityLineItem", "Has Line Item")),
        owner(),
        *stamps(),
        *viewed(),
        read_only(moment("LastStageChangeDate", "Last Stage Change Date")),
        read_only(integer("FiscalQuarter", "Fiscal Quarter", compound="Fiscal")),
        read_only(integer("FiscalYear", "Fiscal Year", compound="Fiscal")),
        read_only(text("Fiscal", 6, "Fiscal Period")),
        lookup("ContactId", "Contact", None, "Contact ID", updateable=False),
        external_key(),
        *qualification(),
        picklist(
            "DeliveryInstallationStatus__c",
            ("In progress", "Yet to begin", "Completed"),
            "Delivery/Installation Status",
        ),
        text("TrackingNumber__c", 12, "Tracking Number"),
        text("OrderNumber__c", 8, "Order Number"),
        text("CurrentGenerators__c", 100, "Current Generator(s)"),
        text("MainCompetitors__c", 100, "Main Competitor(s)"),
    )


def contact_role() -> tuple[Field, ...]:
    return (
        identity("Contact Role ID"),
        lookup("OpportunityId", "Opportunity", "Opportunity", "Opportunity ID", nillable=False, updateable=False),
        lookup("ContactId", "Contact", "Contact", "Contact ID", nillable=False),
        picklist("Role", ROLES, "Role", 40),
        checkbox("IsPrimary", "Primary"),
        *stamps(),
        is_deleted(),
    )
