//! AWS services, and how they speak.

use super::{Depth, Estimate, Operation, Quota};

/// An AWS service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Service {
    /// The SDK's name of it, as its metadata gives it.
    pub name: &'static str,
    /// Its prefix in IAM actions; of the second of API Gateway's two services, which share one, its own name.
    pub prefix: &'static str,
    /// How it writes its answers.
    pub protocol: Protocol,
    /// Whether it is asked once for an account and not in every region.
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
    /// A service that each region has for itself.
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

    /// A service that is asked once for all regions.
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

    /// An operation of this service by its label: the action of the same name allows it, and AWS does not publish how
    /// often it may be called.
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
