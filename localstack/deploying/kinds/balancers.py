"""AWS::ElasticLoadBalancingV2."""

from ..stack import Made, Properties, Stack


def load_balancer(stack: Stack, logical: str, props: Properties) -> Made:
    attributes = props.pop("LoadBalancerAttributes", [])
    name = stack.physical(logical, props.pop("Name", None), 32)
    made = stack.call("elbv2", "create_load_balancer", props, Name=name)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    if attributes:
        sent = {"Attributes": attributes}
        stack.call("elbv2", "modify_load_balancer_attributes", sent, LoadBalancerArn=arn)
    full = arn.split(":loadbalancer/")[-1]
    return Made(arn, {"LoadBalancerArn": arn, "DNSName": made["DNSName"], "LoadBalancerFullName": full})


def target_group(stack: Stack, logical: str, props: Properties) -> Made:
    targets, attributes = props.pop("Targets", []), props.pop("TargetGroupAttributes", [])
    name = stack.physical(logical, props.pop("Name", None), 32)
    arn = stack.call("elbv2", "create_target_group", props, Name=name)["TargetGroups"][0]["TargetGroupArn"]
    if attributes:
        sent = {"Attributes": attributes}
        stack.call("elbv2", "modify_target_group_attributes", sent, TargetGroupArn=arn)
    if targets:
        stack.call("elbv2", "register_targets", {"Targets": targets}, TargetGroupArn=arn)
    return Made(arn, {"TargetGroupArn": arn, "TargetGroupName": name})


def listener(stack: Stack, logical: str, props: Properties) -> Made:
    arn = stack.call("elbv2", "create_listener", props)["Listeners"][0]["ListenerArn"]
    return Made(arn, {"ListenerArn": arn})


def listener_rule(stack: Stack, logical: str, props: Properties) -> Made:
    arn = stack.call("elbv2", "create_rule", props)["Rules"][0]["RuleArn"]
    return Made(arn, {"RuleArn": arn})


KINDS = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": listener_rule,
}
