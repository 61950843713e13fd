//! The network.

use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// One HTTP client for the whole process.
///
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured, and `AWS_CA_BUNDLE`
/// replaces the system's certificates.
pub fn live() -> SharedHttpClient {
    let context = tls_context();
    let proxy = ProxyConfig::from_env();
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .pool_idle_timeout(Duration::from_secs(10))
            .pool_max_idle_per_host(8);
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        let connector = connector.tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        match &context {
            Some(context) => connector.tls_context(context.clone()).build(),
            None => connector.build(),
        }
    })
}

/// The certificates that `AWS_CA_BUNDLE` names; an unreadable bundle is said and not used.
fn tls_context() -> Option<TlsContext> {
    let path = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty())?;
    let bundle = std::fs::read(&path)
        .inspect_err(|error| {
            tracing::warn!("cannot read the certificates of `AWS_CA_BUNDLE`: {error}");
        })
        .ok()?;
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(bundle))
        .build()
        .inspect_err(|error| {
            tracing::warn!("cannot use the certificates of `AWS_CA_BUNDLE`: {error}");
        })
        .ok()
}
