//! A provider of kind `oci` with its secrets: what it is made of, and what `reelway doctor` tells of it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    client::{Client, retry::Tries},
    principal::Principal,
    settings::Settings,
};
use crate::{
    clock::Clock,
    config::ProviderConfig,
    providers::webhook::{SharedHeader, Verifier},
    secrets::{Secret, Secrets},
};

/// What a provider is made of.
#[derive(Debug)]
pub struct Setup {
    /// What the configuration says.
    pub settings: Settings,
    /// Who signs requests.
    pub principal: Principal,
    /// How notifications are believed. Without it none is.
    pub verifier: Option<Verifier>,
    /// What is no error and yet hardly meant.
    pub warnings: Vec<String>,
}

/// Reads the provider's settings, checks them, and finds its secrets.
///
/// # Errors
/// All that is wrong.
pub fn setup(config: &ProviderConfig, secrets: &Secrets) -> Result<Setup, Vec<String>> {
    let settings = Settings::read(&config.settings)?;
    let mut problems = settings.check();
    let mut warnings = Vec::new();
    let principal = settings.principal(secrets).map_err(|more| problems.extend(more)).ok();
    let verifier = match &settings.notifications {
        None => {
            warnings.push("it has no notifications: Oracle is asked again and again instead.".to_owned());
            None
        }
        Some(notifications) => match secrets.get(&notifications.credentials_env) {
            Some(credentials) if credentials.expose().trim().contains(':') => {
                let basic = format!("Basic {}", STANDARD.encode(credentials.expose().trim()));
                Some(Verifier::SharedHeader(SharedHeader {
                    header: "authorization".to_owned(),
                    value: Secret::new(basic),
                }))
            }
            Some(_) => {
                problems.push(format!(
                    "the environment variable {} holds no user:password, as they stand in the subscription's URL",
                    notifications.credentials_env
                ));
                None
            }
            None => {
                warnings.push(format!(
                    "the environment variable {} is not set: all notifications are refused, and Oracle is asked again \
                     and again instead.",
                    notifications.credentials_env
                ));
                None
            }
        },
    };
    match principal {
        Some(principal) if problems.is_empty() => Ok(Setup { settings, principal, verifier, warnings }),
        _ => Err(problems),
    }
}

/// The client of these settings.
///
/// # Errors
/// The TLS library's.
pub fn client(settings: &Settings, principal: Principal, clock: Clock) -> Result<Client, String> {
    let limits = &settings.limits;
    let span = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(20));
    let patience = u64::try_from(span(limits.patience).as_millis()).unwrap_or(u64::MAX);
    let tries = Tries { retries: limits.retries, patience };
    Client::new(settings.hosts(), principal, clock, span(limits.timeout), tries)
}
