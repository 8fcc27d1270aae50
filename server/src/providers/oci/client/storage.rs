//! Object Storage: pre-authenticated requests for browsers, and what the server does with objects itself.
//!
//! <https://docs.oracle.com/iaas/api/#/en/objectstorage/20160918/>

use reqwest::Method;
use serde_json::json;

use super::{
    call::Call,
    fault::Fault,
    model::{Multipart, Object, Objects, PreAuthenticated},
    send::{Answer, Client},
};

/// Entries of a page.
const PAGE: &str = "1000";
/// Pages of a list at most: nothing of ours has so many.
const PAGES: usize = 100;

/// A bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// The tenancy's namespace.
    pub namespace: &'a str,
    /// The bucket's name.
    pub name: &'a str,
}

/// An object's size, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Bytes.
    pub size: Option<u64>,
}

impl Client {
    fn in_bucket(&self, method: Method, bucket: Bucket<'_>, rest: &[&str]) -> Call {
        let path = [&["n", bucket.namespace, "b", bucket.name], rest].concat();
        Call::new(method, &self.hosts.object_storage, &path)
    }

    /// The tenancy's namespace.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn namespace(&self) -> Result<String, Fault> {
        self.send(&Call::new(Method::GET, &self.hosts.object_storage, &["n"])).await?.json()
    }

    /// Opens a URL that writes one object, until `expires` (RFC 3339). Not sent again where it is unclear whether it
    /// was done: there would be a second secret.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open_upload(
        &self,
        bucket: Bucket<'_>,
        name: &str,
        object: &str,
        expires: &str,
    ) -> Result<PreAuthenticated, Fault> {
        let body = json!({"name": name, "objectName": object, "accessType": "ObjectWrite", "timeExpires": expires});
        let opened: PreAuthenticated =
            self.send(&self.in_bucket(Method::POST, bucket, &["p"]).json(body)).await?.json()?;
        if opened.access_uri.starts_with('/') { Ok(opened) } else { Err(Fault::Unreadable) }
    }

    /// The URL that a pre-authenticated request opens.
    pub fn upload_url(&self, opened: &PreAuthenticated) -> String {
        format!("{}{}", self.hosts.object_storage.trim_end_matches('/'), opened.access_uri)
    }

    /// Makes the URL of a pre-authenticated request work no more. None there is no error.
    ///
    /// # Errors
    /// Why it still works.
    pub async fn revoke_upload(&self, bucket: Bucket<'_>, id: &str) -> Result<(), Fault> {
        gone_is_done(self.send(&self.in_bucket(Method::DELETE, bucket, &["p", id])).await)
    }

    /// What is told of an object. `None`: there is none.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn head(&self, bucket: Bucket<'_>, object: &str) -> Result<Option<Head>, Fault> {
        match self.send(&self.in_bucket(Method::HEAD, bucket, &["o", object])).await {
            Ok(answer) => {
                let size = answer.header("content-length").and_then(|length| length.parse().ok());
                Ok(Some(Head { size }))
            }
            Err(fault) if fault.is_gone() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// An object's bytes, 8 MiB at most.
    ///
    /// # Errors
    /// Why they are not there.
    pub async fn get_object(&self, bucket: Bucket<'_>, object: &str) -> Result<Answer, Fault> {
        self.send(&self.in_bucket(Method::GET, bucket, &["o", object])).await
    }

    /// All objects whose names begin so.
    ///
    /// # Errors
    /// Why they were not told.
    pub async fn list(&self, bucket: Bucket<'_>, prefix: &str) -> Result<Vec<Object>, Fault> {
        let mut found = Vec::new();
        let mut start: Option<String> = None;
        for _ in 0..PAGES {
            let mut call = self
                .in_bucket(Method::GET, bucket, &["o"])
                .query("prefix", prefix)
                .query("fields", "name,size")
                .query("limit", PAGE);
            if let Some(start) = &start {
                call = call.query("start", start);
            }
            let page: Objects = self.send(&call).await?.json()?;
            // A service that does not know the prefix must not make us remove everything.
            found.extend(page.objects.into_iter().filter(|object| object.name.starts_with(prefix)));
            start = page.next_start_with;
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Removes an object. None there is no error.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn delete_object(&self, bucket: Bucket<'_>, object: &str) -> Result<(), Fault> {
        gone_is_done(self.send(&self.in_bucket(Method::DELETE, bucket, &["o", object])).await)
    }

    /// The multipart uploads of an object that have not been committed.
    ///
    /// # Errors
    /// Why they were not told.
    pub async fn open_parts(&self, bucket: Bucket<'_>, object: &str) -> Result<Vec<Multipart>, Fault> {
        let mut found: Vec<Multipart> = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..PAGES {
            let mut call = self.in_bucket(Method::GET, bucket, &["u"]).query("limit", PAGE);
            if let Some(page) = &page {
                call = call.query("page", page);
            }
            let answer = self.send(&call).await?;
            let uploads: Vec<Multipart> = answer.json()?;
            found.extend(uploads.into_iter().filter(|upload| upload.object == object));
            page = answer.header("opc-next-page").map(str::to_owned);
            if page.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// Joins the parts of a multipart upload to its object.
    ///
    /// # Errors
    /// Why they are none.
    pub async fn commit(
        &self,
        bucket: Bucket<'_>,
        object: &str,
        upload_id: &str,
        parts: &[(u32, String)],
    ) -> Result<(), Fault> {
        let parts: Vec<_> = parts.iter().map(|(number, etag)| json!({"partNum": number, "etag": etag})).collect();
        let call = self.in_bucket(Method::POST, bucket, &["u", object]).query("uploadId", upload_id);
        self.send(&call.json(json!({"partsToCommit": parts, "partsToExclude": []}))).await.map(drop)
    }

    /// Throws the parts of a multipart upload away. None there is no error.
    ///
    /// # Errors
    /// Why they are still there.
    pub async fn abort(&self, bucket: Bucket<'_>, object: &str, upload_id: &str) -> Result<(), Fault> {
        let call = self.in_bucket(Method::DELETE, bucket, &["u", object]).query("uploadId", upload_id);
        gone_is_done(self.send(&call).await)
    }
}

/// What is not there need not be removed.
pub(super) fn gone_is_done(result: Result<Answer, Fault>) -> Result<(), Fault> {
    match result {
        Err(fault) if !fault.is_gone() => Err(fault),
        _ => Ok(()),
    }
}
