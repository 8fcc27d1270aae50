//! A provider of kind `oci` with its secrets: what it is made of, and what `reelway doctor` tells of it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Url;

use super::{
    client::{Client, retry::Tries},
    key::PrivateKey,
    principal::{Instance, Principal},
    settings::{Auth, Settings},
    sign::Signer,
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
    let principal = principal(&settings, secrets).map_err(|more| problems.extend(more)).ok();
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

/// Who signs requests.
///
/// # Errors
/// What is missing.
fn principal(settings: &Settings, secrets: &Secrets) -> Result<Principal, Vec<String>> {
    match &settings.auth {
        Auth::ApiKey { tenancy, user, private_key_env, passphrase_env } => {
            let key = private_key(secrets, private_key_env, passphrase_env.as_deref(), "the API key's private half")?;
            Signer::api_key(tenancy, user, key).map(Principal::Fixed).map_err(|error| vec![error.to_string()])
        }
        Auth::SessionToken { token_env, private_key_env, passphrase_env } => {
            let token = secrets.get(token_env).ok_or_else(|| missing(token_env, "the session token"));
            let key = private_key(secrets, private_key_env, passphrase_env.as_deref(), "the session's private key");
            match (token, key) {
                (Ok(token), Ok(key)) => Ok(Principal::Fixed(Signer::session(token.expose().trim(), key))),
                (token, key) => Err(token.err().into_iter().chain(key.err().into_iter().flatten()).collect()),
            }
        }
        Auth::InstancePrincipal {} => {
            let hosts = settings.hosts();
            let federation = format!("{}/v1/x509", hosts.federation.trim_end_matches('/'));
            match (Url::parse(&hosts.metadata), Url::parse(&federation)) {
                (Ok(metadata), Ok(federation)) => {
                    Ok(Principal::Instance(Box::new(Instance::new(metadata, federation))))
                }
                _ => Err(vec!["hosts.metadata or hosts.federation is no address".to_owned()]),
            }
        }
    }
}

fn missing(name: &str, what: &str) -> String {
    format!("the environment variable {name} is not set: {what}")
}

/// The key in the variable of this name, opened by the passphrase in the other one.
fn private_key(secrets: &Secrets, name: &str, passphrase: Option<&str>, what: &str) -> Result<PrivateKey, Vec<String>> {
    let mut problems = Vec::new();
    let pem = secrets.get(name).map(|secret| secret.pem().unwrap_or(secret));
    if pem.is_none() {
        problems.push(missing(name, &format!("{what}, in PEM")));
    }
    let opened = passphrase.map(|name| secrets.get(name).ok_or_else(|| missing(name, "the key's passphrase")));
    let passphrase = opened.transpose().map_err(|problem| problems.push(problem)).ok().flatten();
    let pem = pem.filter(|_| problems.is_empty()).ok_or(problems)?;
    PrivateKey::open(pem.expose(), passphrase.as_ref().map(Secret::expose))
        .map_err(|error| vec![format!("{name}: {error}")])
}

/// What `reelway doctor` tells of such a provider, without asking Oracle anything: `reelway oci build` does that.
pub fn examine(config: &ProviderConfig, secrets: &Secrets) -> Vec<Result<String, String>> {
    match setup(config, secrets) {
        Ok(Setup { settings, warnings, .. }) => {
            let who = match &settings.auth {
                Auth::ApiKey { .. } => "an API key",
                Auth::SessionToken { .. } => "a session token",
                Auth::InstancePrincipal {} => "the instance's own certificate",
            };
            let found = format!("Oracle in {}, signed by {who}, bucket \"{}\"", settings.region, settings.bucket);
            std::iter::once(found).chain(warnings).map(Ok).collect()
        }
        Err(problems) => problems.into_iter().map(Err).collect(),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::ProviderKind;

    const KEY: &str = include_str!("testdata/rsa_pkcs8.pem");
    const SEALED: &str = include_str!("testdata/rsa_sealed.pem");
    const GOOD: &str = "region = 'us-phoenix-1'\ncompartment = 'ocid1.compartment.oc1..c'\nbucket = 'in'\n\
                        auth = { kind = 'api_key', tenancy = 't', user = 'u' }\n";

    fn found(settings: &str, secrets: &[(&str, &str)]) -> Vec<Result<String, String>> {
        let provider = ProviderConfig { settings: settings.parse().unwrap(), ..ProviderConfig::new(ProviderKind::Oci) };
        examine(&provider, &Secrets::of(secrets.iter().copied()))
    }

    #[test]
    fn the_doctor_tells_what_is_missing_by_name_and_never_what_is_in_it() {
        let key = [("VIDEO_PRIVATE_KEY", KEY)];
        let good = found(GOOD, &key);
        assert!(good.iter().all(Result::is_ok), "{good:?}");
        for (more, secrets, told) in [
            ("", &[][..], "the environment variable VIDEO_PRIVATE_KEY is not set"),
            ("", &[("VIDEO_PRIVATE_KEY", "hush")], "VIDEO_PRIVATE_KEY: it holds no RSA private key"),
            ("", &[("VIDEO_PRIVATE_KEY", SEALED)], "auth.passphrase_env"),
            ("buckets = 'x'", &key, "unknown field `buckets`"),
            ("prefix = '../up'", &key, "prefix: it has letters"),
            ("hosts = { media = 'http://media.example' }", &key, "hosts.media: it has to begin with https://"),
            ("workflow = { ladder = [] }", &key, "workflow.ladder"),
            ("streams = { token_lifetime = 60 }", &key, "streams.token_lifetime"),
            ("streams = { encryption = 'AES256' }", &key, "unknown variant"),
            ("upload = { min_chunk = 0 }", &key, "upload: "),
        ] {
            let found = found(&format!("{GOOD}{more}"), secrets);
            let errors: Vec<&String> = found.iter().filter_map(|found| found.as_ref().err()).collect();
            assert!(errors.iter().any(|error| error.contains(told)), "{more}: {errors:?}");
            assert!(errors.iter().all(|error| !error.contains("hush")), "{errors:?}");
        }
    }

    #[test]
    fn a_key_with_a_passphrase_wants_it() {
        let settings = GOOD.replace("user = 'u'", "user = 'u', passphrase_env = 'P'");
        let with = |secrets: &[(&str, &str)]| format!("{:?}", found(&settings, secrets));
        let sealed = ("VIDEO_PRIVATE_KEY", SEALED);
        assert!(with(&[sealed, ("P", "open sesame")]).contains("Ok"));
        assert!(!with(&[sealed, ("P", "open sesame")]).contains("Err"));
        let wrong = with(&[sealed, ("P", "open barley")]);
        assert!(wrong.contains("does not open it") && !wrong.contains("barley"), "{wrong}");
        assert!(with(&[sealed]).contains("the environment variable P is not set"));
    }

    #[test]
    fn notifications_want_a_user_and_a_password() {
        let settings = format!("{GOOD}notifications = {{ credentials_env = 'N' }}");
        let with = |said: &str| found(&settings, &[("VIDEO_PRIVATE_KEY", KEY), ("N", said)]);
        assert!(with("user:password").iter().all(Result::is_ok));
        assert!(with("password").iter().any(Result::is_err));
    }
}
