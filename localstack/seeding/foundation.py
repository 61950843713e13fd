"""Roles and keys: what functions stand on."""

import json

from .session import ensure

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
VPC = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def seed_roles(account, organisation, described):
    """The scanner's role, the roles that are described, and one of its own for every function that names none."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": described["scanner_trusts"]}, "Action": "sts:AssumeRole"}
        ],
    }
    audit = [f"arn:aws:iam::aws:policy/{name}" for name in ("SecurityAudit", "AWSLambda_ReadOnlyAccess")]
    decrypt = [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]  # or Lambda shows it no variables
    scanner = {"trust": trust["Statement"], "managed": audit, "inline": {"read-environments": decrypt}}
    seed_role(account, organisation["scanner_role"], scanner)
    for name, policy in described.get("policies", {}).items():
        document = {"Version": "2012-10-17", "Statement": policy["statements"]}
        ensure(
            account.client("iam").create_policy,
            "EntityAlreadyExists",
            PolicyName=name,
            PolicyDocument=json.dumps(document),
        )
    for name, role in described.get("roles", {}).items():
        seed_role(account, name, role)
    for function in described.get("function", []):
        if "role" not in function:
            managed = [VPC if "vpc" in function else BASIC]
            seed_role(account, own_role(function), {"managed": managed})


def own_role(function):
    """The role of a function that names none."""
    return f"{function['name'].replace('.', '-')}-{function['region']}"


def seed_role(account, name, role):
    iam = account.client("iam")
    trust = {**LAMBDA_TRUST, "Statement": role["trust"]} if "trust" in role else LAMBDA_TRUST
    args = {"RoleName": name, "AssumeRolePolicyDocument": text(trust, account)}
    if "boundary" in role:
        args["PermissionsBoundary"] = arn_of(role["boundary"], account)
    if "tags" in role:
        args["Tags"] = [{"Key": key, "Value": value} for key, value in role["tags"].items()]
    ensure(iam.create_role, "EntityAlreadyExists", **args)
    for policy in role.get("managed", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn_of(policy, account))
    for policy, statements in role.get("inline", {}).items():
        document = text({"Version": "2012-10-17", "Statement": statements}, account)
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)


def text(document, account):
    return json.dumps(document).replace("{account}", account.number)


def arn_of(policy, account):
    """A managed policy by ARN, or one of the account by its name."""
    return policy if policy.startswith("arn:") else f"arn:aws:iam::{account.number}:policy/{policy}"


def delete_roles(account, names):
    """Roles that functions still name although they are gone."""
    iam = account.client("iam")
    for name in names:
        try:
            for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
            iam.delete_role(RoleName=name)
        except iam.exceptions.NoSuchEntityException:
            pass


def seed_keys(account, region, keys):
    if not keys:
        return
    kms = account.client("kms", region)
    there = {}
    for page in kms.get_paginator("list_aliases").paginate():
        there.update({a["AliasName"]: a.get("TargetKeyId") for a in page["Aliases"]})
    for name, key in keys.items():
        ident = there.get(f"alias/{name}")
        if ident is None:
            ident = kms.create_key(Description=key["why"], Tags=[{"TagKey": "Name", "TagValue": name}])["KeyMetadata"][
                "KeyId"
            ]
            kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=ident)
            if key.get("rotation", True):
                kms.enable_key_rotation(KeyId=ident)
        account.ids[f"key:{name}", region] = f"arn:aws:kms:{region}:{account.number}:key/{ident}"


def retire_keys(account, region, keys):
    """Last of all: a key must be usable while functions are made with it."""
    for name, key in keys.items():
        kms, ident = account.client("kms", region), account.ids[f"key:{name}", region].rpartition("/")[2]
        state = kms.describe_key(KeyId=ident)["KeyMetadata"]["KeyState"]
        if key.get("state") == "Disabled" and state == "Enabled":
            kms.disable_key(KeyId=ident)
        if key.get("state") == "PendingDeletion" and state != "PendingDeletion":
            kms.schedule_key_deletion(KeyId=ident, PendingWindowInDays=30)
