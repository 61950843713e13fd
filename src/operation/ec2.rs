//! Operations of Amazon EC2, which has a quota for each operation.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>.

use super::{Operation, Protocol, Service};

/// Amazon EC2.
pub const SERVICE: Service = Service::regional("EC2", "ec2", Protocol::Ec2);

/// The regions of the account, and whether it opted into them.
pub const DESCRIBE_REGIONS: Operation = SERVICE
    .operation("ec2:DescribeRegions")
    .rate(20, 100)
    .discovers();

/// The VPCs of a region.
pub const DESCRIBE_VPCS: Operation = SERVICE.operation("ec2:DescribeVpcs").rate(20, 100);

/// The subnets of a region.
pub const DESCRIBE_SUBNETS: Operation = SERVICE.operation("ec2:DescribeSubnets").rate(20, 100);

/// The route tables of a region.
pub const DESCRIBE_ROUTE_TABLES: Operation =
    SERVICE.operation("ec2:DescribeRouteTables").rate(20, 100);

/// The NAT gateways of a region.
pub const DESCRIBE_NAT_GATEWAYS: Operation =
    SERVICE.operation("ec2:DescribeNatGateways").rate(20, 100);

/// The security groups of a region.
pub const DESCRIBE_SECURITY_GROUPS: Operation = SERVICE
    .operation("ec2:DescribeSecurityGroups")
    .rate(20, 100);

/// The network ACLs of a region.
pub const DESCRIBE_NETWORK_ACLS: Operation =
    SERVICE.operation("ec2:DescribeNetworkAcls").rate(20, 100);

/// The VPC endpoints of a region.
pub const DESCRIBE_VPC_ENDPOINTS: Operation =
    SERVICE.operation("ec2:DescribeVpcEndpoints").rate(20, 100);

/// The address ranges of one prefix list.
pub const GET_MANAGED_PREFIX_LIST_ENTRIES: Operation = SERVICE
    .operation("ec2:GetManagedPrefixListEntries")
    .rate(20, 100);

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &DESCRIBE_REGIONS,
    &DESCRIBE_VPCS,
    &DESCRIBE_SUBNETS,
    &DESCRIBE_ROUTE_TABLES,
    &DESCRIBE_NAT_GATEWAYS,
    &DESCRIBE_SECURITY_GROUPS,
    &DESCRIBE_NETWORK_ACLS,
    &DESCRIBE_VPC_ENDPOINTS,
    &GET_MANAGED_PREFIX_LIST_ENTRIES,
];
