"""AWS::Cognito. Roles of an identity pool are named in their trust policies; moto keeps no attachment of them."""

from ..stack import Made, Properties, Stack


def user_pool(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.pop("UserPoolName", None), 128)
    tags = {"UserPoolTags": props.pop("UserPoolTags")} if "UserPoolTags" in props else {}
    made = stack.call("cognito-idp", "create_user_pool", {**props, **tags}, PoolName=name)["UserPool"]
    arn = stack.arn("cognito-idp", f"userpool/{made['Id']}")
    provider = f"cognito-idp.{stack.region}.amazonaws.com/{made['Id']}"
    return Made(made["Id"], {"Arn": arn, "ProviderName": provider, "ProviderURL": f"https://{provider}"})


def user_pool_client(stack: Stack, logical: str, props: Properties) -> Made:
    props["ClientName"] = stack.physical(logical, props.get("ClientName"), 128)
    made = stack.call("cognito-idp", "create_user_pool_client", props)["UserPoolClient"]
    return Made(made["ClientId"], {"ClientId": made["ClientId"], "Name": made["ClientName"]})


def identity_pool(stack: Stack, logical: str, props: Properties) -> Made:
    props["IdentityPoolName"] = stack.physical(logical, props.get("IdentityPoolName"), 128)
    made = stack.call("cognito-identity", "create_identity_pool", props)
    return Made(made["IdentityPoolId"], {"Name": made["IdentityPoolName"]})


KINDS = {
    "AWS::Cognito::UserPool": user_pool,
    "AWS::Cognito::UserPoolClient": user_pool_client,
    "AWS::Cognito::IdentityPool": identity_pool,
}
