//! Operations of AWS Key Management Service.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>.

use super::{Operation, Protocol, Service};

/// AWS Key Management Service.
pub const SERVICE: Service = Service::regional("KMS", "kms", Protocol::Json);

/// The metadata of one key.
pub const DESCRIBE_KEY: Operation = SERVICE.operation("kms:DescribeKey").rate(2000, 1);

/// The policy of one key.
pub const GET_KEY_POLICY: Operation = SERVICE.operation("kms:GetKeyPolicy").rate(1000, 1);

/// The rotation setting of one key.
pub const GET_KEY_ROTATION_STATUS: Operation =
    SERVICE.operation("kms:GetKeyRotationStatus").rate(1000, 1);

/// The operations of this service.
pub const ALL: &[&Operation] = &[&DESCRIBE_KEY, &GET_KEY_POLICY, &GET_KEY_ROTATION_STATUS];
