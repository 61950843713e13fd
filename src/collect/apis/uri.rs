//! The function that an integration calls.

use crate::policy::Arn;

const VARIABLE: &str = "${stageVariables.";

/// ARN of the function behind the URI of an integration, in which stage variables may stand; none where it calls
/// something else, or a function of another account.
///
/// Forms: `arn:…:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations`, and of HTTP APIs the
/// ARN by itself. Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html#apigw-PutIntegration-request-uri>
pub(super) fn function<'a>(uri: &'a str, account: &str) -> Option<&'a str> {
    let function = match uri.split_once("/functions/") {
        Some((head, rest)) if head.contains(":lambda:path/") => {
            rest.rsplit_once('/').map_or(rest, |(function, _)| function)
        }
        _ => uri,
    };
    let chosen = function.starts_with(VARIABLE) && !function.contains("://");
    let named = Arn::parse(function).is_some_and(|arn| {
        let fits = |field: &str, value: &str| field == value || field.contains(VARIABLE);
        fits(arn.service, "lambda")
            && fits(arn.account, account)
            && (arn.resource.starts_with("function:") || arn.resource.contains(VARIABLE))
    });
    (chosen || named).then_some(function)
}

/// Names of the stage variables that stand in a text.
pub(super) fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split(VARIABLE)
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_from_uris() {
        const F: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        let path = |function: &str| {
            format!(
                "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations"
            )
        };
        let streaming = format!(
            "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/{F}/response-streaming-invocations"
        );
        let chosen = "arn:aws:lambda:eu-west-1:111122223333:function:${stageVariables.f}";
        for (uri, expected) in [
            (path(F), Some(F)),
            (path(&format!("{F}:live")), Some(&*format!("{F}:live"))),
            (streaming, Some(F)),
            (path(chosen), Some(chosen)),
            (path("${stageVariables.f}"), Some("${stageVariables.f}")),
            (F.to_owned(), Some(F)),
            (chosen.to_owned(), Some(chosen)),
            (
                path("arn:aws:lambda:eu-west-1:999988887777:function:f"),
                None,
            ),
            (
                "arn:aws:apigateway:eu-west-1:sqs:path/111122223333/jobs".to_owned(),
                None,
            ),
            (
                "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a".to_owned(),
                None,
            ),
            (
                "https://${stageVariables.host}/functions/x".to_owned(),
                None,
            ),
            ("https://backend.example.com/".to_owned(), None),
        ] {
            assert_eq!(function(&uri, "111122223333"), expected, "{uri}");
        }
    }

    #[test]
    fn variables_are_named() {
        let names = |text| variables(text).collect::<Vec<_>>();
        assert_eq!(
            names("a:${stageVariables.f}:${stageVariables.alias}"),
            ["f", "alias"]
        );
        assert!(names("a:${stageVariables.f").is_empty());
        assert!(names("a").is_empty());
    }
}
