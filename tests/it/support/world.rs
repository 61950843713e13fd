//! An account in memory: one quiet function, for a test to disturb.

use std::collections::BTreeMap;

use lamppost::inventory::{
    AccountInventory, AccountRecord, AccountServices, AccountSettings, AclEntry, Code,
    Configuration, Environment, Function, FunctionDetail, Gap, GapKind, Iam, InternetProtocolRange,
    Logging, NatGateway, Network, NetworkAcl, Observed, Organization, Principal, PrincipalKind,
    RegionInventory, RegionServices, RegionStatus, Route, RouteTable, RunRecord, RunScope,
    RuntimeManagement, SecurityGroup, SecurityGroupRule, Subnet, Vpc, VpcAttachment,
};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/quiet";

/// The trust policy that lets Lambda take on a role.
pub(crate) const LAMBDA_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A gap such as a denied call leaves.
pub(crate) fn denied(operation: &str) -> Gap {
    Gap::labelled(operation, GapKind::AccessDenied, "not authorized").at(ACCOUNT, REGION)
}

/// ARN of a function of that name.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// An account with one function, `quiet`, that has nothing to hide.
pub(crate) fn quiet() -> AccountInventory {
    AccountInventory {
        account: AccountRecord {
            id: ACCOUNT.try_into().unwrap(),
            name: "workload".to_owned(),
            partition: "aws".to_owned(),
            observed_at: "2026-11-21T12:00:00Z".parse().unwrap(),
            organization: Observed::Known(Some(Organization {
                id: "o-lamppost01".to_owned(),
                management_account: "999999999999".to_owned(),
                accounts: Observed::Known(vec![
                    ACCOUNT.to_owned(),
                    "444455556666".to_owned(),
                    "999999999999".to_owned(),
                ]),
                path: vec!["r-root".to_owned()],
                service_control_policies: Observed::Known(None),
            })),
            unlisted_regions: None,
        },
        regions: vec![region(REGION, vec![function("quiet")])],
        services: AccountServices {
            iam: Observed::Known(Iam {
                principals: vec![Principal {
                    kind: PrincipalKind::Role,
                    arn: ROLE.to_owned(),
                    name: "quiet".to_owned(),
                    id: "AROAEXAMPLE".to_owned(),
                    trust_policy: Some(LAMBDA_TRUST.to_owned()),
                    inline: Vec::new(),
                    attached: Vec::new(),
                    boundary: None,
                    groups: Vec::new(),
                    tags: BTreeMap::new(),
                    last_used: None,
                }],
                policies: Vec::new(),
            }),
            ..AccountServices::default()
        },
    }
}

/// A region with these functions and nothing else.
pub(crate) fn region(name: &str, functions: Vec<Function>) -> RegionInventory {
    RegionInventory {
        region: name.try_into().unwrap(),
        status: RegionStatus::Scanned,
        settings: Observed::Known(AccountSettings {
            function_count: functions.len() as i64,
            concurrent_executions: 1000,
            unreserved_concurrent_executions: 1000,
        }),
        listing: Observed::Known(()),
        functions,
        event_source_mappings: Observed::Known(Vec::new()),
        code_signing: Observed::Known(Vec::new()),
        capacity_providers: Observed::Known(Vec::new()),
        layers: Observed::Known(Vec::new()),
        services: RegionServices {
            network: Observed::Known(network()),
            log_groups: Observed::Known(Vec::new()),
            ..RegionServices::default()
        },
    }
}

/// A zip function of today's Python.
pub(crate) fn function(name: &str) -> Function {
    Function {
        arn: arn(name),
        name: name.to_owned(),
        configuration: configuration("$LATEST"),
        detail: Observed::Known(FunctionDetail {
            state: Some("Active".to_owned()),
            state_reason_code: None,
            tags: Observed::Known(BTreeMap::new()),
            reserved_concurrency: None,
            code: Code::default(),
        }),
        policy: Observed::Known(None),
        urls: Observed::Known(Vec::new()),
        aliases: Observed::Known(Vec::new()),
        versions: Observed::Known(Vec::new()),
        invoke_configs: Observed::Known(Vec::new()),
        runtime_management: Observed::Known(RuntimeManagement {
            update_on: "Auto".to_owned(),
            runtime_version_arn: None,
        }),
        recursive_loop: Observed::Known("Terminate".to_owned()),
    }
}

/// Configuration of one version.
pub(crate) fn configuration(version: &str) -> Configuration {
    Configuration {
        version: version.to_owned(),
        runtime: Some("python3.13".to_owned()),
        role: Some(ROLE.to_owned()),
        package_type: "Zip".to_owned(),
        code_sha256: None,
        last_modified: None,
        timeout: Some(3),
        memory: Some(128),
        architectures: vec!["arm64".to_owned()],
        vpc: None,
        capacity_provider: None,
        dead_letter: None,
        environment: Environment {
            variables: Observed::Known(Vec::new()),
        },
        image_command: Observed::Known(Vec::new()),
        kms_key_arn: None,
        tracing: Some("PassThrough".to_owned()),
        layers: Vec::new(),
        file_systems: Vec::new(),
        snap_start: None,
        logging: Logging {
            format: Some("Text".to_owned()),
            ..Logging::default()
        },
        master_arn: None,
        signing_job_arn: None,
    }
}

/// Attaches a function to the private subnets of [`network`].
pub(crate) fn attach(function: &mut Function) {
    function.configuration.vpc = Some(VpcAttachment {
        vpc_id: "vpc-1".to_owned(),
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        security_groups: vec!["sg-closed".to_owned()],
        ipv6: false,
    });
}

/// A VPC with two private subnets, a public one, and a NAT gateway in the public one.
pub(crate) fn network() -> Network {
    let subnet = |id: &str, zone: &str| Subnet {
        id: id.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        zone_id: zone.to_owned(),
        owner: ACCOUNT.to_owned(),
    };
    let group = |id: &str, name: &str, ranges: &[&str]| SecurityGroup {
        id: id.to_owned(),
        name: name.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        ingress: Vec::new(),
        egress: vec![SecurityGroupRule {
            protocol: "-1".to_owned(),
            from_port: None,
            to_port: None,
            ranges: ranges
                .iter()
                .map(|text| InternetProtocolRange::parse(text))
                .collect(),
            others: Vec::new(),
        }],
    };
    Network {
        vpcs: Observed::Known(vec![Vpc {
            id: "vpc-1".to_owned(),
            is_default: false,
        }]),
        subnets: Observed::Known(vec![
            subnet("subnet-a", "euc1-az1"),
            subnet("subnet-b", "euc1-az2"),
            subnet("subnet-public", "euc1-az1"),
        ]),
        route_tables: Observed::Known(vec![
            table(
                "rtb-main",
                true,
                &[],
                &[("10.0.0.0/16", "local"), ("0.0.0.0/0", "nat-1")],
            ),
            table(
                "rtb-public",
                false,
                &["subnet-public"],
                &[("10.0.0.0/16", "local"), ("0.0.0.0/0", "igw-1")],
            ),
        ]),
        nat_gateways: Observed::Known(vec![NatGateway {
            id: "nat-1".to_owned(),
            subnet_id: "subnet-public".to_owned(),
            state: "available".to_owned(),
            connectivity: "public".to_owned(),
        }]),
        security_groups: Observed::Known(vec![
            group("sg-closed", "closed", &["10.0.0.0/16"]),
            group("sg-open", "open", &["0.0.0.0/0"]),
            group("sg-default", "default", &["10.0.0.0/16"]),
        ]),
        network_acls: Observed::Known(vec![NetworkAcl {
            id: "acl-1".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            subnets: ["subnet-a", "subnet-b", "subnet-public"]
                .map(str::to_owned)
                .to_vec(),
            entries: vec![
                acl_entry(100, true, true),
                acl_entry(100, false, true),
                acl_entry(32_767, true, false),
                acl_entry(32_767, false, false),
            ],
        }]),
        endpoints: Observed::Known(Vec::new()),
    }
}

/// An entry of a network ACL for all traffic.
pub(crate) fn acl_entry(number: i32, egress: bool, allow: bool) -> AclEntry {
    AclEntry {
        number,
        egress,
        allow,
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        range: InternetProtocolRange::parse("0.0.0.0/0"),
    }
}

/// A route table of `vpc-1`.
pub(crate) fn table(id: &str, main: bool, subnets: &[&str], routes: &[(&str, &str)]) -> RouteTable {
    RouteTable {
        id: id.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        main,
        subnets: subnets.iter().map(|id| (*id).to_owned()).collect(),
        routes: routes
            .iter()
            .map(|(destination, target)| Route {
                destination: (*destination).to_owned(),
                target: (*target).to_owned(),
                state: "active".to_owned(),
            })
            .collect(),
    }
}

/// A run that ended when it began, and found nothing out of the ordinary.
pub(crate) fn run_at(at: jiff::Timestamp) -> RunRecord {
    RunRecord {
        started: at,
        finished: at,
        interrupted: false,
        missed: Vec::new(),
        ledger: Vec::new(),
        scope: RunScope::default(),
    }
}
