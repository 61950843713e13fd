//! Endpoints that the user sets in place of AWS's own: from where, for which service, and whether they can be addresses.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use http::Uri;
use thiserror::Error;

/// The variable for all services; `_` and a service's name after it: for that service.
const VARIABLE: &str = "AWS_ENDPOINT_URL";

/// The same in a profile, and in a section of services that it names.
const SETTING: &str = "endpoint_url";

/// The switch by which the user takes all of them back.
const IGNORED: (&str, &str) = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "ignore_configured_endpoint_urls",
);

/// A variable that nobody sets: settings are asked for by a variable and a profile's key, and this leaves the profile.
const NO_VARIABLE: &str = "LAMPPOST_PROFILE_ONLY";

/// Services that Lamppost calls, by the ids that the SDK has for them.
const SERVICES: [&str; 14] = [
    "API Gateway",
    "ApiGatewayV2",
    "CloudWatch Logs",
    "EC2",
    "Elastic Load Balancing v2",
    "EventBridge",
    "IAM",
    "KMS",
    "Lambda",
    "Organizations",
    "S3",
    "SNS",
    "SQS",
    "STS",
];

/// A setting of an endpoint that is not an address.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("{origin} is `{address}`, which is not the address of an endpoint: {fault}")]
pub struct WrongEndpoint {
    /// The variable or the setting of a profile.
    pub origin: String,
    /// What stands there, as far as it may be shown.
    pub address: String,
    /// What is wrong with it.
    pub fault: &'static str,
}

/// The configuration with the endpoints that the user's settings come to. An empty setting is none.
///
/// Source for which setting wins:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
///
/// # Errors
/// When one of them is not an address.
pub(super) fn settle(config: SdkConfig) -> Result<SdkConfig, WrongEndpoint> {
    // the SDK's own providers of credentials read these variables as well, for services that are not called otherwise
    for (name, value) in std::env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        if name.starts_with(VARIABLE) && !value.is_empty() {
            check(&value, || name.clone().into_owned())?;
        }
    }
    let Some(settings) = config.service_config() else {
        return Ok(config);
    };
    let mut addresses = BTreeMap::new();
    for service in SERVICES {
        if let Some((address, origin)) = setting(settings, service) {
            check(&address, || origin)?;
            addresses.insert(service, address);
        }
    }
    let global = setting(settings, "").map(|(address, _)| address);
    let mut builder = config.into_builder();
    builder.set_endpoint_url(global);
    Ok(builder.service_config(Addresses(addresses)).build())
}

/// The address of a service, and what sets it.
fn setting(settings: &dyn LoadServiceConfig, service: &str) -> Option<(String, String)> {
    let read = |service: &str, variable: &str, setting: &str| {
        let key = ServiceConfigKey::builder()
            .service_id(service)
            .env(variable)
            .profile(setting);
        let value = settings.load_config(key.build().ok()?)?;
        (!value.is_empty()).then_some(value)
    };
    let ignored = read("", IGNORED.0, IGNORED.1);
    if ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    let own = format!(
        "{VARIABLE}_{}",
        service.to_uppercase().replace([' ', '-'], "_")
    );
    for name in [own.as_str(), VARIABLE] {
        if let Ok(value) = std::env::var(name)
            && !value.is_empty()
        {
            return Some((value, name.to_owned()));
        }
    }
    let of_profile = read("", NO_VARIABLE, SETTING);
    let of_service = read(service, NO_VARIABLE, SETTING);
    let origin = match of_service == of_profile {
        true => format!("`{SETTING}` of the AWS profile"),
        false => format!("`{SETTING}` of {service} in the services of the AWS profile"),
    };
    Some((of_service.or(of_profile)?, origin))
}

/// Addresses that are settled, by the service's id.
#[derive(Debug)]
struct Addresses(BTreeMap<&'static str, String>);

impl LoadServiceConfig for Addresses {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        match key.env() {
            VARIABLE => self.0.get(key.service_id()).cloned(),
            _ => None,
        }
    }
}

/// The address that calls of a service go to in place of AWS's own, as it may be shown.
pub(super) fn of_service(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env(VARIABLE)
        .profile(SETTING);
    let own = config
        .service_config()
        .zip(key.build().ok())
        .and_then(|(settled, key)| settled.load_config(key));
    own.as_deref().or_else(|| config.endpoint_url()).map(shown)
}

/// The services with an address of their own, beside or in place of the one for all.
pub(super) fn of_services(config: &SdkConfig) -> BTreeMap<String, String> {
    let global = config.endpoint_url().map(shown);
    SERVICES
        .iter()
        .filter_map(|service| Some(((*service).to_owned(), of_service(config, service)?)))
        .filter(|(_, address)| Some(address) != global.as_ref())
        .collect()
}

/// The address of an endpoint as it may be shown: without a user, a password and a query.
pub(super) fn shown(endpoint: &str) -> String {
    let (scheme, rest) = match endpoint.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), endpoint),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{place}{path}")
}

fn check(address: &str, origin: impl FnOnce() -> String) -> Result<(), WrongEndpoint> {
    match fault(address) {
        None => Ok(()),
        Some(fault) => Err(WrongEndpoint {
            origin: origin(),
            address: shown(address),
            fault,
        }),
    }
}

/// Why a text cannot be the address of an endpoint.
fn fault(address: &str) -> Option<&'static str> {
    if !address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("it holds a space or another character that addresses do not have");
    }
    let Some(rest) = ["http://", "https://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
    else {
        return Some("it does not begin with `http://` or `https://`");
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let place = rest.split_at(end).0;
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    // colons within brackets are those of an IPv6 address
    let after = place.rsplit_once(']').map_or(place, |(_, after)| after);
    if let Some((_, port)) = after.rsplit_once(':')
        && port.parse::<u16>().is_err()
    {
        return Some("its port is not a number from 0 to 65535");
    }
    match address.parse::<Uri>() {
        Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => None,
        Ok(_) => Some("it names no host"),
        Err(_) if place.is_empty() => Some("it names no host"),
        Err(_) => Some("it cannot be read as an address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_shown_without_credentials() {
        for (endpoint, expected) in [
            ("http://localhost:4566", "http://localhost:4566"),
            (
                "https://ann:secret@host:1/a@b?token=d",
                "https://host:1/a@b",
            ),
            ("https://a@b@host", "https://host"),
            ("ann:secret@host:4566", "host:4566"),
            ("https://host/x@y#z", "https://host/x@y"),
        ] {
            assert_eq!(shown(endpoint), expected);
        }
    }

    #[test]
    fn an_address_has_a_scheme_a_host_and_a_numeric_port() {
        for address in [
            "http://localhost:4566",
            "https://host",
            "https://ann:secret@host:1/path",
            "http://[::1]:4566",
            "http://[::1]",
        ] {
            assert_eq!(fault(address), None, "{address}");
        }
        for (address, part) in [
            ("localhost:4566", "begin with"),
            ("ftp://host", "begin with"),
            ("http://", "no host"),
            ("http://:80", "no host"),
            ("http://host:port", "port"),
            ("http://host:99999", "port"),
            ("http://ho st", "space"),
            ("http://höst", "space"),
            ("http://[::1", "cannot be read"),
        ] {
            let found = fault(address).unwrap_or_default();
            assert!(found.contains(part), "{address}: {found}");
        }
    }
}
