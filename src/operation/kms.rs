//! What is asked of AWS Key Management Service.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html>.

use super::{Operation, Protocol, Service};

/// AWS Key Management Service.
pub const SERVICE: Service = Service::regional("KMS", "kms", Protocol::Json);

/// What one key is, and its state.
pub const DESCRIBE_KEY: Operation = SERVICE.operation("kms:DescribeKey").rate(2000, 1);

/// The policy of one key.
pub const GET_KEY_POLICY: Operation = SERVICE.operation("kms:GetKeyPolicy").rate(1000, 1);

/// Whether AWS rotates one key every year.
pub const GET_KEY_ROTATION_STATUS: Operation =
    SERVICE.operation("kms:GetKeyRotationStatus").rate(1000, 1);

/// Every operation of it.
pub const ALL: &[&Operation] = &[&DESCRIBE_KEY, &GET_KEY_POLICY, &GET_KEY_ROTATION_STATUS];
