"""AWS::EC2: what makes a network."""

from collections.abc import Callable
from typing import Any

from ..stack import Made, Properties, Stack


def tagged(stack: Stack, ident: str, tags: list[Properties]) -> None:
    if tags:
        stack.client("ec2").create_tags(Resources=[ident], Tags=tags)


def simple(operation: str, member: str, ident: str, *attributes: str) -> Callable[[Stack, str, Properties], Made]:
    """The maker of a resource that one call makes, whose answer has `member` with the id `ident`."""

    def make(stack: Stack, logical: str, props: Properties) -> Made:
        tags = props.pop("Tags", [])
        made = stack.call("ec2", operation, props)[member]
        tagged(stack, made[ident], tags)
        return Made(made[ident], {ident: made[ident], **{name: made[name] for name in attributes if name in made}})

    return make


def vpc(stack: Stack, logical: str, props: Properties) -> Made:
    settings = {name: props.pop(name) for name in ("EnableDnsSupport", "EnableDnsHostnames") if name in props}
    made = simple("create_vpc", "Vpc", "VpcId", "CidrBlock")(stack, logical, props)
    for name, value in settings.items():
        stack.call("ec2", "modify_vpc_attribute", {name: {"Value": value}}, VpcId=made.ref)
    groups = stack.client("ec2").describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [made.ref]}])
    made.attributes["DefaultSecurityGroup"] = groups["SecurityGroups"][0]["GroupId"]
    return made


def subnet(stack: Stack, logical: str, props: Properties) -> Made:
    public = props.pop("MapPublicIpOnLaunch", False)
    made = simple("create_subnet", "Subnet", "SubnetId", "AvailabilityZone", "CidrBlock")(stack, logical, props)
    if public in (True, "true"):
        stack.client("ec2").modify_subnet_attribute(SubnetId=made.ref, MapPublicIpOnLaunch={"Value": True})
    return made


def gateway_attachment(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("ec2", "attach_internet_gateway", props)
    return Made(stack.physical(logical))


def address(stack: Stack, logical: str, props: Properties) -> Made:
    tags = props.pop("Tags", [])
    made = stack.call("ec2", "allocate_address", props)
    tagged(stack, made["AllocationId"], tags)
    return Made(made["PublicIp"], {"AllocationId": made["AllocationId"], "PublicIp": made["PublicIp"]})


def route(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("ec2", "create_route", props)
    return Made(stack.physical(logical))


def route_table_association(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("ec2", "associate_route_table", props)
    return Made(made["AssociationId"], {"Id": made["AssociationId"]})


def permissions(rules: list[Properties]) -> list[dict[str, Any]]:
    """Rules of a security group, each as the API's range of ports and peers."""
    found = []
    for rule in rules:
        sent: dict[str, Any] = {"IpProtocol": str(rule.get("IpProtocol", "-1"))}
        sent.update({name: int(rule[name]) for name in ("FromPort", "ToPort") if name in rule})
        said = {"Description": rule["Description"]} if "Description" in rule else {}
        group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
        prefixes = rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId")
        if "CidrIp" in rule:
            sent["IpRanges"] = [{"CidrIp": rule["CidrIp"], **said}]
        elif "CidrIpv6" in rule:
            sent["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **said}]
        elif group:
            sent["UserIdGroupPairs"] = [{"GroupId": group, **said}]
        elif prefixes:
            sent["PrefixListIds"] = [{"PrefixListId": prefixes, **said}]
        found.append(sent)
    return found


def security_group(stack: Stack, logical: str, props: Properties) -> Made:
    api = stack.client("ec2")
    name = stack.physical(logical, props.get("GroupName"), 255)
    where = {"VpcId": props["VpcId"]} if "VpcId" in props else {}
    group = api.create_security_group(GroupName=name, Description=props["GroupDescription"], **where)["GroupId"]
    tagged(stack, group, props.get("Tags", []))
    if props.get("SecurityGroupIngress"):
        rules = permissions(props["SecurityGroupIngress"])
        api.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    if props.get("SecurityGroupEgress"):  # rules of the template take the place of the one that allows everything
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        api.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
        rules = permissions(props["SecurityGroupEgress"])
        api.authorize_security_group_egress(GroupId=group, IpPermissions=rules)
    return Made(group, {"GroupId": group, "VpcId": props.get("VpcId", "")})


def security_group_rule(direction: str) -> Callable[[Stack, str, Properties], Made]:
    def make(stack: Stack, logical: str, props: Properties) -> Made:
        authorize = getattr(stack.client("ec2"), f"authorize_security_group_{direction}")
        authorize(GroupId=props["GroupId"], IpPermissions=permissions([props]))
        return Made(stack.physical(logical))

    return make


def vpc_endpoint(stack: Stack, logical: str, props: Properties) -> Made:
    tags = props.pop("Tags", [])
    made = stack.call("ec2", "create_vpc_endpoint", props)["VpcEndpoint"]
    tagged(stack, made["VpcEndpointId"], tags)
    return Made(made["VpcEndpointId"], {"Id": made["VpcEndpointId"]})


KINDS = {
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::InternetGateway": simple("create_internet_gateway", "InternetGateway", "InternetGatewayId"),
    "AWS::EC2::VPCGatewayAttachment": gateway_attachment,
    "AWS::EC2::EIP": address,
    "AWS::EC2::NatGateway": simple("create_nat_gateway", "NatGateway", "NatGatewayId"),
    "AWS::EC2::RouteTable": simple("create_route_table", "RouteTable", "RouteTableId"),
    "AWS::EC2::Route": route,
    "AWS::EC2::SubnetRouteTableAssociation": route_table_association,
    "AWS::EC2::SecurityGroup": security_group,
    "AWS::EC2::SecurityGroupIngress": security_group_rule("ingress"),
    "AWS::EC2::SecurityGroupEgress": security_group_rule("egress"),
    "AWS::EC2::VPCEndpoint": vpc_endpoint,
}
