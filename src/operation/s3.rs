//! Operations of Amazon S3.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>.

use super::{Estimate, Operation, Protocol, Quota, Service};

/// Amazon S3.
pub const SERVICE: Service = Service::global("S3", "s3", Protocol::RestXml);

const LIST_ALL: &str = "s3:ListAllMyBuckets";

/// The buckets of the account.
pub const LIST_BUCKETS: Operation = SERVICE
    .operation("s3:ListBuckets")
    .action(LIST_ALL)
    .quota(Quota::unpublished(LIST_ALL))
    .estimate(Estimate::Triggered);

/// The operations of this service.
pub const ALL: &[&Operation] = &[&LIST_BUCKETS];
