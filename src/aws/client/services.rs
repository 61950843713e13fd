//! The clients of AWS's services, each made when first asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Session, first_region};
use crate::aws::guard::Renewal;

type PerRegion<C> = Mutex<HashMap<String, C>>;

#[derive(Default)]
pub(super) struct Clients {
    lambda: PerRegion<aws_sdk_lambda::Client>,
    ec2: PerRegion<aws_sdk_ec2::Client>,
    kms: PerRegion<aws_sdk_kms::Client>,
    logs: PerRegion<aws_sdk_cloudwatchlogs::Client>,
    sts: PerRegion<aws_sdk_sts::Client>,
    iam: PerRegion<aws_sdk_iam::Client>,
    organizations: PerRegion<aws_sdk_organizations::Client>,
    s3: PerRegion<aws_sdk_s3::Client>,
    sns: PerRegion<aws_sdk_sns::Client>,
    sqs: PerRegion<aws_sdk_sqs::Client>,
    events: PerRegion<aws_sdk_eventbridge::Client>,
    rest_apis: PerRegion<aws_sdk_apigateway::Client>,
    http_apis: PerRegion<aws_sdk_apigatewayv2::Client>,
    balancers: PerRegion<aws_sdk_elasticloadbalancingv2::Client>,
}

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

impl Session {
    /// Lambda in one region.
    pub fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        client!(self, lambda, aws_sdk_lambda, region)
    }

    /// EC2 in one region.
    pub fn ec2(&self, region: &str) -> aws_sdk_ec2::Client {
        client!(self, ec2, aws_sdk_ec2, region)
    }

    /// KMS in one region.
    pub fn kms(&self, region: &str) -> aws_sdk_kms::Client {
        client!(self, kms, aws_sdk_kms, region)
    }

    /// CloudWatch Logs in one region.
    pub fn logs(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        client!(self, logs, aws_sdk_cloudwatchlogs, region)
    }

    /// S3, of which only the list of buckets is asked for, which is the same everywhere.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        client!(self, s3, aws_sdk_s3, first_region(&self.0.partition))
    }

    /// SNS in one region.
    pub fn sns(&self, region: &str) -> aws_sdk_sns::Client {
        client!(self, sns, aws_sdk_sns, region)
    }

    /// SQS in one region.
    pub fn sqs(&self, region: &str) -> aws_sdk_sqs::Client {
        client!(self, sqs, aws_sdk_sqs, region)
    }

    /// EventBridge in one region.
    pub fn events(&self, region: &str) -> aws_sdk_eventbridge::Client {
        client!(self, events, aws_sdk_eventbridge, region)
    }

    /// API Gateway's REST APIs in one region.
    pub fn rest_apis(&self, region: &str) -> aws_sdk_apigateway::Client {
        client!(self, rest_apis, aws_sdk_apigateway, region)
    }

    /// API Gateway's HTTP and WebSocket APIs in one region.
    pub fn http_apis(&self, region: &str) -> aws_sdk_apigatewayv2::Client {
        client!(self, http_apis, aws_sdk_apigatewayv2, region)
    }

    /// Elastic Load Balancing in one region.
    pub fn balancers(&self, region: &str) -> aws_sdk_elasticloadbalancingv2::Client {
        client!(self, balancers, aws_sdk_elasticloadbalancingv2, region)
    }

    /// STS in one region.
    pub fn sts(&self, region: &str) -> aws_sdk_sts::Client {
        client!(self, sts, aws_sdk_sts, region)
    }

    /// IAM, which is global.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        client!(self, iam, aws_sdk_iam, first_region(&self.0.partition))
    }

    /// Organizations, which is global.
    pub fn organizations(&self) -> aws_sdk_organizations::Client {
        let region = first_region(&self.0.partition);
        client!(self, organizations, aws_sdk_organizations, region)
    }
}
