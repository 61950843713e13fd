"""AWS::DynamoDB and AWS::Kinesis: tables and streams."""

from ..stack import Made, Properties, Stack


def table(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["TableName"] = stack.physical(logical, props.get("TableName"), 255)
    stream = props.pop("StreamSpecification", None)
    if stream:
        props["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if props.get("SSESpecification", {}).get("SSEEnabled") is not None:
        sse = props["SSESpecification"]
        props["SSESpecification"] = {"Enabled": sse.pop("SSEEnabled"), **sse}
    made = stack.call("dynamodb", "create_table", props)["TableDescription"]
    attributes = {"Arn": made["TableArn"]}
    if stream:
        attributes["StreamArn"] = made["LatestStreamArn"]
    return Made(name, attributes)


def stream(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.pop("Name", None), 128)
    if "StreamModeDetails" not in props:
        props.setdefault("ShardCount", 1)
    stack.call("kinesis", "create_stream", props, StreamName=name)
    return Made(name, {"Arn": stack.arn("kinesis", f"stream/{name}")})


KINDS = {"AWS::DynamoDB::Table": table, "AWS::Kinesis::Stream": stream}
