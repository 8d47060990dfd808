//! Where the database is: from a URL, or from settings that another part has made (the embedded cluster).
//!
//! What it refuses: unverified certificates. Where TLS is asked for, the certificate is held against the
//! platform's trust store; `sslmode=require` is therefore what other clients call `verify-full`.

use std::sync::Arc;
use std::time::Duration;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;

/// A connection that is being made gives up after this: longer than a busy server needs, shorter than a
/// person waits.
const CONNECT: Duration = Duration::from_secs(10);
/// A peer that vanished without a word is noticed after idle + 3 × interval, not after the two hours that
/// systems default to.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Where a database is and how to sign in. Its `Debug` does not show the password.
#[derive(Clone, Debug)]
pub struct Target {
    config: Config,
}

impl Target {
    /// Reads an address in any of PostgreSQL's forms: `postgres://user:password@host:port/database?…` or
    /// `host=… user=… dbname=…`.
    ///
    /// # Errors
    /// [`StoreError::Address`] where it cannot be read.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        // The driver knows three modes. Verification is always on here, so the stricter two are `require`.
        let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let config: Config =
            url.parse().map_err(|error| StoreError::Address { reason: super::error::words(&error) })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::Address { reason: "it names no host".to_owned() });
        }
        Ok(Self::from_config(config))
    }

    /// Takes ready settings; timeouts that are not set are set.
    #[must_use]
    pub fn from_config(mut config: Config) -> Self {
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("tranche");
        }
        config
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(3)
            .tcp_user_timeout(KEEPALIVE_IDLE + 3 * KEEPALIVE_INTERVAL);
        Self { config }
    }

    /// The settings, for those who need another database of the same server.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The settings without TLS.
    pub(super) fn plain(&self) -> Config {
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Disable);
        config
    }

    /// Whether a failure of TLS may be met by going without: `sslmode=prefer` promises no more.
    pub(super) fn tls_optional(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Prefer
    }

    /// What makes TLS connections, where any is to be made: not on Unix sockets, not when disabled.
    /// Reading the platform's trust store takes milliseconds, so it is not done in vain.
    pub(super) fn tls(&self) -> Result<Option<MakeRustlsConnect>, StoreError> {
        let local = self.config.get_hostaddrs().is_empty()
            && self.config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        if local || self.config.get_ssl_mode() == SslMode::Disable {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|error| StoreError::Tls { reason: error.to_string() })?
            .with_no_client_auth();
        Ok(Some(MakeRustlsConnect::new(config)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_host_or_form_is_refused() {
        for url in ["postgres://", "http://localhost/x", "", "postgres://h/d?sslmode=maybe"] {
            assert!(matches!(Target::from_url(url), Err(StoreError::Address { .. })), "{url}");
        }
    }

    #[test]
    fn a_password_does_not_show() {
        let target = Target::from_url("postgres://u:geheim@h:5432/d?sslmode=verify-full").unwrap();
        assert!(!format!("{target:?}").contains("geheim"));
        assert!(!target.tls_optional());
    }

    #[test]
    fn no_tls_on_a_unix_socket() {
        let target = Target::from_url("host=/run/postgresql user=u dbname=d").unwrap();
        assert!(target.tls().unwrap().is_none());
    }
}
