//! What the function logs, and how long that is kept.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact};
use crate::inventory::LogGroup;
use crate::operation;

/// Logging of the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LoggingFacts {
    /// Name of its log group.
    pub group: String,
    /// Whether the group exists; Lambda makes it at the first invocation.
    pub group_exists: Fact<bool>,
    /// Whether events in the group expire some day.
    pub group_expires: Fact<bool>,
    /// Days that events are kept; 0 where they never expire or the group does not exist.
    pub retention_days: Fact<i64>,
    /// Whether events expire sooner than after the days that are asked for.
    pub retention_too_short: Fact<bool>,
    /// How many days are asked for (`thresholds.minimum-log-retention-days`).
    pub minimum_retention_days: i64,
    /// Whether a customer key encrypts the group.
    pub group_customer_key: Fact<bool>,
    /// Whether logs are written as JSON, the only format with log levels.
    pub json: Fact<bool>,
    /// Application log level, as AWS writes it; empty for text logs.
    #[schemars(extend("enum" = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", ""]))]
    pub application_level: Fact<String>,
}

/// Groups that are older than classes have none.
fn expires(context: Context<'_>, group: &LogGroup) -> Fact<bool> {
    match group.class.as_str() {
        _ if group.retention_days.is_some() => Fact::Known(true),
        DELIVERY => Fact::Known(true),
        "" | "STANDARD" | "INFREQUENT_ACCESS" => Fact::Known(false),
        other => Fact::unknown(&context.unrecognised(
            &operation::logs::DESCRIBE_LOG_GROUPS,
            "log class",
            other,
        )),
    }
}

/// Class of log groups that keep one day and take no retention setting.
///
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html>
const DELIVERY: &str = "DELIVERY";

impl LoggingFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let logging = &context.function.configuration.logging;
        let name = logging
            .group
            .clone()
            .unwrap_or_else(|| format!("/aws/lambda/{}", context.function.name));
        let minimum = context.account.settings.minimum_log_retention_days;
        let group = Fact::of(&context.region.services.log_groups, |groups| {
            groups.iter().find(|group| group.name == name).cloned()
        });
        let json = match logging.format.as_deref().unwrap_or_default() {
            "JSON" => Fact::Known(true),
            "Text" => Fact::Known(false),
            other => Fact::unknown(&context.unrecognised(
                &operation::lambda::LIST_FUNCTIONS,
                "log format",
                other,
            )),
        };
        Self {
            group_exists: group.map_ref(Option::is_some),
            group_expires: match &group {
                Fact::Known(Some(group)) => expires(context, group),
                Fact::Known(None) => Fact::Known(false),
                Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
            },
            retention_days: group.map_ref(|group| {
                group
                    .as_ref()
                    .and_then(|group| group.retention_days)
                    .map_or(0, i64::from)
            }),
            retention_too_short: group.map_ref(|group| {
                let days = group.as_ref().and_then(|group| group.retention_days);
                days.is_some_and(|days| i64::from(days) < minimum)
            }),
            minimum_retention_days: minimum,
            group_customer_key: group.map_ref(|group| {
                group
                    .as_ref()
                    .is_some_and(|group| group.kms_key_arn.is_some())
            }),
            group: name,
            application_level: match &json {
                Fact::Known(false) => Fact::Known(String::new()),
                Fact::Known(true) => {
                    match logging.application_level.as_deref().unwrap_or_default() {
                        level @ ("TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL") => {
                            Fact::Known(level.to_owned())
                        }
                        other => Fact::unknown(&context.unrecognised(
                            &operation::lambda::LIST_FUNCTIONS,
                            "application log level",
                            other,
                        )),
                    }
                }
                Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
            },
            json,
        }
    }
}
