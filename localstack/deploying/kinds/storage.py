"""AWS::S3."""

import json

from ..stack import Made, Properties, Stack

# Kind of target in the template: the property that names it, and what the API calls list and member.
NOTIFIED = {
    "LambdaConfigurations": ("Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    "QueueConfigurations": ("Queue", "QueueConfigurations", "QueueArn"),
    "TopicConfigurations": ("Topic", "TopicConfigurations", "TopicArn"),
}


def bucket(stack: Stack, logical: str, props: Properties) -> Made:
    name = stack.physical(logical, props.get("BucketName"), 63, lower=True)
    api = stack.client("s3")
    where = {} if stack.region == "us-east-1" else {"LocationConstraint": stack.region}
    api.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
    if "VersioningConfiguration" in props:
        api.put_bucket_versioning(Bucket=name, VersioningConfiguration=props["VersioningConfiguration"])
    if "PublicAccessBlockConfiguration" in props:
        sent = {"PublicAccessBlockConfiguration": props["PublicAccessBlockConfiguration"]}
        stack.call("s3", "put_public_access_block", sent, Bucket=name)
    if "NotificationConfiguration" in props:
        sent = notifications(props["NotificationConfiguration"])
        api.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=sent)
    done = {"BucketName", "VersioningConfiguration", "PublicAccessBlockConfiguration", "NotificationConfiguration"}
    stack.report.left += [f"AWS::S3::Bucket.{key}" for key in props if key not in done]
    domain = f"{name}.s3.amazonaws.com"
    regional = f"{name}.s3.{stack.region}.amazonaws.com"
    return Made(name, {"Arn": f"arn:aws:s3:::{name}", "DomainName": domain, "RegionalDomainName": regional})


def notifications(props: Properties) -> Properties:
    sent: Properties = {}
    for kind, (target, member, arn) in NOTIFIED.items():
        for config in props.get(kind, []):
            event = {arn: config[target], "Events": [config["Event"]]}
            rules = config.get("Filter", {}).get("S3Key", {}).get("Rules", [])
            if rules:
                event["Filter"] = {"Key": {"FilterRules": rules}}
            sent.setdefault(member, []).append(event)
    if "EventBridgeConfiguration" in props:
        sent["EventBridgeConfiguration"] = {}
    return sent


def bucket_policy(stack: Stack, logical: str, props: Properties) -> Made:
    stack.client("s3").put_bucket_policy(Bucket=props["Bucket"], Policy=json.dumps(props["PolicyDocument"]))
    return Made(props["Bucket"])


KINDS = {"AWS::S3::Bucket": bucket, "AWS::S3::BucketPolicy": bucket_policy}
