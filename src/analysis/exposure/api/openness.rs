//! What keeps callers out before any policy is asked: the route's authorizer and the API's endpoints.

use super::{Place, ReachingRoute, Search};
use crate::analysis::Fact;
use crate::inventory::{Gap, GapKind};

impl Search<'_, '_> {
    /// Whether nothing asks who is calling.
    pub(super) fn asks_nothing(&self, place: &Place<'_>, route: &ReachingRoute) -> Fact<bool> {
        match route.authorization.as_str() {
            "NONE" => Fact::Known(true),
            "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS" | "JWT" => Fact::Known(false),
            other => {
                let rest = place.api.settings.kind == "REST";
                let operation = match rest {
                    true => "apigateway:GetDeployment",
                    false => "apigatewayv2:GetRoutes",
                };
                let what = "authorization type";
                Fact::unknown(&self.unrecognised(place, operation, what, other))
            }
        }
    }

    /// Whether the API answers on the internet.
    pub(super) fn on_the_internet(&self, place: &Place<'_>) -> Fact<bool> {
        let settings = &place.api.settings;
        match settings.kind.as_str() {
            "HTTP" | "WEBSOCKET" => Fact::Known(true),
            "REST" => {
                let mut endpoints = settings.endpoints.iter().map(String::as_str);
                let unknown = |one: &&str| !matches!(*one, "EDGE" | "REGIONAL" | "PRIVATE");
                match endpoints.clone().find(unknown) {
                    None if settings.endpoints.is_empty() => self.strange_endpoint(place, ""),
                    None => Fact::Known(!endpoints.any(|one| one == "PRIVATE")),
                    Some(other) => self.strange_endpoint(place, other),
                }
            }
            other => {
                let what = "protocol of the API";
                Fact::unknown(&self.unrecognised(place, "apigatewayv2:GetApis", what, other))
            }
        }
    }

    fn strange_endpoint(&self, place: &Place<'_>, value: &str) -> Fact<bool> {
        Fact::unknown(&self.unrecognised(place, "apigateway:GetRestApis", "endpoint type", value))
    }

    /// An API without it may still answer at domain names of its own, which are not read.
    pub(super) fn at_default_endpoint(&self, place: &Place<'_>) -> Fact<bool> {
        let settings = &place.api.settings;
        if !settings.default_endpoint_disabled {
            return Fact::Known(true);
        }
        let message = format!(
            "API {} answers at custom domain names only, which are not read",
            settings.id
        );
        Fact::unknown(&self.gap(list_of(place), GapKind::Unrecognised, message, place.region))
    }

    fn unrecognised(&self, place: &Place<'_>, operation: &str, what: &str, value: &str) -> Gap {
        let mut gap = self.context.unrecognised(operation, what, value);
        place.region.clone_into(&mut gap.region);
        gap
    }
}

fn list_of(place: &Place<'_>) -> &'static str {
    match place.api.settings.kind.as_str() {
        "REST" => "apigateway:GetRestApis",
        _ => "apigatewayv2:GetApis",
    }
}
