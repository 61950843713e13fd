"""AWS::IAM."""

import json
from collections.abc import Callable

from ..stack import Made, Properties, Stack

KINDS_OF_PRINCIPAL = ("role", "user", "group")


def inline(stack: Stack, kind: str, name: str, policies: list[Properties]) -> None:
    put = getattr(stack.client("iam"), f"put_{kind}_policy")
    for policy in policies:
        document = json.dumps(policy["PolicyDocument"])
        put(**{f"{kind.title()}Name": name}, PolicyName=policy["PolicyName"], PolicyDocument=document)


def attach(stack: Stack, kind: str, name: str, arns: list[str]) -> None:
    for arn in arns:
        getattr(stack.client("iam"), f"attach_{kind}_policy")(**{f"{kind.title()}Name": name}, PolicyArn=arn)


def principal(kind: str) -> Callable[[Stack, str, Properties], Made]:
    """The maker of roles, users or groups, which have their policies in the same properties."""
    member = f"{kind.title()}Name"

    def make(stack: Stack, logical: str, props: Properties) -> Made:
        policies, managed = props.pop("Policies", []), props.pop("ManagedPolicyArns", [])
        groups, profile = props.pop("Groups", []), props.pop("LoginProfile", None)
        name = props[member] = stack.physical(logical, props.get(member))
        made = stack.call("iam", f"create_{kind}", props)[kind.title()]
        inline(stack, kind, name, policies)
        attach(stack, kind, name, managed)
        for group in groups:
            stack.client("iam").add_user_to_group(GroupName=group, UserName=name)
        if profile:
            stack.client("iam").create_login_profile(UserName=name, Password=str(profile["Password"]))
        attributes = {"Arn": made["Arn"]}
        if kind == "role":
            attributes["RoleId"] = made["RoleId"]
        return Made(name, attributes)

    return make


def policy(stack: Stack, logical: str, props: Properties) -> Made:
    """An inline policy of the roles, users and groups that it names."""
    for kind in KINDS_OF_PRINCIPAL:
        for name in props.get(f"{kind.title()}s", []):
            inline(stack, kind, name, [props])
    return Made(props["PolicyName"])


def policy_of(kind: str) -> Callable[[Stack, str, Properties], Made]:
    """The maker of AWS::IAM::RolePolicy and the like, which have one principal."""

    def make(stack: Stack, logical: str, props: Properties) -> Made:
        inline(stack, kind, props[f"{kind.title()}Name"], [props])
        return Made(f"{props['PolicyName']}|{props[f'{kind.title()}Name']}")

    return make


def managed_policy(stack: Stack, logical: str, props: Properties) -> Made:
    named = {kind: props.pop(f"{kind.title()}s", []) for kind in KINDS_OF_PRINCIPAL}
    name = stack.physical(logical, props.pop("ManagedPolicyName", None), 128)
    arn = stack.call("iam", "create_policy", props, PolicyName=name)["Policy"]["Arn"]
    for kind, names in named.items():
        for principal_name in names:
            attach(stack, kind, principal_name, [arn])
    return Made(arn, {"PolicyArn": arn})


def instance_profile(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.get("InstanceProfileName"))
    api = stack.client("iam")
    made = api.create_instance_profile(InstanceProfileName=name, Path=props.get("Path", "/"))["InstanceProfile"]
    for role in props.get("Roles", []):
        api.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return Made(name, {"Arn": made["Arn"]})


def access_key(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.client("iam").create_access_key(UserName=props["UserName"])["AccessKey"]
    return Made(made["AccessKeyId"], {"SecretAccessKey": made["SecretAccessKey"]})


def membership(stack: Stack, logical: str, props: Properties) -> Made:
    for user in props["Users"]:
        stack.client("iam").add_user_to_group(GroupName=props["GroupName"], UserName=user)
    return Made(stack.physical(logical))


def oidc_provider(stack: Stack, logical: str, props: Properties) -> Made:
    props.setdefault("ThumbprintList", ["0" * 40])  # AWS finds it by itself
    arn = stack.call("iam", "create_open_id_connect_provider", props)["OpenIDConnectProviderArn"]
    return Made(arn, {"Arn": arn})


KINDS = {
    "AWS::IAM::Role": principal("role"),
    "AWS::IAM::User": principal("user"),
    "AWS::IAM::Group": principal("group"),
    "AWS::IAM::Policy": policy,
    "AWS::IAM::RolePolicy": policy_of("role"),
    "AWS::IAM::UserPolicy": policy_of("user"),
    "AWS::IAM::GroupPolicy": policy_of("group"),
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::InstanceProfile": instance_profile,
    "AWS::IAM::AccessKey": access_key,
    "AWS::IAM::UserToGroupAddition": membership,
    "AWS::IAM::OIDCProvider": oidc_provider,
}
