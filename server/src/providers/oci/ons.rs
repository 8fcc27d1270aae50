//! Oracle's notifications: a subscription that is to be confirmed, and hints that something has happened. Pure.
//!
//! How Oracle signs them is documented nowhere, so nothing is believed of them: whoever sends one has shown the
//! credentials of the subscription's URL, and all that it does is that the job or object is asked for sooner.
//! <https://docs.oracle.com/iaas/Content/Notification/Concepts/notificationoverview.htm>

use reqwest::Url;
use serde_json::Value;

use crate::providers::http::check::is_loopback;

/// Bytes of a message at most.
pub const MAX_BODY: usize = 64 << 10;

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The subscription wants to be confirmed at this address.
    Confirm(String),
    /// Something has happened to this object of this bucket.
    Object {
        /// The bucket.
        bucket: Option<String>,
        /// The object.
        name: String,
    },
    /// Something has happened to a job: its OCID.
    Job(String),
    /// Nothing that matters here.
    Other,
}

/// Why a subscription is not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unconfirmed {
    /// It is no URL.
    #[error("its address is no URL")]
    NoUrl,
    /// It leads elsewhere than to Oracle's notification service: a caller may be after this server's own network.
    #[error("its address is not one of Oracle's notification service (notifications.domain says which domain that is)")]
    Elsewhere,
}

/// The text at this key, whatever case it is written in: Oracle's documents differ.
fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    let found = object.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found?.1.as_str()
}

/// The object at this key, in the same way.
fn part<'a>(object: &'a Value, key: &str) -> &'a Value {
    let found = object.as_object().and_then(|object| object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)));
    found.map_or(&Value::Null, |(_, value)| value)
}

/// Reads a message.
pub fn read(body: &[u8]) -> Message {
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return Message::Other };
    if let Some(url) = text(&message, "ConfirmationURL") {
        return Message::Confirm(url.to_owned());
    }
    let data = part(&message, "data");
    let kind = text(&message, "eventType").unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("com.oraclecloud.objectstorage.") {
        let bucket = text(part(data, "additionalDetails"), "bucketName").map(str::to_owned);
        return match text(data, "resourceName") {
            Some(name) => Message::Object { bucket, name: name.to_owned() },
            None => Message::Other,
        };
    }
    // The names of Media Flow's events are documented nowhere in full: what matters is that a job is meant.
    match text(data, "resourceId").filter(|id| id.starts_with("ocid1.mediaworkflowjob.")) {
        Some(id) => Message::Job(id.to_owned()),
        None => Message::Other,
    }
}

/// The address to confirm at, if it is one of Oracle's notification service: https, a host under `domain`, and the path
/// of a confirmation. `loopback`: also one of this machine, for tests.
///
/// # Errors
/// Where it is not: nobody makes this server call another.
pub fn confirmation(url: &str, domain: &str, loopback: bool) -> Result<Url, Unconfirmed> {
    let url = Url::parse(url).map_err(|_| Unconfirmed::NoUrl)?;
    let host = url.host_str().unwrap_or_default();
    let oracles = url.scheme() == "https"
        && url.port().is_none()
        && !domain.is_empty()
        && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1);
    let own = loopback && is_loopback(&url);
    let path = url.path();
    let confirms = path.starts_with("/20181201/subscriptions/") && path.ends_with("/confirmation");
    let plain = url.username().is_empty() && url.password().is_none() && confirms;
    if plain && (oracles || own) { Ok(url) } else { Err(Unconfirmed::Elsewhere) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subscription_is_confirmed_at_oracle_and_nowhere_else() {
        const PATH: &str = "/20181201/subscriptions/ocid1.onssubscription.x/confirmation?token=t&protocol=CUSTOM_HTTPS";
        for (host, fine) in [
            ("https://notification.us-phoenix-1.oraclecloud.com", true),
            ("https://cell1.notification.us-phoenix-1.oraclecloud.com", true),
            ("http://notification.us-phoenix-1.oraclecloud.com", false),
            ("https://notification.us-phoenix-1.oraclecloud.com:8443", false),
            ("https://oraclecloud.com", false),
            ("https://evil-oraclecloud.com", false),
            ("https://oraclecloud.com.evil.example", false),
            ("https://notification.oraclecloud.com@evil.example", false),
            ("https://user:pass@notification.oraclecloud.com", false),
            ("https://evil.example/.oraclecloud.com", false),
            ("https://169.254.169.254", false),
            ("http://169.254.169.254", false),
            ("https://[::1]", false),
            ("http://127.0.0.1:9000", false),
            ("http://localhost", false),
            ("file://", false),
            ("gopher://notification.oraclecloud.com", false),
        ] {
            let result = confirmation(&format!("{host}{PATH}"), "oraclecloud.com", false);
            assert_eq!(result.is_ok(), fine, "{host}");
        }
        let base = "https://notification.us-phoenix-1.oraclecloud.com";
        for path in
            ["", "/", "/20181201/subscriptions/x", "/n/ns/b/in/o/x/confirmation", "/20181201/topics/confirmation"]
        {
            assert_eq!(confirmation(&format!("{base}{path}"), "oraclecloud.com", false), Err(Unconfirmed::Elsewhere));
        }
        assert_eq!(confirmation("no", "oraclecloud.com", false), Err(Unconfirmed::NoUrl));
        assert!(confirmation(&format!("{base}{PATH}"), "oraclecloud.eu", false).is_err());
        assert!(confirmation(&format!("{base}{PATH}"), "", false).is_err());
        // Tests say so, and then it is this machine alone that is let in besides.
        assert!(confirmation(&format!("http://127.0.0.1:9000{PATH}"), "oraclecloud.com", true).is_ok());
        assert!(confirmation(&format!("http://10.0.0.1{PATH}"), "oraclecloud.com", true).is_err());
    }

    #[test]
    fn messages_are_read_in_whatever_case_they_are_written() {
        let confirm = json!({"ConfirmationURL": "https://n/"});
        let object = json!({"eventType": "com.oraclecloud.ObjectStorage.CreateObject", "eventID": "1",
            "data": {"resourceName": "u/v.mp4", "additionalDetails": {"bucketName": "in"}}});
        let job = json!({"eventType": "com.oraclecloud.mediaservices.mediaworkflowjob.end",
            "data": {"resourceId": "ocid1.mediaworkflowjob.oc1.phx.j"}});
        let strange = json!({"eventType": "com.oraclecloud.computeapi.x", "data": {"resourceId": "ocid1.instance.x"}});
        for (message, meaning) in [
            (confirm, Message::Confirm("https://n/".into())),
            (object, Message::Object { bucket: Some("in".into()), name: "u/v.mp4".into() }),
            (job, Message::Job("ocid1.mediaworkflowjob.oc1.phx.j".into())),
            (strange, Message::Other),
            (json!({"data": []}), Message::Other),
            (json!(7), Message::Other),
        ] {
            assert_eq!(read(message.to_string().as_bytes()), meaning);
        }
        assert_eq!(read(b"no JSON"), Message::Other);
    }
}
