//! VPCs, subnets, routes and endpoints.

use super::*;

#[test]
fn networks() {
    check(&[
        ("outside", |_| {}, "network.in_vpc", Is(json!(false))),
        (
            "two zones",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.zones",
            Is(json!(2)),
        ),
        (
            "NAT gateway through the main table",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.internet_route",
            Is(json!(true)),
        ),
        (
            "closed group",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "open group",
            open,
            "network.unrestricted_egress",
            Is(json!(true)),
        ),
        (
            "open group behind a closed ACL",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(acls) = &mut network.network_acls {
                        acls[0].entries.insert(0, acl_entry(50, true, false));
                    }
                });
            },
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "NAT gateway without a way out",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(tables) = &mut network.route_tables {
                        tables[1].routes.pop();
                    }
                });
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "two halves make a default route",
            |world| {
                open(world);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![
                        table(
                            "rtb-main",
                            true,
                            &[],
                            &[("0.0.0.0/1", "nat-1"), ("128.0.0.0/1", "nat-1")],
                        ),
                        table(
                            "rtb-public",
                            false,
                            &["subnet-public"],
                            &[("0.0.0.0/0", "igw-1")],
                        ),
                    ]);
                });
            },
            "network.internet_route",
            Is(json!(true)),
        ),
        (
            "public subnet gives no internet",
            |world| {
                open(world);
                set_subnets(world, &["subnet-public"]);
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "public subnet is named",
            |world| {
                open(world);
                set_subnets(world, &["subnet-a", "subnet-public"]);
            },
            "network.public_subnets",
            Is(json!(["subnet-public"])),
        ),
        (
            "a route to an internet gateway decides though NAT gateways could not be read",
            |world| {
                open(world);
                set_subnets(world, &["subnet-a", "subnet-public"]);
                change_network(world, |network| {
                    network.nat_gateways = Observed::Missing(denied("ec2:DescribeNatGateways"));
                });
            },
            "network.public_subnets",
            Is(json!(["subnet-public"])),
        ),
        (
            "a route to a NAT gateway that could not be read decides nothing",
            |world| {
                open(world);
                change_network(world, |network| {
                    network.nat_gateways = Observed::Missing(denied("ec2:DescribeNatGateways"));
                });
            },
            "network.internet_route",
            Missing("ec2:DescribeNatGateways"),
        ),
        (
            "two zones are enough though a third subnet was not described",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_subnets(world, &["subnet-a", "subnet-b", "subnet-gone"]);
            },
            "network.zones",
            Is(json!(2)),
        ),
        (
            "one zone is not known to be the only one",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_subnets(world, &["subnet-a", "subnet-gone"]);
            },
            "network.zones",
            Missing("ec2:DescribeSubnets"),
        ),
        (
            "an open group decides whatever the other one is",
            |world| {
                open(world);
                let vpc = world.regions[0].functions[0].configuration.vpc.as_mut();
                vpc.unwrap().security_groups.push("sg-gone".to_owned());
            },
            "network.unrestricted_egress",
            Is(json!(true)),
        ),
        (
            "transit gateway",
            |world| {
                open(world);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![table(
                        "rtb-main",
                        true,
                        &[],
                        &[("0.0.0.0/0", "tgw-1")],
                    )]);
                });
            },
            "network.unrestricted_egress",
            Missing("ec2:DescribeRouteTables"),
        ),
        (
            "a closed group decides whatever lies beyond the transit gateway",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![table(
                        "rtb-main",
                        true,
                        &[],
                        &[("0.0.0.0/0", "tgw-1")],
                    )]);
                });
            },
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "a blackhole leads nowhere",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(tables) = &mut network.route_tables {
                        tables[0].routes[1].state = "blackhole".to_owned();
                    }
                });
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "default group",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_groups(world, &["sg-default"]);
            },
            "network.default_security_groups",
            Is(json!(["sg-default"])),
        ),
        (
            "subnet that is not described",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_subnets(world, &["subnet-gone"]);
            },
            "network.zones",
            Missing("ec2:DescribeSubnets"),
        ),
        (
            "open endpoint",
            |world| {
                endpoint(
                    world,
                    r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#,
                )
            },
            "network.open_endpoints.0.id",
            Is(json!("vpce-1")),
        ),
        (
            "endpoint for the organisation",
            |world| {
                endpoint(
                    world,
                    r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}"#,
                );
            },
            "network.open_endpoints",
            Is(json!([])),
        ),
        (
            "endpoint with a broken policy",
            |world| endpoint(world, "{"),
            "network.open_endpoints",
            Missing("ec2:DescribeVpcEndpoints"),
        ),
    ]);
}

pub(super) fn open(world: &mut AccountInventory) {
    attach(&mut world.regions[0].functions[0]);
    set_groups(world, &["sg-open"]);
}

fn set_groups(world: &mut AccountInventory, groups: &[&str]) {
    let vpc = world.regions[0].functions[0]
        .configuration
        .vpc
        .as_mut()
        .unwrap();
    vpc.security_groups = groups.iter().map(|id| (*id).to_owned()).collect();
}

fn set_subnets(world: &mut AccountInventory, subnets: &[&str]) {
    let vpc = world.regions[0].functions[0]
        .configuration
        .vpc
        .as_mut()
        .unwrap();
    vpc.subnets = subnets.iter().map(|id| (*id).to_owned()).collect();
}

pub(super) fn change_network(
    world: &mut AccountInventory,
    change: impl FnOnce(&mut lamppost::inventory::Network),
) {
    let mut changed = network();
    change(&mut changed);
    world.regions[0].services.network = Observed::Known(changed);
}

pub(super) fn endpoint(world: &mut AccountInventory, policy: &str) {
    attach(&mut world.regions[0].functions[0]);
    change_network(world, |network| {
        network.endpoints = Observed::Known(vec![VpcEndpoint {
            id: "vpce-1".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            service: "com.amazonaws.eu-central-1.s3".to_owned(),
            kind: "Gateway".to_owned(),
            state: "available".to_owned(),
            policy: Some(policy.to_owned()),
            route_tables: vec!["rtb-main".to_owned()],
            subnets: Vec::new(),
        }]);
    });
}

/// Runs the first function on a capacity provider in that subnet.
fn provide(world: &mut AccountInventory, subnet: &str) {
    let arn = "arn:aws:lambda:eu-central-1:111122223333:capacity-provider:pool";
    let region = &mut world.regions[0];
    region.functions[0].configuration.capacity_provider = Some(arn.to_owned());
    region.services.network = Observed::Known(network());
    region.capacity_providers = Observed::Known(vec![CapacityProvider {
        arn: arn.to_owned(),
        state: "Active".to_owned(),
        subnets: vec![subnet.to_owned()],
        security_groups: vec!["sg-closed".to_owned()],
        operator_role: None,
        kms_key_arn: None,
    }]);
}

/// The network of a function on a capacity provider is the provider's.
#[test]
fn capacity_providers() {
    check(&[
        (
            "the provider's subnets",
            |world| provide(world, "subnet-a"),
            "network.subnets",
            Is(json!(["subnet-a"])),
        ),
        (
            "the VPC of the provider's subnets",
            |world| provide(world, "subnet-a"),
            "network.vpc_id",
            Is(json!("vpc-1")),
        ),
        (
            "one zone",
            |world| provide(world, "subnet-a"),
            "network.zones",
            Is(json!(1)),
        ),
        (
            "through the NAT gateway",
            |world| provide(world, "subnet-a"),
            "network.internet_route",
            Is(json!(true)),
        ),
        (
            "an internet gateway, with addresses that AWS does not document",
            |world| provide(world, "subnet-public"),
            "network.internet_route",
            Missing("ec2:DescribeRouteTables"),
        ),
        (
            "a provider that is not listed",
            |world| {
                provide(world, "subnet-a");
                world.regions[0].capacity_providers = Observed::Known(Vec::new());
            },
            "network.zones",
            Missing("lambda:ListCapacityProviders"),
        ),
        (
            "providers that could not be listed",
            |world| {
                provide(world, "subnet-a");
                world.regions[0].capacity_providers =
                    Observed::Missing(denied("lambda:ListCapacityProviders"));
            },
            "network.default_security_groups",
            Missing("lambda:ListCapacityProviders"),
        ),
        (
            "subnets that could not be described",
            |world| {
                provide(world, "subnet-a");
                change_network(world, |network| {
                    network.subnets = Observed::Missing(denied("ec2:DescribeSubnets"));
                });
            },
            "network.unrestricted_egress",
            Missing("ec2:DescribeSubnets"),
        ),
        (
            "it is in a VPC, whatever else is not known",
            |world| {
                provide(world, "subnet-a");
                world.regions[0].capacity_providers =
                    Observed::Missing(denied("lambda:ListCapacityProviders"));
            },
            "network.in_vpc",
            Is(json!(true)),
        ),
    ]);
}
