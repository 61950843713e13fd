"""What is refused although the resource is there: denied regions, roles and single calls.

Set through `POST /lamppost/flags`, kept in memory. A flag is a JSON list; sending one replaces it, the others stay.
"""

import json

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from .answers import Refused, denied

# Roles that open an account before its roles are seeded, as AWS Organizations makes them.
BOOTSTRAP_ROLES = ("OrganizationAccountAccessRole",)
GLOBAL_SERVICES = ("sts", "iam", "organizations")
SCP = "with an explicit deny in a service control policy"

DEFAULTS = {
    "denied_regions": [],  # {"region": "...", "except_accounts": ["..."]}
    "denied_roles": [],  # role ARNs that nobody may assume
    "denied_calls": [],  # {"call": "lambda:GetPolicy", "account", "region", "resource": "NAME"}: what is given must match
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
                if call.service not in GLOBAL_SERVICES and is_member(call.account):
                    raise denied(call.service, not_authorized(call))
        if call.is_root:
            return  # the seed
        for rule in self["denied_calls"]:
            given = {"call": f"{call.service}:{call.operation}", "account": call.account, "region": call.region}
            given["resource"] = resource_of(call)[1]
            if all(given[name] == value for name, value in rule.items()):
                raise denied(call.service, not_authorized(call))

    def check_role(self, call):
        """AWS refuses a role that is missing, that does not trust the caller, or whose external id is not given."""
        arn = call.params.get("RoleArn", "")
        if arn.count(":") < 5:
            raise Refused(400, "ValidationError", f"{arn} is invalid")
        account, name = arn.split(":")[4], arn.rsplit("/", 1)[-1]
        refusal = denied(
            "sts", f"User: {call.principal} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        )
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


def is_member(account):
    """Whether an organisation's policies bind the account."""
    return account in organizations_backends.master_accounts


def external_ids(trust):
    """The external ids that a trust policy asks for (its StringEquals conditions)."""
    found = []
    for statement in trust.get("Statement", []):
        value = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", [])
        found += value if isinstance(value, list) else [value]
    return found


def resource_of(call):
    """Kind and name of the function or layer that a Lambda call is about; two empty texts for any other call."""
    for kind, members in {"function": ("FunctionName", "ResourceArn"), "layer": ("LayerName",)}.items():
        for member in members:
            if call.service == "lambda" and member in call.params:
                return kind, call.params[member].split(f":{kind}:")[-1].split(":")[0]
    return "", ""


def not_authorized(call):
    kind, name = resource_of(call)
    arn = f"arn:aws:lambda:{call.region}:{call.account}:{kind}:{name}" if name else "*"
    action = f"{call.service}:{call.operation}"
    return f"User: {call.principal} is not authorized to perform: {action} on resource: {arn} {SCP}"
