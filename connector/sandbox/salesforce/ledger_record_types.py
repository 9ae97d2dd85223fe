"""What is imitated of record types; see `ledger`."""

from __future__ import annotations

from connector.sandbox.salesforce.ledger_entry import entry

RECORD_TYPES = (
    entry(
        "record_types.describe",
        "recordTypeInfos names each record type and the master one; an object without any has no RecordTypeId",
        "recorded",
        "CumulusCI describes of Account (API 48) and Lead (API 59); order by name assumed",
        "test_record_types.py::test_one_record_type_is_described_as_recorded",
    ),
    entry(
        "record_types.flags",
        "active, available and defaultRecordTypeMapping of several record types; one profile stands for all users",
        "documented",
        "enterprise WSDL v27: RecordTypeInfo; REST API guide: sObject Describe; inactive ones being listed is assumed",
        "test_record_types.py::test_describe_tells_which_there_are_and_which_is_the_default",
    ),
    entry(
        "record_types.object",
        "RecordType can be queried; RecordType.DeveloperName can be selected and filtered by",
        "documented",
        "enterprise WSDL v27: RecordType; without BusinessProcessId",
        "test_record_types.py::test_they_can_be_queried",
    ),
    entry(
        "record_types.default",
        "A new record that names no record type gets the user's default; none where that is the master one",
        "documented",
        "help: record type considerations; RecordTypeId being null then: a report of inserts over REST",
        "test_record_types.py::test_a_new_record_gets_the_users_default_or_what_it_names",
    ),
    entry(
        "record_types.refused",
        "A record type of another object, out of use or not the user's to choose: INVALID_CROSS_REFERENCE_KEY",
        "recorded",
        "error bodies quoted in public clients and issues; the same for all three reasons and on update is assumed",
        "test_record_types.py::test_a_record_type_that_is_not_the_users_to_choose_is_refused",
    ),
    entry(
        "record_types.kept",
        "A record may keep a record type that went out of use",
        "assumed",
        "general knowledge",
        "test_record_types.py::test_a_record_of_a_type_that_went_out_of_use_can_still_be_changed",
    ),
    entry(
        "record_types.convert",
        "What a lead becomes gets the default record type of its new owner",
        "documented",
        "help: lead conversion considerations",
        "test_record_types.py::test_what_a_lead_becomes_gets_the_default_record_type",
    ),
    entry(
        "record_types.admin",
        "An admin renames a record type or takes it out of use; its id stays",
        "documented",
        "help: record types",
        "test_record_types.py::test_an_admin_renames_one_and_its_id_stays",
    ),
)
