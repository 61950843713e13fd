"""AWS::SecretsManager and AWS::SSM."""

import json
import secrets
import string

from ..fitting import text
from ..stack import Made, Properties, Stack


def secret(stack: Stack, logical: str, props: Properties) -> Made:
    wanted = props.pop("GenerateSecretString", None)
    name = props["Name"] = stack.physical(logical, props.get("Name"))
    if wanted is not None:
        alphabet = string.ascii_letters + string.digits
        drawn = "".join(secrets.choice(alphabet) for _ in range(int(wanted.get("PasswordLength", 32))))
        whole = {**json.loads(wanted.get("SecretStringTemplate", "{}")), wanted.get("GenerateStringKey", ""): drawn}
        props["SecretString"] = json.dumps(whole) if "GenerateStringKey" in wanted else drawn
    arn = stack.call("secretsmanager", "create_secret", props)["ARN"]
    return Made(arn, {"Id": arn})


def secret_policy(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("secretsmanager", "put_resource_policy", props)
    return Made(props["SecretId"])


def parameter(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["Name"] = stack.physical(logical, props.get("Name"))
    stack.call("ssm", "put_parameter", props)
    return Made(name, {"Type": props.get("Type", "String"), "Value": text(props.get("Value", ""))})


KINDS = {
    "AWS::SecretsManager::Secret": secret,
    "AWS::SecretsManager::ResourcePolicy": secret_policy,
    "AWS::SSM::Parameter": parameter,
}
