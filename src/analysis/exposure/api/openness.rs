//! What keeps callers out before any policy is asked: the route's authorizer and the API's endpoints.

use super::{Place, ReachingRoute, Search};
use crate::analysis::Fact;
use crate::inventory::{Gap, GapKind, Observed};
use crate::operation::{self, Operation};

impl Search<'_, '_> {
    /// Whether nothing asks who is calling.
    pub(super) fn asks_nothing(&self, place: &Place<'_>, route: &ReachingRoute) -> Fact<bool> {
        match route.authorization.as_str() {
            "NONE" => Fact::Known(true),
            "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS" | "JWT" => Fact::Known(false),
            other => {
                let rest = place.api.settings.kind == "REST";
                let operation = match rest {
                    true => &operation::apigateway::GET_DEPLOYMENT,
                    false => &operation::apigatewayv2::GET_ROUTES,
                };
                let what = "authorization type";
                Fact::unknown(&self.unrecognised(place, operation, what, other))
            }
        }
    }

    /// Whether it is known to whom the API answers: on the internet, or to VPC endpoints of any account.
    pub(super) fn has_known_endpoints(&self, place: &Place<'_>) -> Fact<bool> {
        let settings = &place.api.settings;
        match settings.kind.as_str() {
            "HTTP" | "WEBSOCKET" => Fact::Known(true),
            "REST" => {
                let mut endpoints = settings.endpoints.iter().map(String::as_str);
                let unknown = |one: &&str| !matches!(*one, "EDGE" | "REGIONAL" | "PRIVATE");
                match endpoints.find(unknown) {
                    None if settings.endpoints.is_empty() => self.strange_endpoint(place, ""),
                    None => Fact::Known(true),
                    Some(other) => self.strange_endpoint(place, other),
                }
            }
            other => {
                let what = "protocol of the API";
                Fact::unknown(&self.unrecognised(
                    place,
                    &operation::apigatewayv2::GET_APIS,
                    what,
                    other,
                ))
            }
        }
    }

    fn strange_endpoint(&self, place: &Place<'_>, value: &str) -> Fact<bool> {
        Fact::unknown(&self.unrecognised(
            place,
            &operation::apigateway::GET_REST_APIS,
            "endpoint type",
            value,
        ))
    }

    /// Whether the stage answers callers without a client certificate, at the address that AWS gives the API or at a
    /// custom domain name. While it answers at the first, certificates at the other hold nobody back.
    ///
    /// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html>
    pub(super) fn answers(&self, place: &Place<'_>, stage: &str) -> Fact<bool> {
        let api = &place.api.settings;
        if !api.default_endpoint_disabled {
            return Fact::Known(true);
        }
        let domains = match place.domains {
            Some(Observed::Known(domains)) => domains,
            Some(Observed::Missing(gap)) => return Fact::unknown(gap),
            None => return Fact::unknown(&self.no_domains(place)),
        };
        let asking_nobody = domains.iter().filter(|domain| !domain.mutual_tls);
        Fact::any(asking_nobody.map(|domain| {
            Fact::of(&domain.targets, |targets| {
                targets.iter().any(|target| target.is(&api.id, stage))
            })
        }))
    }

    fn no_domains(&self, place: &Place<'_>) -> Gap {
        let message = format!(
            "API {} answers at custom domain names only, which were not looked into",
            place.api.settings.id
        );
        let kind = GapKind::NotPlanned;
        self.gap(
            &operation::apigateway::GET_DOMAIN_NAMES,
            kind,
            message,
            place.region,
        )
    }

    fn unrecognised(
        &self,
        place: &Place<'_>,
        operation: &Operation,
        what: &str,
        value: &str,
    ) -> Gap {
        let mut gap = self.context.unrecognised(operation, what, value);
        place.region.clone_into(&mut gap.region);
        gap
    }
}
