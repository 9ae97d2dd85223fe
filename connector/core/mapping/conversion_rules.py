"""conversion.yaml: what happens at the moment when a lead is converted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, StrictStr, field_validator

from connector.core.mapping.language import Part
from connector.core.schema import Entity, Value, canonical_fields

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class CustomerEvidence(Part):
    """What Salesforce must show before NetSuite believes that a prospect is a customer."""

    on_create: Literal["trust", "won_opportunity"] = "trust"
    on_change: Literal["trust", "won_opportunity"] = "won_opportunity"
    won_stages: tuple[StrictStr, ...] = Field(
        default=("Closed Won",), description="opportunity stages that prove a customer"
    )


class ConversionRules(Part):
    """The rules of conversion.yaml."""

    converted_status: StrictStr = Field("auto", description="Salesforce LeadStatus of a converted lead, or auto")
    prospect_status: StrictStr = Field(description="NetSuite customerStatus id of a company lead that moves on")
    create_opportunity: Literal["never", "always"] = Field("never", description="with a conversion in Salesforce")
    opportunity_name: StrictStr | None = Field(None, max_length=80, description="none: Salesforce takes the company")
    retire_lead: Literal["inactivate", "keep"] = Field("inactivate", description="the NetSuite individual left over")
    household_name: StrictStr = Field("{first_name} {last_name}", description="name of an account without a company")
    convert_owner: StrictStr | None = Field(None, description="Salesforce user id, for leads that a queue owns")
    customer_evidence: CustomerEvidence = Field(default=CustomerEvidence())

    @field_validator("household_name")
    @classmethod
    def _known_placeholders(cls, template: str) -> str:
        names = _PLACEHOLDER.findall(template)
        unknown = [name for name in names if name not in canonical_fields(Entity.LEAD)]
        if unknown:
            raise ValueError(f"{{{unknown[0]}}} is not a field of a lead")
        if not names:
            raise ValueError("a name needs at least one field of the lead, as in {last_name}")
        return template

    def converted_status_of(self, available: Sequence[str]) -> str | None:
        """The org's converted status to use; None if the rules do not single one out."""
        if self.converted_status == "auto":
            return available[0] if len(available) == 1 else None
        return self.converted_status if self.converted_status in available else None

    def household_name_of(self, lead: Mapping[str, Value]) -> str | None:
        """The household name of a lead; None if the lead fills none of its fields."""
        found = [lead.get(name) for name in _PLACEHOLDER.findall(self.household_name)]
        if not any(found):
            return None
        filled = _PLACEHOLDER.sub(lambda match: str(lead.get(match.group(1)) or ""), self.household_name)
        return " ".join(filled.split())
