//! Which list tells of a source, and under which name.

use crate::policy::Arn;

/// What has to be read to know whether a source is there.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum List {
    /// All buckets of the account, of whatever region.
    Buckets,
    /// Topics.
    Topics,
    /// Queues.
    Queues,
    /// Rules of one event bus; that of the account where none is named.
    Rules {
        /// Its name.
        bus: Option<String>,
    },
    /// APIs: those of REST, and those of HTTP and WebSocket.
    Apis,
    /// Target groups of functions.
    TargetGroups,
    /// Log groups, which are asked for by name.
    LogGroups,
}

/// A source and where to look for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Sought<'a> {
    /// As the trigger names it.
    pub(super) arn: &'a str,
    /// Its region; empty for buckets.
    pub(super) region: &'a str,
    /// Its name on the list; it may hold wildcards.
    pub(super) name: &'a str,
}

impl<'a> Sought<'a> {
    /// Nothing for a source of another partition or account, for one that may lie in several regions,
    /// and for kinds that no list tells of.
    pub(super) fn of(arn: &'a str, partition: &str, account: &str) -> Option<(List, Self)> {
        let fields = Arn::parse(arn).filter(|fields| fields.partition == partition)?;
        let open = |text: &str| text.contains(['*', '?', '$']);
        let (list, name) = match fields.service {
            "s3" => (List::Buckets, fields.resource.split('/').next()?),
            "sns" => (List::Topics, fields.resource),
            "sqs" => (List::Queues, fields.resource),
            "elasticloadbalancing" if fields.resource.starts_with("targetgroup/") => {
                (List::TargetGroups, fields.resource)
            }
            "execute-api" => (List::Apis, fields.resource.split('/').next()?),
            // a wildcard may stand for the bus too
            "events" if !open(fields.resource) => {
                let rule = fields.resource.strip_prefix("rule/")?;
                let (bus, name) = match rule.rsplit_once('/') {
                    Some((bus, name)) => (Some(bus.to_owned()), name),
                    None => (None, rule),
                };
                (List::Rules { bus }, name)
            }
            "logs" => {
                let name = fields.resource.strip_prefix("log-group:")?;
                let name = name.split(':').next().filter(|name| !open(name))?;
                (List::LogGroups, name)
            }
            _ => return None,
        };
        let (region, owner) = match list {
            List::Buckets => ("", ""),
            _ => (fields.region, account),
        };
        let placed = fields.region == region && fields.account == owner;
        let located = list == List::Buckets || !(region.is_empty() || open(region));
        (placed && located && !name.is_empty() && !name.contains('$'))
            .then_some((list, Self { arn, region, name }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arn: &str) -> Option<(List, &str, &str)> {
        let (list, sought) = Sought::of(arn, "aws", "111122223333")?;
        Some((list, sought.region, sought.name))
    }

    #[test]
    fn only_what_one_list_tells_of_is_sought() {
        let rules = |bus: Option<&str>| List::Rules {
            bus: bus.map(str::to_owned),
        };
        for (arn, expected) in [
            ("arn:aws:s3:::uploads", Some((List::Buckets, "", "uploads"))),
            ("arn:aws:s3:::acme-*", Some((List::Buckets, "", "acme-*"))),
            (
                "arn:aws:s3:::uploads/in/*",
                Some((List::Buckets, "", "uploads")),
            ),
            ("arn:aws-cn:s3:::uploads", None),
            ("arn:aws:s3:eu-west-1:111122223333:accesspoint/a", None),
            (
                "arn:aws:sns:eu-west-1:111122223333:orders.fifo",
                Some((List::Topics, "eu-west-1", "orders.fifo")),
            ),
            ("arn:aws:sns:eu-west-1:999988887777:orders", None),
            ("arn:aws:sns:*:111122223333:orders", None),
            ("arn:aws:sns:eu-west-1:*:orders", None),
            ("arn:aws:sns::111122223333:orders", None),
            (
                "arn:aws:sns:eu-west-1:111122223333:${aws:SourceAccount}",
                None,
            ),
            (
                "arn:aws:sqs:eu-west-1:111122223333:jobs",
                Some((List::Queues, "eu-west-1", "jobs")),
            ),
            (
                "arn:aws:events:eu-west-1:111122223333:rule/nightly",
                Some((rules(None), "eu-west-1", "nightly")),
            ),
            (
                "arn:aws:events:eu-west-1:111122223333:rule/orders/placed",
                Some((rules(Some("orders")), "eu-west-1", "placed")),
            ),
            (
                "arn:aws:events:eu-west-1:111122223333:rule/aws.partner/shop.example/1/placed",
                Some((
                    rules(Some("aws.partner/shop.example/1")),
                    "eu-west-1",
                    "placed",
                )),
            ),
            ("arn:aws:events:eu-west-1:111122223333:rule/*", None),
            (
                "arn:aws:events:eu-west-1:111122223333:event-bus/default",
                None,
            ),
            (
                "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*/GET/x",
                Some((List::Apis, "eu-west-1", "a1b2c3")),
            ),
            (
                "arn:aws:execute-api:eu-west-1:111122223333:*/*/*/*",
                Some((List::Apis, "eu-west-1", "*")),
            ),
            (
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/1a2b",
                Some((List::TargetGroups, "eu-west-1", "targetgroup/web/1a2b")),
            ),
            (
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/1a2b",
                None,
            ),
            (
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web:*",
                Some((List::LogGroups, "eu-west-1", "/app/web")),
            ),
            ("arn:aws:logs:eu-west-1:111122223333:log-group:*:*", None),
            ("arn:aws:cloudfront::111122223333:distribution/E1", None),
            ("arn:aws:kinesis:eu-west-1:111122223333:stream/clicks", None),
            ("uploads", None),
            ("true", None),
        ] {
            assert_eq!(of(arn), expected, "{arn}");
        }
    }
}
