"""Worked examples of every form of a side and of every key of a line: run as tests, shown in the reference. Those of
the codecs stand beside the codecs."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.mapping.worked import Worked

FORM_EXAMPLES: Mapping[str, tuple[Worked, ...]] = {
    "first_of": (
        Worked(
            "name: {netsuite: {first_of: [companyName, altName]}, salesforce: Name}",
            {"altName": "Jane Gray"},
            {"Name": "Jane Gray"},
            "to_salesforce",
            entity="organization",
        ),
        Worked(
            "name: {netsuite: {first_of: [companyName, altName]}, salesforce: Name}",
            {"companyName": "Acme"},
            {"Name": "Acme"},
            "to_netsuite",
            entity="organization",
        ),
    ),
    "join": (
        Worked(
            "custom.full_name: {netsuite: custentity_full_name,"
            " salesforce: {join: [FirstName, LastName], rest: first}}",
            {"custentity_full_name": "Mary Ann Smith"},
            {"FirstName": "Mary Ann", "LastName": "Smith"},
        ),
        Worked(
            'custom.street: {netsuite: {join: [custentity_line1, custentity_line2], with: "\\n"}, salesforce: Street}',
            {"custentity_line1": "1 Main St", "custentity_line2": "Floor 2\nSuite 9"},
            {"Street": "1 Main St\nFloor 2\nSuite 9"},
        ),
    ),
    "split": (
        Worked(
            "first_name: {netsuite: {split: entityTitle, part: 1, rest: first}, salesforce: FirstName,"
            " direction: to_salesforce}",
            {"entityTitle": "Mary Ann Smith"},
            {"FirstName": "Mary Ann"},
            "to_salesforce",
        ),
        Worked(
            "first_name: {netsuite: firstName, salesforce: {split: Full_Name__c, part: 1, rest: first}}\n"
            "last_name: {netsuite: lastName, salesforce: {split: Full_Name__c, part: 2, rest: first}}",
            {"firstName": "Mary Ann", "lastName": "Smith"},
            {"Full_Name__c": "Mary Ann Smith"},
        ),
    ),
    "yes_when": (
        Worked(
            'email_opt_out: {netsuite: {yes_when: {globalSubscriptionStatus: "4"}}, salesforce: HasOptedOutOfEmail,'
            " as: boolean, direction: to_salesforce}",
            {"globalSubscriptionStatus": "4"},
            {"HasOptedOutOfEmail": True},
            "to_salesforce",
        ),
    ),
    "const": (
        Worked(
            "custom.origin: {netsuite: {const: NetSuite}, salesforce: Origin__c, direction: to_salesforce}",
            {},
            {"Origin__c": "NetSuite"},
            "to_salesforce",
        ),
    ),
    "compute": (
        Worked(
            'custom.size: {netsuite: {compute: \'IF(custentity_employees > 250, "large", "small")\'},'
            " salesforce: Size__c, direction: to_salesforce}",
            {"custentity_employees": 950},
            {"Size__c": "large"},
            "to_salesforce",
        ),
    ),
    "parts": (
        Worked(
            "address: {netsuite: addressBook.billing, as: address, salesforce: {street: Street, city: City,"
            " state: State, postal_code: PostalCode, country: Country}}",
            {
                "addressBook.billing": {
                    "addr1": "525 S. Lexington Ave",
                    "city": "Burlington",
                    "state": "NC",
                    "zip": "27215",
                    "country": "US",
                }
            },
            {
                "Street": "525 S. Lexington Ave",
                "City": "Burlington",
                "State": "NC",
                "PostalCode": "27215",
                "Country": "United States",
            },
        ),
    ),
}
"""Form -> its worked examples."""

_OWNERS = {
    "netsuite": {"owners": {"12": "kim@example.com"}},
    "salesforce": {"owners": {"005000000000001AAA": "Kim@example.com"}},
}
_STAGES = (
    "stage: {netsuite: entityStatus, salesforce: Type,"
    ' values: {prospect: {netsuite: "8", salesforce: Prospect}, customer: {netsuite: "13", salesforce: Customer}}}\n'
)
_VARIANTS = (
    "variant: {netsuite: customForm, salesforce: RecordTypeId, values: {retail:"
    ' {netsuite: "101", salesforce: 012000000000001AAA}, trade: {netsuite: "102", salesforce: 012000000000002AAA}}}\n'
)
_RATING = "rating: {netsuite: custentity_rating, salesforce: Rating, "
_SHOP = _VARIANTS + "custom.shops: {netsuite: custentity_shops, salesforce: Shops__c, as: integer, variant: retail}"

KEY_EXAMPLES: Mapping[str, tuple[Worked, ...]] = {
    "to": (
        Worked(
            "organization: {netsuite: company, salesforce: AccountId, as: link, to: organization}",
            {},
            {"AccountId": None},
            "to_netsuite",
            entity="person",
        ),
    ),
    "lookup": (
        Worked(
            "owner: {netsuite: salesRep, salesforce: OwnerId, lookup: owners}",
            {"salesRep": "12"},
            {"OwnerId": "005000000000001AAA"},
            lists=_OWNERS,
        ),
        Worked(
            "custom.currency: {netsuite: currency, salesforce: CurrencyIsoCode, lookup: currencies}",
            {"currency": "1"},
            {"CurrencyIsoCode": "USD"},
            lists={"netsuite": {"currencies": {"1": "USD", "4": "EUR"}}, "salesforce": {}},
        ),
        Worked(
            "owner: {netsuite: salesRep, salesforce: OwnerId, lookup: owners}",
            {"salesRep": "77"},
            {},
            "to_salesforce",
            "'77' is not among NetSuite's owners, or has no e-mail",
            lists=_OWNERS,
        ),
    ),
    "values": (
        Worked(_RATING + "values: {Hot: '1', Warm: ['2', '4']}}", {"custentity_rating": "2"}, {"Rating": "Warm"}),
        Worked(
            _RATING + "values: {warm: {salesforce: [Warm, Tepid], netsuite: '2'}}}",
            {"custentity_rating": "2"},
            {"Rating": "Tepid"},
            "to_netsuite",
        ),
        Worked(
            _RATING + "values: ratings.csv}",
            {"custentity_rating": "1"},
            {"Rating": "Hot"},
            files={"ratings.csv": "salesforce,netsuite\nHot,1\nWarm,2\nWarm,4\n"},
        ),
    ),
    "unknown": (
        Worked(_RATING + "values: {Hot: '1'}, unknown: pass}", {"custentity_rating": "9"}, {"Rating": "9"}),
        Worked(
            _RATING + "values: {Hot: '1'}, unknown: default, default: {salesforce: Cold}}",
            {"custentity_rating": "9"},
            {"Rating": "Cold"},
            "to_salesforce",
        ),
        Worked(
            _RATING + "values: {Hot: '1'}, unknown: ignore}",
            {"custentity_rating": "9"},
            {"Rating": None},
            "to_salesforce",
        ),
    ),
    "default": (
        Worked(
            'company: {netsuite: companyName, salesforce: Company, default: {salesforce: "[not provided]"}}',
            {"companyName": None},
            {"Company": "[not provided]"},
        ),
    ),
    "when": (
        Worked(
            "job_title: {netsuite: title, salesforce: Title, when: {netsuite: {isPerson: true}}}",
            {"isPerson": False, "title": "CEO"},
            {"Title": None},
            "to_salesforce",
        ),
        Worked(
            "budget: {netsuite: estimatedBudget, salesforce: Budget__c, as: money, currency: USD,"
            ' when: {netsuite: "currency == \\"1\\" and NOT(ISBLANK(estimatedBudget))"}}',
            {"currency": "1", "estimatedBudget": 500},
            {"Budget__c": 500},
            "to_salesforce",
        ),
    ),
    "from_stage": (
        Worked(
            _STAGES + "custom.terms: {netsuite: terms, salesforce: Terms__c, from_stage: customer}",
            {"entityStatus": "13", "terms": "5"},
            {"Type": "Customer", "Terms__c": "5"},
            entity="organization",
        ),
        Worked(
            _STAGES + "custom.terms: {netsuite: terms, salesforce: Terms__c, from_stage: customer}",
            {"entityStatus": "8", "terms": None},
            {"Type": "Prospect", "Terms__c": "5"},
            "to_netsuite",
            entity="organization",
        ),
    ),
    "variant": (
        Worked(
            _SHOP,
            {"customForm": "101", "custentity_shops": 3},
            {"RecordTypeId": "012000000000001AAA", "Shops__c": 3},
        ),
        Worked(
            _SHOP,
            {"customForm": "102", "custentity_shops": None},
            {"RecordTypeId": "012000000000002AAA", "Shops__c": 3},
            "to_netsuite",
        ),
    ),
    "direction": (
        Worked(
            "custom.score: {netsuite: custentity_score, salesforce: Score__c, direction: to_netsuite}",
            {"custentity_score": "81"},
            {"Score__c": "81"},
            "to_netsuite",
        ),
    ),
    "skip_empty": (
        Worked(
            "fax: {netsuite: fax, salesforce: Fax, as: phone, skip_empty: true}", {"fax": None}, {"Fax": None}, "both"
        ),
    ),
    "region": (
        Worked(
            "phone: {netsuite: phone, salesforce: Phone, as: phone, region: FR}",
            {"phone": "01 42 68 53 00"},
            {"Phone": "01 42 68 53 00"},
        ),
    ),
    "spelling": (
        Worked(
            "phone: {netsuite: phone, salesforce: Phone, as: phone, spelling: {netsuite: international}}",
            {"phone": "+1 434-369-3100"},
            {"Phone": "(434) 369-3100"},
            "to_netsuite",
        ),
    ),
}
"""Key of a line -> its worked examples. The other keys are shown by the codecs that they are for (`as`, `currency`,
`country`, `decimals`, `scale`, `zone`, `markup`), or speak of what a single crossing cannot show (`owner`,
`create_only`, `on_too_long`: who wins, the second write, the account's lengths)."""
