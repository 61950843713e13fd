//! Event source mappings of a whole region.

use aws_sdk_lambda::types as sdk;

use super::Lambda;
use crate::collect::text::{Unreadable, listed, present, required, text};
use crate::inventory::{EventSourceMapping, Observed};
use crate::operation;

impl Lambda<'_> {
    /// All event source mappings of the region.
    pub(in crate::collect) async fn event_source_mappings(
        &self,
    ) -> Observed<Vec<EventSourceMapping>> {
        let pages = self
            .client
            .list_event_source_mappings()
            .max_items(100)
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_EVENT_SOURCE_MAPPINGS;
        self.place
            .list(
                operation,
                None,
                pages,
                |page| page.next_marker(),
                |page| {
                    listed(page.event_source_mappings.as_ref(), "EventSourceMappings")?
                        .iter()
                        .map(mapping)
                        .collect()
                },
            )
            .await
            .into()
    }
}

/// A mapping that does not say whom it invokes makes the list unreadable: it may concern any function.
fn mapping(from: &sdk::EventSourceMappingConfiguration) -> Result<EventSourceMapping, Unreadable> {
    if present(from.event_source_arn()).is_none() && from.self_managed_event_source().is_none() {
        return Err(Unreadable("the answer names no event source".to_owned()));
    }
    Ok(EventSourceMapping {
        uuid: text(from.uuid()),
        function_arn: required(from.function_arn(), "FunctionArn")?.to_owned(),
        source_arn: present(from.event_source_arn()),
        self_managed_kafka: from.self_managed_event_source().is_some(),
        state: required(from.state(), "State")?.to_owned(),
        on_failure: from
            .destination_config()
            .and_then(|destinations| destinations.on_failure())
            .and_then(|to| present(to.destination())),
        source_access: from
            .source_access_configurations()
            .iter()
            .map(|access| {
                let kind = access.r#type().map(|kind| kind.as_str());
                required(kind, "Type").map(ToOwned::to_owned)
            })
            .collect::<Result<_, _>>()?,
        maximum_retry_attempts: from.maximum_retry_attempts(),
        kms_key_arn: present(from.kms_key_arn()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_keep_unknown_types_and_bear_missing_members() {
        let bare = sdk::EventSourceMappingConfiguration::builder()
            .function_arn("arn:aws:lambda:eu-west-1:111122223333:function:api:live")
            .event_source_arn("arn:aws:sqs:eu-west-1:111122223333:queue")
            .state("Enabled");
        let read = mapping(&bare.clone().build()).unwrap();
        assert_eq!(read.on_failure, None);
        assert!(!read.self_managed_kafka);
        assert!(mapping(&bare.clone().set_state(None).build()).is_err());
        assert!(mapping(&bare.clone().set_event_source_arn(None).build()).is_err());
        let read = mapping(
            &bare
                .self_managed_event_source(sdk::SelfManagedEventSource::builder().build())
                .source_access_configurations(
                    sdk::SourceAccessConfiguration::builder()
                        .r#type(sdk::SourceAccessType::from("PIGEON_AUTH"))
                        .uri("arn:aws:secretsmanager:…")
                        .build(),
                )
                .maximum_retry_attempts(-1)
                .build(),
        )
        .unwrap();
        assert!(read.self_managed_kafka);
        assert_eq!(read.source_access, ["PIGEON_AUTH"]);
        assert_eq!(read.maximum_retry_attempts, Some(-1));
        assert!(mapping(&sdk::EventSourceMappingConfiguration::builder().build()).is_err());
    }
}
