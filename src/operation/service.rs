//! AWS services and their wire protocols.

use super::{Depth, Estimate, Operation, Quota};

/// An AWS service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Service {
    /// Its name in the metadata of the SDK.
    pub name: &'static str,
    /// Its prefix in IAM actions. API Gateway version 2 shares the prefix of version 1 there, and has its own here.
    pub prefix: &'static str,
    /// The protocol of its requests and answers.
    pub protocol: Protocol,
    /// Whether it is called once for an account instead of once in each region.
    pub global: bool,
}

/// A wire protocol of AWS.
///
/// Source: <https://smithy.io/2.0/aws/protocols/index.html>.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// `restJson1`: the error's code in a header.
    RestJson,
    /// `awsJson1_0` and `awsJson1_1`: the error's code in `__type`.
    Json,
    /// `restXml`.
    RestXml,
    /// `awsQuery`.
    Query,
    /// `ec2Query`.
    Ec2,
}

impl Service {
    /// A service with an endpoint for each region.
    pub(super) const fn regional(
        name: &'static str,
        prefix: &'static str,
        protocol: Protocol,
    ) -> Self {
        Self {
            name,
            prefix,
            protocol,
            global: false,
        }
    }

    /// A service that is called once for all regions.
    pub(super) const fn global(
        name: &'static str,
        prefix: &'static str,
        protocol: Protocol,
    ) -> Self {
        Self {
            global: true,
            ..Self::regional(name, prefix, protocol)
        }
    }

    /// An operation of this service, by its label. Unless stated otherwise, it requires the IAM action of the same name
    /// and has no published quota.
    pub(super) const fn operation(self, label: &'static str) -> Operation {
        let (_, name) = label.split_at(self.prefix.len() + 1);
        Operation {
            service: self,
            label,
            name,
            action: Some(label),
            further: &[],
            resources: &[],
            quota: Quota::unpublished(label),
            depth: Depth::Standard,
            discovers: false,
            estimate: Estimate::Counted,
            leads_to: None,
        }
    }
}
