"""AWS Organizations: the tree, its accounts and its service control policies."""

import json


def seed(account, organisation):
    """Returns the organisation's id. Run again, it finds everything in place."""
    api = account.client("organizations")
    try:
        org = api.describe_organization()["Organization"]
    except api.exceptions.AWSOrganizationsNotInUseException:
        org = api.create_organization(FeatureSet="ALL")["Organization"]
    root = api.list_roots()["Roots"][0]["Id"]
    if not any(t["Type"] == "SERVICE_CONTROL_POLICY" for t in api.list_roots()["Roots"][0].get("PolicyTypes", [])):
        api.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    units = {u["Name"]: u["Id"] for u in api.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]}
    for name in organisation["units"]:
        if name not in units:
            units[name] = api.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
    known = {a["Id"] for page in api.get_paginator("list_accounts").paginate() for a in page["Accounts"]}
    for number, described in organisation["accounts"].items():
        if number not in known:
            email = f"aws+{number}@lanternworks.example"
            api.create_account(AccountName=described["name"], Email=email)
            api.move_account(AccountId=number, SourceParentId=root, DestinationParentId=units[described["unit"]])
    seed_policies(api, organisation["policies"], {"root": root, **units})
    return org["Id"]


def seed_policies(api, policies, targets):
    there = {p["Name"] for p in api.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]}
    for name, policy in policies.items():
        if name in there:
            continue
        document = {"Version": "2012-10-17", "Statement": policy["statements"]}
        made = api.create_policy(
            Name=name, Description=policy["why"], Type="SERVICE_CONTROL_POLICY", Content=json.dumps(document)
        )
        api.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=targets[policy["target"]])
