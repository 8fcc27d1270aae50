//! Uploads in parts, signed.

use axum::response::Response;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{
    Call, Object, Upload,
    objects::{check, written},
};
use crate::{
    clock::rfc3339,
    oci::{Tenancy, answer},
    secret,
};

/// Numbers that parts may have.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// `POST …/u`
pub fn begin(tenancy: &Tenancy, bucket: &str, call: &Call) -> Response {
    let asked = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let Some(object) = asked["object"].as_str() else { return answer::missing("object") };
    answer::found(&tenancy.begin_upload(bucket, object, call, None).1)
}

impl Tenancy {
    /// Begins an upload. Gives its id, and what is shown of it.
    pub(super) fn begin_upload(
        &self,
        bucket: &str,
        object: &str,
        call: &Call,
        secret: Option<(String, String)>,
    ) -> (String, Value) {
        let (id, created) = (secret::uuid(), self.desk().clock.now());
        let upload = Upload {
            bucket: bucket.to_owned(),
            object: object.to_owned(),
            headers: call.headers.clone(),
            created,
            parts: Default::default(),
            secret,
        };
        let shown = self.shown(&id, &upload);
        self.state().storage.uploads.insert(id.clone(), upload);
        (id, shown)
    }

    fn shown(&self, id: &str, upload: &Upload) -> Value {
        json!({ "namespace": self.setup().namespace, "bucket": upload.bucket, "object": upload.object, "uploadId": id,
                "timeCreated": rfc3339(upload.created), "storageTier": "Standard" })
    }

    /// Does something with an upload of this object.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer")]
    fn with_upload<T>(
        &self,
        bucket: &str,
        object: &str,
        id: &str,
        act: impl FnOnce(&mut Upload) -> T,
    ) -> Result<T, Response> {
        let mut state = self.state();
        let upload = state.storage.uploads.get_mut(id);
        match upload.filter(|upload| upload.bucket == bucket && upload.object == object) {
            Some(upload) => Ok(act(upload)),
            None => Err(answer::refuse(404, "NoSuchUpload", "There is no upload of this id")),
        }
    }

    /// Keeps a part. A number that was sent before is overwritten.
    pub(super) fn keep_part(&self, bucket: &str, object: &str, id: &str, number: &str, call: &Call) -> Response {
        let Some(number) = number.parse().ok().filter(|number| NUMBERS.contains(number)) else {
            return answer::refuse(400, "InvalidUploadPart", "uploadPartNum is a number from 1 to 10000");
        };
        if let Err(refusal) = check(call) {
            return refusal;
        }
        let part = Object::new(call.body.clone(), &call.headers, self.desk().clock.now());
        let answer = written(&part);
        match self.with_upload(bucket, object, id, |upload| upload.parts.insert(number, part)) {
            Ok(_) => answer,
            Err(refusal) => refusal,
        }
    }

    /// Makes an object of parts.
    pub(super) fn join(&self, bucket: &str, object: &str, id: &str, numbers: Option<&[u32]>) -> Response {
        let joined = self.with_upload(bucket, object, id, |upload| {
            let all: Vec<u32> = upload.parts.keys().copied().collect();
            let numbers = numbers.unwrap_or(&all);
            let parts: Option<Vec<&Object>> = numbers.iter().map(|number| upload.parts.get(number)).collect();
            let parts = parts.filter(|parts| !parts.is_empty())?;
            let bytes: Vec<u8> = parts.iter().flat_map(|part| part.bytes.iter().copied()).collect();
            let mut md5 = Md5::new();
            parts.iter().filter_map(|part| secret::from_base64(&part.md5)).for_each(|sum| md5.update(sum));
            let mut whole = Object::new(bytes, &upload.headers, self.desk().clock.now());
            whole.md5 = format!("{}-{}", secret::base64(&md5.finalize()), parts.len());
            Some(whole)
        });
        let whole = match joined {
            Ok(Some(whole)) => whole,
            Ok(None) => return answer::refuse(400, "InvalidUploadPart", "A part is missing"),
            Err(refusal) => return refusal,
        };
        let headers = [("etag", whole.etag.clone()), ("opc-multipart-md5", whole.md5.clone())];
        let mut state = self.state();
        state.storage.write(bucket, object, whole);
        state.storage.uploads.remove(id);
        drop(state);
        self.tell_object(bucket, object);
        axum::response::IntoResponse::into_response((headers, ""))
    }

    /// Forgets an upload.
    pub(super) fn drop_upload(&self, bucket: &str, object: &str, id: &str) -> Response {
        match self.with_upload(bucket, object, id, |_| ()) {
            Ok(()) => {
                self.state().storage.uploads.remove(id);
                answer::done()
            }
            Err(refusal) => refusal,
        }
    }
}

/// `GET …/u`
pub fn list_uploads(tenancy: &Tenancy, bucket: &str) -> Response {
    let state = tenancy.state();
    let uploads = state.storage.uploads.iter().filter(|(_, upload)| upload.bucket == bucket);
    answer::found(&uploads.map(|(id, upload)| tenancy.shown(id, upload)).collect::<Value>())
}

/// `GET …/u/{object}?uploadId=`
pub fn list(tenancy: &Tenancy, bucket: &str, object: &str, call: &Call) -> Response {
    let listed = tenancy.with_upload(bucket, object, call.asked("uploadId"), |upload| {
        let part = |(number, part): (&u32, &Object)| {
            json!({ "partNumber": number, "etag": part.etag, "md5": part.md5, "size": part.bytes.len() })
        };
        upload.parts.iter().map(part).collect::<Value>()
    });
    listed.map_or_else(|refusal| refusal, |parts| answer::found(&parts))
}

/// `PUT …/u/{object}?uploadId=&uploadPartNum=`
pub fn put(tenancy: &Tenancy, bucket: &str, object: &str, call: &Call) -> Response {
    tenancy.keep_part(bucket, object, call.asked("uploadId"), call.asked("uploadPartNum"), call)
}

/// `POST …/u/{object}?uploadId=`
pub fn commit(tenancy: &Tenancy, bucket: &str, object: &str, call: &Call) -> Response {
    let asked = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let Some(parts) = asked["partsToCommit"].as_array() else { return answer::missing("partsToCommit") };
    let id = call.asked("uploadId");
    let mut numbers = Vec::new();
    for part in parts {
        let number = part["partNum"].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
        let is_known = tenancy.with_upload(bucket, object, id, |upload| {
            upload.parts.get(&number).is_some_and(|known| part["etag"] == known.etag)
        });
        match is_known {
            Ok(true) => numbers.push(number),
            Ok(false) => return answer::refuse(400, "InvalidUploadPart", &format!("part {number} has another etag")),
            Err(refusal) => return refusal,
        }
    }
    if !numbers.is_sorted() {
        return answer::refuse(400, "InvalidUploadPartOrder", "Parts are to be named in their order");
    }
    tenancy.join(bucket, object, id, Some(&numbers))
}

/// `DELETE …/u/{object}?uploadId=`
pub fn abort(tenancy: &Tenancy, bucket: &str, object: &str, call: &Call) -> Response {
    tenancy.drop_upload(bucket, object, call.asked("uploadId"))
}
