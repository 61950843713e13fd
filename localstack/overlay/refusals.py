"""What is refused although the resource is there: denied regions, roles and single calls, set through `/lamppost/flags`.

All of it lives in memory. A flag is a JSON list; sending one replaces it, the others stay.
"""
import json

from moto.iam.models import iam_backends

from .answers import denied

# Roles that open an account before its roles are seeded, as AWS Organizations makes them.
BOOTSTRAP_ROLES = ("OrganizationAccountAccessRole",)
GLOBAL_SERVICES = ("sts", "iam", "organizations")
SCP = "with an explicit deny in a service control policy"

DEFAULTS = {
    "denied_regions": [],  # {"region": "...", "except_accounts": ["..."]}
    "denied_roles": [],  # role ARNs that nobody may assume
    "denied_calls": [],  # {"call": "lambda:GetPolicy", "account": "...", "region": "...", "resource": "NAME"}; call must be there
    "regions": [],  # regions that are enabled; none means as moto has them
    "regions_not_opted_in": [],
    "undecryptable_functions": [],  # function ARNs whose environment the caller's role cannot decrypt
    "edge_replicas": [],  # {"function": ARN, "master": ARN}: a Lambda@Edge replica, which nobody can create by hand
}


class Flags:
    """The refusals in force."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.values = {name: list(value) for name, value in DEFAULTS.items()}

    def update(self, new):
        unknown = sorted(set(new) - set(DEFAULTS))
        if unknown:
            raise ValueError(f"unknown flag `{unknown[0]}`; known: {', '.join(DEFAULTS)}")
        self.values.update(new)

    def __getitem__(self, name):
        return self.values[name]

    def check(self, call):
        """Raises `Refused` when this call is to be denied."""
        if call.service == "sts" and call.operation == "AssumeRole":
            return self.check_role(call)
        for rule in self["denied_regions"]:
            if call.region == rule["region"] and call.account not in rule.get("except_accounts", []):
                if call.service not in GLOBAL_SERVICES:
                    raise denied(call.service, not_authorized(call, "*", SCP))
        if call.service == "lambda":
            return  # judged once its operation and resource are known
        self.check_call(call, "")

    def check_call(self, call, resource):
        """Refuses one operation, perhaps on one resource only. The seed itself is never refused."""
        if call.is_root:
            return
        name = f"{call.service}:{call.operation}"
        for rule in self["denied_calls"]:
            if rule["call"] == name and rule.get("account", call.account) == call.account:
                if rule.get("region", call.region) == call.region and rule.get("resource") in (None, resource):
                    raise denied(call.service, not_authorized(call, resource or "*", SCP))

    def check_role(self, call):
        """AWS refuses a role that is missing, that does not trust the caller, or whose external id is not given."""
        arn = call.params.get("RoleArn", "")
        account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
        refusal = denied("sts", f"User: {call.principal} is not authorized to perform: sts:AssumeRole on resource: {arn}")
        if arn in self["denied_roles"]:
            raise refusal
        if name in BOOTSTRAP_ROLES:
            return
        role = next((r for r in iam_backends[account]["aws"].roles.values() if r.name == name), None)
        if role is None:
            raise refusal
        wanted = external_ids(json.loads(role.assume_role_policy_document or "{}"))
        if wanted and call.params.get("ExternalId") not in wanted:
            raise refusal


def external_ids(trust):
    """The external ids that a trust policy asks for (its StringEquals conditions)."""
    found = []
    for statement in trust.get("Statement", []):
        value = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", [])
        found += value if isinstance(value, list) else [value]
    return found


def not_authorized(call, resource, why):
    action = f"{call.service}:{call.operation}" if call.operation else f"{call.service}:*"
    return f"User: {call.principal} is not authorized to perform: {action} on resource: {resource} {why}"
