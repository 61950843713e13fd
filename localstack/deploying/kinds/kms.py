"""AWS::KMS."""

from ..stack import Made, Properties, Stack


def key(stack: Stack, logical: str, props: Properties) -> Made:
    rotation, enabled = props.pop("EnableKeyRotation", False), props.pop("Enabled", True)
    props.pop("PendingWindowInDays", None)
    policy = {"Policy": props.pop("KeyPolicy")} if "KeyPolicy" in props else {}
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in props.pop("Tags", [])]
    made = stack.call("kms", "create_key", {**props, **policy, "Tags": tags})["KeyMetadata"]
    api = stack.client("kms")
    if rotation in (True, "true"):
        api.enable_key_rotation(KeyId=made["KeyId"])
    if enabled in (False, "false"):
        api.disable_key(KeyId=made["KeyId"])
    return Made(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})


def alias(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("kms", "create_alias", props)
    return Made(props["AliasName"])


KINDS = {"AWS::KMS::Key": key, "AWS::KMS::Alias": alias}
