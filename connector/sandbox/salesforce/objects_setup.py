"""User, Group (queues), Organization, LeadStatus and RecordType: what an integration reads to find owners and choices.

Documented field reference, of RecordType the WSDL; the API of this sandbox reads these objects and writes none of them.
"""

from __future__ import annotations

from connector.sandbox.salesforce.fields import (
    Field,
    checkbox,
    email,
    identity,
    integer,
    lookup,
    moment,
    phone,
    picklist,
    read_only,
    stamps,
    text,
)

TIME_ZONES = ("GMT", "Europe/Paris", "America/New_York", "America/Los_Angeles", "Asia/Tokyo")


def user() -> tuple[Field, ...]:
    return (
        identity("User ID"),
        text("Username", 80, "Username", nillable=False, id_lookup=True),
        text("LastName", 80, "Last Name", nillable=False),
        text("FirstName", 40, "First Name"),
        read_only(text("Name", 121, "Full Name", nillable=False, name_field=True)),
        text("CompanyName", 80, "Company Name"),
        text("Department", 80, "Department"),
        text("Title", 80, "Title"),
        email("Email", "Email", nillable=False, id_lookup=True),
        phone("Phone", "Phone"),
        phone("MobilePhone", "Mobile Phone"),
        text("Alias", 8, "Alias", nillable=False),
        checkbox("IsActive", "Active"),
        picklist("TimeZoneSidKey", TIME_ZONES, "Time Zone", 40, restricted=True, nillable=False),
        picklist("LocaleSidKey", ("en_US",), "Locale", 40, restricted=True, nillable=False),
        picklist("LanguageLocaleKey", ("en_US",), "Language", 40, restricted=True, nillable=False),
        picklist("UserType", ("Standard",), "User Type", 40, restricted=True, createable=False, updateable=False),
        text("EmployeeNumber", 20, "Employee Number"),
        lookup("ManagerId", "User", "Manager", "Manager ID"),
        *stamps(),
        read_only(moment("LastLoginDate", "Last Login")),
    )


def group() -> tuple[Field, ...]:
    return (
        identity("Group ID"),
        text("Name", 40, "Name", nillable=False, name_field=True),
        text("DeveloperName", 80, "Developer Name"),
        picklist("Type", ("Regular", "Queue"), "Type", 40, restricted=True, nillable=False, updateable=False),
        email("Email", "Email"),
        *stamps(),
    )


def organization() -> tuple[Field, ...]:
    return (
        identity("Organization ID"),
        text("Name", 80, "Name", nillable=False, createable=False, name_field=True),
        read_only(picklist("OrganizationType", ("Developer Edition",), "Edition", 40)),
        read_only(text("InstanceName", 5, "Instance Name")),
        read_only(checkbox("IsSandbox", "Is Sandbox")),
        text("NamespacePrefix", 15, "Namespace Prefix", createable=False),
        picklist("TimeZoneSidKey", TIME_ZONES, "Time Zone", 40, restricted=True, createable=False),
        picklist("LanguageLocaleKey", ("en_US",), "Language", 40, restricted=True, createable=False),
        picklist("DefaultLocaleSidKey", ("en_US",), "Locale", 40, restricted=True, createable=False),
        integer("FiscalYearStartMonth", "Fiscal Year Starts In", createable=False, updateable=False),
        *stamps(),
    )


def lead_status() -> tuple[Field, ...]:
    return (
        identity("Lead Status Value ID"),
        read_only(text("MasterLabel", 255, "Master Label")),
        read_only(text("ApiName", 255, "Api Name")),
        read_only(integer("SortOrder", "Sort Order")),
        read_only(checkbox("IsDefault", "Is Default")),
        read_only(checkbox("IsConverted", "Converted")),
        *stamps(),
    )


def record_type() -> tuple[Field, ...]:
    return (
        identity("Record Type ID"),
        read_only(text("Name", 80, "Name", nillable=False, name_field=True)),
        read_only(text("DeveloperName", 80, "Record Type Name", nillable=False)),
        read_only(text("NamespacePrefix", 15, "Namespace Prefix")),
        read_only(text("Description", 255, "Description")),
        read_only(text("SobjectType", 40, "SObject Type Name", nillable=False)),
        read_only(checkbox("IsActive", "Active")),
        *stamps(),
    )
