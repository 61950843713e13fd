"""VPCs: subnets by name, with the way out of each, security groups, network ACLs and endpoints."""

import json


def seed(account, region, vpcs):
    for name, vpc in vpcs.items():
        Vpc(account, region, name).seed(vpc)


class Vpc:
    """Builds one VPC; everything is found again by its Name tag."""

    def __init__(self, account, region, name):
        self.account, self.region, self.name = account, region, name
        self.ec2 = account.client("ec2", region)

    def every(self, kind, member, **args):
        """All resources of a kind, over all pages."""
        return [item for page in self.ec2.get_paginator(f"describe_{kind}").paginate(**args) for item in page[member]]

    def mine(self, kind, member):
        """Those of this VPC."""
        return self.every(kind, member, Filters=[{"Name": "vpc-id", "Values": [self.id]}])

    def named(self, kind, member, ident):
        """The ids of all resources of a kind in this region by their Name tag; asked once, then kept up to date."""
        key = kind, self.region
        if key not in self.account.ids:
            items = self.every(kind, member)
            tags = ((item[ident], tag) for item in items for tag in item.get("Tags", []))
            self.account.ids[key] = {tag["Value"]: found for found, tag in tags if tag["Key"] == "Name"}
        return self.account.ids[key]

    def make(self, kind, member, ident, create, name, **args):
        """Finds or creates; returns the id and whether it is new."""
        there = self.named(kind, member, ident)
        if name in there:
            return there[name], False
        made = create(**args)
        made = next(v for k, v in made.items() if isinstance(v, dict) and ident in v)[ident]
        self.ec2.create_tags(Resources=[made], Tags=[{"Key": "Name", "Value": name}])
        there[name] = made
        return made, True

    def seed(self, described):
        ec2 = self.ec2
        self.id, _ = self.make("vpcs", "Vpcs", "VpcId", ec2.create_vpc, self.name, CidrBlock=described["cidr"])
        by_name = {group["GroupName"]: group["GroupId"] for group in self.mine("security_groups", "SecurityGroups")}
        self.remember("group", "default", by_name["default"])
        self.tables = {}
        for name, subnet in described["subnets"].items():
            self.seed_subnet(name, subnet)
        for name, group in described.get("groups", {}).items():
            self.remember("group", name, by_name.get(name) or self.seed_group(name, group))
        for name, acl in described.get("acls", {}).items():
            self.seed_acl(name, acl)
        for name, endpoint in described.get("endpoints", {}).items():
            self.seed_endpoint(name, endpoint)

    def remember(self, kind, name, ident):
        self.account.ids[f"{kind}:{self.name}/{name}", self.region] = ident

    def seed_subnet(self, name, subnet):
        tag = f"{self.name}/{name}"
        zone = self.region + subnet["zone"]
        ident, new = self.make(
            "subnets", "Subnets", "SubnetId", self.ec2.create_subnet, tag,
            VpcId=self.id, CidrBlock=subnet["cidr"], AvailabilityZone=zone,
        )  # fmt: skip
        self.remember("subnet", name, ident)
        table, fresh = self.make(
            "route_tables", "RouteTables", "RouteTableId", self.ec2.create_route_table, tag, VpcId=self.id
        )
        self.tables[name] = table
        if new:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=ident)
        if fresh and "out" in subnet:
            self.ec2.create_route(
                RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **self.way_out(subnet["out"], tag)
            )

    def way_out(self, out, tag):
        """`internet`, `nat:SUBNET` (a NAT gateway in that subnet), `private-nat:SUBNET` or `transit`."""
        kind, _, place = out.partition(":")
        ec2 = self.ec2
        if kind == "internet":
            tag = f"{self.name}/internet"
            ident, new = self.make(
                "internet_gateways", "InternetGateways", "InternetGatewayId", ec2.create_internet_gateway, tag
            )
            if new:
                ec2.attach_internet_gateway(InternetGatewayId=ident, VpcId=self.id)
            return {"GatewayId": ident}
        if kind == "transit":
            ident, _ = self.make(
                "transit_gateways",
                "TransitGateways",
                "TransitGatewayId",
                ec2.create_transit_gateway,
                f"{self.name}/transit",
            )
            return {"TransitGatewayId": ident}
        subnet = self.account.ids[f"subnet:{self.name}/{place}", self.region]
        args = {"SubnetId": subnet, "ConnectivityType": "private" if kind == "private-nat" else "public"}
        if kind == "nat":
            args["AllocationId"] = ec2.allocate_address(Domain="vpc")["AllocationId"]
        tag = f"{self.name}/{kind}/{place}"
        ident, _ = self.make("nat_gateways", "NatGateways", "NatGatewayId", ec2.create_nat_gateway, tag, **args)
        return {"NatGatewayId": ident}

    def seed_group(self, name, group):
        ident = self.ec2.create_security_group(GroupName=name, Description=group["why"], VpcId=self.id)["GroupId"]
        for allowed in group.get("ingress", []):
            port, source = allowed.split()
            self.ec2.authorize_security_group_ingress(GroupId=ident, IpPermissions=[self.ingress(int(port), source)])
        if "egress" in group:
            everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            self.ec2.revoke_security_group_egress(GroupId=ident, IpPermissions=[everything])
            allowed = [
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": cidr}]}
                for cidr in group["egress"]
            ]
            self.ec2.authorize_security_group_egress(GroupId=ident, IpPermissions=allowed)
        return ident

    def ingress(self, port, source):
        """From a range, or from `list:NAME`, a prefix list of one range that is made for it."""
        ports = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        kind, _, name = source.partition(":")
        if kind != "list":
            return {**ports, "IpRanges": [{"CidrIp": source}]}
        made = self.ec2.create_managed_prefix_list(
            PrefixListName=name, AddressFamily="IPv4", MaxEntries=5, Entries=[{"Cidr": "203.0.113.0/24"}]
        )
        return {**ports, "PrefixListIds": [{"PrefixListId": made["PrefixList"]["PrefixListId"]}]}

    def seed_acl(self, name, acl):
        """A network ACL that lets the named subnets reach only some addresses."""
        tag = f"{self.name}/{name}"
        ident, new = self.make(
            "network_acls", "NetworkAcls", "NetworkAclId", self.ec2.create_network_acl, tag, VpcId=self.id
        )
        if not new:
            return
        for number, cidr in enumerate(acl["egress"], 1):
            for egress in (True, False):
                self.ec2.create_network_acl_entry(
                    NetworkAclId=ident,
                    RuleNumber=number * 100,
                    Protocol="-1",
                    RuleAction="allow",
                    Egress=egress,
                    CidrBlock=cidr,
                )
        subnets = {self.account.ids[f"subnet:{self.name}/{s}", self.region] for s in acl["subnets"]}
        for other in self.mine("network_acls", "NetworkAcls"):
            for association in other["Associations"]:
                if association["SubnetId"] in subnets and other["NetworkAclId"] != ident:
                    self.ec2.replace_network_acl_association(
                        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=ident
                    )

    def seed_endpoint(self, name, endpoint):
        args = {"VpcId": self.id, "ServiceName": f"com.amazonaws.{self.region}.{endpoint['service']}"}
        if endpoint["kind"] == "Gateway":
            args["RouteTableIds"] = [self.tables[subnet] for subnet in endpoint["subnets"]]
        else:
            args["SubnetIds"] = [self.account.ids[f"subnet:{self.name}/{s}", self.region] for s in endpoint["subnets"]]
            args["PrivateDnsEnabled"] = True
        statements = endpoint.get("statements", [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}])
        args["PolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.make(
            "vpc_endpoints", "VpcEndpoints", "VpcEndpointId", self.ec2.create_vpc_endpoint, f"{self.name}/{name}",
            VpcEndpointType=endpoint["kind"], **args,
        )  # fmt: skip
