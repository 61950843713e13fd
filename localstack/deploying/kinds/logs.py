"""AWS::Logs."""

from ..stack import Made, Properties, Stack


def group(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.pop("LogGroupName", None), 512)
    retention = props.pop("RetentionInDays", None)
    stack.call("logs", "create_log_group", props, logGroupName=name)
    if retention:
        stack.client("logs").put_retention_policy(logGroupName=name, retentionInDays=int(retention))
    return Made(name, {"Arn": stack.arn("logs", f"log-group:{name}:*")})


def subscription_filter(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["FilterName"] = stack.physical(logical, props.get("FilterName"))
    stack.call("logs", "put_subscription_filter", props)
    return Made(name)


def resource_policy(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("logs", "put_resource_policy", props)
    return Made(props["PolicyName"])


KINDS = {
    "AWS::Logs::LogGroup": group,
    "AWS::Logs::SubscriptionFilter": subscription_filter,
    "AWS::Logs::ResourcePolicy": resource_policy,
}
