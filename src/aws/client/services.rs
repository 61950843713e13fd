//! The clients of AWS's services, each made when first asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Session, first_region};
use crate::aws::guard::Renewal;

type PerRegion<C> = Mutex<HashMap<String, C>>;

/// The client of one service in one region, made when first asked for.
macro_rules! client {
    ($session:expr, $field:ident, $sdk:ident, $region:expr) => {{
        let inner = &$session.0;
        let region: &str = $region;
        let mut clients = inner
            .clients
            .$field
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        clients
            .entry(region.to_owned())
            .or_insert_with(|| {
                let config = $sdk::config::Builder::from(&inner.config)
                    .region($sdk::config::Region::new(region.to_owned()))
                    .retry_partition(inner.retry_partition(region))
                    .interceptor(inner.guard(region))
                    .retry_classifier(Renewal(inner.credentials.clone()))
                    .build();
                $sdk::Client::from_conf(config)
            })
            .clone()
    }};
}

/// The method that gives the client of one service.
macro_rules! method {
    ($(#[$doc:meta])* regional $name:ident: $sdk:ident) => {
        $(#[$doc])*
        pub fn $name(&self, region: &str) -> $sdk::Client {
            client!(self, $name, $sdk, region)
        }
    };
    ($(#[$doc:meta])* global $name:ident: $sdk:ident) => {
        $(#[$doc])*
        pub fn $name(&self) -> $sdk::Client {
            client!(self, $name, $sdk, first_region(&self.0.partition))
        }
    };
}

/// The services that are asked, each with the crate of its client.
macro_rules! services {
    ($($(#[$doc:meta])* $scope:ident $name:ident: $sdk:ident,)+) => {
        #[derive(Default)]
        pub(super) struct Clients {
            $($name: PerRegion<$sdk::Client>,)+
        }

        impl Session {
            $(method! { $(#[$doc])* $scope $name: $sdk })+
        }
    };
}

services! {
    /// Lambda in one region.
    regional lambda: aws_sdk_lambda,
    /// EC2 in one region.
    regional ec2: aws_sdk_ec2,
    /// KMS in one region.
    regional kms: aws_sdk_kms,
    /// CloudWatch Logs in one region.
    regional logs: aws_sdk_cloudwatchlogs,
    /// S3, of which only the list of buckets is asked for, which is the same everywhere.
    global s3: aws_sdk_s3,
    /// SNS in one region.
    regional sns: aws_sdk_sns,
    /// SQS in one region.
    regional sqs: aws_sdk_sqs,
    /// EventBridge in one region.
    regional events: aws_sdk_eventbridge,
    /// API Gateway's REST APIs in one region.
    regional rest_apis: aws_sdk_apigateway,
    /// API Gateway's HTTP and WebSocket APIs in one region.
    regional http_apis: aws_sdk_apigatewayv2,
    /// Elastic Load Balancing in one region.
    regional balancers: aws_sdk_elasticloadbalancingv2,
    /// STS in one region.
    regional sts: aws_sdk_sts,
    /// IAM, which is global.
    global iam: aws_sdk_iam,
    /// Organizations, which is global.
    global organizations: aws_sdk_organizations,
}
