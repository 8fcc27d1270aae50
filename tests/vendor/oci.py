"""The `oci` SDK against the emulator: `python oci.py CHAPTER`. The emulator verifies the signature of each request.

EMULATOR: {"hosts": {media, streams, storage, metadata, auth, ons, admin}, "tenancy", "user", "fingerprint", "key"}.
"""

import datetime
import hashlib
import io
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

EMULATOR = json.loads(os.environ["EMULATOR"])
HOSTS = EMULATOR["hosts"]
os.environ["OCI_METADATA_BASE_URL"] = HOSTS["metadata"] + "/opc/v2"

import oci  # noqa: E402
from oci.media_services import MediaServicesClient, MediaStreamClient, models as media_models  # noqa: E402
from oci.object_storage import ObjectStorageClient, UploadManager, models as storage_models  # noqa: E402

COMPARTMENT = "ocid1.compartment.oc1..c"
CONFIG = {
    "tenancy": EMULATOR["tenancy"],
    "user": EMULATOR["user"],
    "fingerprint": EMULATOR["fingerprint"],
    "key_content": EMULATOR["key"],
    "region": "us-phoenix-1",
}
NO_RETRY = oci.retry.NoneRetryStrategy()


def client(kind, host, **more):
    more.setdefault("config", CONFIG)
    return kind(service_endpoint=HOSTS[host], **more)


def storage(**more):
    return client(ObjectStorageClient, "storage", **more)


def media(**more):
    return client(MediaServicesClient, "media", **more)


def http(method, url, body=None, headers=None):
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def admin(path, body=None):
    method = "GET" if body is None else "POST"
    data = None if body is None else json.dumps(body).encode()
    status, text, _ = http(method, HOSTS["admin"] + path, data, {"Content-Type": "application/json"})
    assert status == 200, (path, status, text)
    return json.loads(text) if text else None


def refused(status, code, call):
    try:
        call()
    except oci.exceptions.ServiceError as error:
        assert (error.status, error.code) == (status, code), error
        return error
    raise AssertionError("nothing was refused")


def until(what, ask):
    for _ in range(1200):
        found = ask()
        if found:
            return found
        time.sleep(0.025)
    raise AssertionError(what + " did not come")


def in_time(**more):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**more)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


WORKFLOW_TASKS = [
    ("getFiles", {"taskParameters": [{
        "storageType": "objectStorage", "target": "getFiles/${/input/objectName}",
        "namespaceName": "${/input/namespaceName}", "bucketName": "${/input/bucketName}",
        "objectName": "${/input/objectName}"}]}),
    ("transcode", {"transcodeType": "standardTranscode", "standardTranscode": {
        "input": "${/getFiles/taskParameters/0/target}", "outputPrefix": "${/transcode/outputPrefix}",
        "videoCodec": "h264", "audioCodec": "aac", "packaging": {"packageType": "hls", "segmentLength": 6},
        "ladder": [{"size": {"height": 360, "resizeMethod": "scale"}}]}}),
    ("thumbnail", {"thumbnails": {"input": "${/getFiles/taskParameters/0/target}", "frameSelectors": [{
        "namePrefix": "thumb", "format": "jpg", "sizes": [{"width": 390}],
        "clipImagePicker": {"percentList": {"pickList": [10, 50]}}}]}}),
    ("putFiles", {"taskParameters": [
        {"namespaceName": "${/output/namespaceName}", "bucketName": "${/output/bucketName}",
         "source": "master.m3u8", "objectName": "${/output/path}${/transcode/outputPrefix}-master.m3u8",
         "assetCompartmentId": COMPARTMENT, "registerMetadata": True},
        *({"namespaceName": "${/output/namespaceName}", "bucketName": "${/output/bucketName}", "source": source,
           "objectName": "${/output/path}"} for source in ("*.m3u8", "*.fmp4", "*.jpg"))]}),
]


def make_workflow(service, name="vod"):
    keys = [None] + [key for key, _ in WORKFLOW_TASKS]
    tasks = [
        media_models.MediaWorkflowTask(
            type=key, version=1, key=key, prerequisites=[before] if before else [], parameters=parameters)
        for before, (key, parameters) in zip(keys, WORKFLOW_TASKS)
    ]
    parameters = {
        "input": {"objectName": "${/video/srcVideo}", "bucketName": "in", "namespaceName": "ns"},
        "output": {"bucketName": "out", "namespaceName": "ns", "path": "vod/${/input/objectName}/"},
        "transcode": {"outputPrefix": "${/video/outputPrefixName}"},
    }
    details = media_models.CreateMediaWorkflowDetails(
        display_name=name, compartment_id=COMPARTMENT, tasks=tasks, parameters=parameters)
    return service.create_media_workflow(details).data


def run_job(service, workflow_id, source="u/vid_01.mp4"):
    details = media_models.CreateMediaWorkflowJobByIdDetails(
        media_workflow_id=workflow_id, compartment_id=COMPARTMENT, display_name="vid_01",
        parameters={"video": {"srcVideo": source, "outputPrefixName": "vid_01"}})
    return service.create_media_workflow_job(details).data


def ended(service, job_id):
    ends = ("SUCCEEDED", "FAILED", "CANCELED", "REJECTED")
    def ask():
        job = service.get_media_workflow_job(job_id).data
        return job if job.lifecycle_state in ends else None
    return until("the job's end", ask)


def objects():
    service = storage()
    assert service.get_namespace().data == "ns"
    body = os.urandom(100_000)
    name = "dir/ob ject+1.mp4"
    put = service.put_object("ns", "in", name, io.BytesIO(body), opc_meta={"video": "vid_01"})
    assert put.headers["opc-content-md5"]
    got = service.get_object("ns", "in", name)
    assert sha256(got.data.content) == sha256(body)
    head = service.head_object("ns", "in", name).headers
    assert (head["content-length"], head["opc-meta-video"]) == ("100000", "vid_01"), head
    part = service.get_object("ns", "in", name, range="bytes=10-19").data.content
    assert part == body[10:20]
    service.put_object("ns", "in", "dir/other", b"x")
    listed = service.list_objects("ns", "in", prefix="dir/", limit=1, fields="name,size").data
    assert [known.name for known in listed.objects] == [name] and listed.next_start_with == "dir/other", listed
    service.delete_object("ns", "in", name)
    refused(404, "ObjectNotFound", lambda: service.get_object("ns", "in", name))
    refused(404, "BucketNotFound", lambda: service.put_object("ns", "none", name, b"x"))
    details = storage_models.CreateBucketDetails(name="new", compartment_id=COMPARTMENT)
    assert service.create_bucket("ns", details).data.name == "new"
    assert service.get_bucket("ns", "new").data.name == "new"


def multipart():
    service = storage()
    body = os.urandom(25_000_000)
    manager = UploadManager(service, allow_parallel_uploads=True)
    answer = manager.upload_stream("ns", "in", "big.bin", io.BytesIO(body), part_size=10 * 1024 * 1024)
    assert answer.headers["opc-multipart-md5"].endswith("-3"), answer.headers
    assert admin("/objects/in/big.bin") == {"size": len(body), "sha256": sha256(body)}
    begun = service.create_multipart_upload(
        "ns", "in", storage_models.CreateMultipartUploadDetails(object="other.bin")).data
    part = service.upload_part("ns", "in", "other.bin", begun.upload_id, 1, b"part")
    parts = service.list_multipart_upload_parts("ns", "in", "other.bin", begun.upload_id).data
    assert [(known.part_number, known.etag) for known in parts] == [(1, part.headers["etag"])]
    wrong = storage_models.CommitMultipartUploadDetails(
        parts_to_commit=[storage_models.CommitMultipartUploadPartDetails(part_num=1, etag="wrong")])
    refused(400, "InvalidUploadPart", lambda: service.commit_multipart_upload(
        "ns", "in", "other.bin", begun.upload_id, wrong))
    service.abort_multipart_upload("ns", "in", "other.bin", begun.upload_id)
    assert service.list_multipart_uploads("ns", "in").data == []


def preauthenticated():
    service = storage()
    details = storage_models.CreatePreauthenticatedRequestDetails(
        name="up-vid_01", object_name="u/vid_01.mp4", access_type="ObjectWrite", time_expires=in_time(hours=1))
    made = service.create_preauthenticated_request("ns", "in", details).data
    assert made.access_uri.startswith("/p/") and made.access_uri.endswith("/o/u/vid_01.mp4"), made
    url = HOSTS["storage"] + made.access_uri
    assert http("PUT", url, b"film")[0] == 200
    assert http("GET", url)[0] == 404, "it may only be written"
    status, begun, headers = http("PUT", url, b"", {"opc-multipart": "true"})
    assert status == 200 and headers["access-control-allow-origin"] == "*"
    parts = HOSTS["storage"] + json.loads(begun)["accessUri"]
    for number, body in ((2, b"two"), (1, b"none"), (1, b"one")):
        status, _, headers = http("PUT", parts + str(number), body)
        assert status == 200 and headers["etag"]
    assert http("POST", parts)[0] == 200
    assert admin("/objects/in/u/vid_01.mp4")["sha256"] == sha256(b"onetwo"), "the last one of a number counts"
    listed = service.list_preauthenticated_requests("ns", "in").data
    assert [(known.id, known.name) for known in listed] == [(made.id, "up-vid_01")]
    service.delete_preauthenticated_request("ns", "in", made.id)
    assert http("PUT", url, b"late")[0] == 404


def jobs():
    service = media()
    storage().put_object("ns", "in", "u/vid_01.mp4", b"film")
    workflow = make_workflow(service)
    assert workflow.lifecycle_state == "ACTIVE" and workflow.version == 1
    listed = service.list_media_workflows(compartment_id=COMPARTMENT, display_name="vod").data.items
    assert [known.id for known in listed] == [workflow.id]
    begun = run_job(service, workflow.id)
    assert [task.key for task in begun.task_lifecycle_state] == [key for key, _ in WORKFLOW_TASKS]
    job = ended(service, begun.id)
    assert job.lifecycle_state == "SUCCEEDED", job
    master = next(output for output in job.outputs if output.id)
    assert (master.asset_type, master.object_name) == ("PLAYLIST", "vod/u/vid_01.mp4/vid_01-master.m3u8"), master
    playlist = storage().get_object("ns", "out", master.object_name).data.content.decode()
    rendition = next(line for line in playlist.splitlines() if line and not line.startswith("#"))
    names = [output.object_name for output in job.outputs]
    assert f"vod/u/vid_01.mp4/{rendition}" in names and "vod/u/vid_01.mp4/thumb-1.jpg" in names, names
    asset = service.get_media_asset(master.id).data
    assert asset.type == "PLAYLIST" and asset.object_name == master.object_name

    by_name = media_models.CreateMediaWorkflowJobByNameDetails(
        media_workflow_name="vod", compartment_id=COMPARTMENT,
        parameters={"video": {"srcVideo": "none.mp4", "outputPrefixName": "p"}})
    missing = ended(service, service.create_media_workflow_job(by_name).data.id)
    assert missing.lifecycle_state == "FAILED" and "none.mp4" in missing.lifecycle_details, missing
    for outcome, state in (({"failed": {"task": "transcode"}}, "FAILED"), ("rejected", "REJECTED"),
                           ("canceled", "CANCELED")):
        admin("/outcome", outcome)
        assert ended(service, run_job(service, workflow.id).id).lifecycle_state == state
    admin("/outcome", "stuck")
    stuck = run_job(service, workflow.id)
    service.delete_media_workflow_job(stuck.id)
    assert ended(service, stuck.id).lifecycle_state == "CANCELED"
    refused(409, "IncorrectState", lambda: media(retry_strategy=NO_RETRY).delete_media_workflow_job(job.id))


def streams():
    service = media()
    channel = service.create_stream_distribution_channel(media_models.CreateStreamDistributionChannelDetails(
        compartment_id=COMPARTMENT, display_name="ch")).data
    assert HOSTS["streams"].endswith(channel.domain_name), channel
    cdn = service.create_stream_cdn_config(media_models.CreateStreamCdnConfigDetails(
        display_name="cdn", distribution_channel_id=channel.id, is_enabled=True,
        config=media_models.EdgeStreamCdnConfig())).data
    assert isinstance(cdn.config, media_models.EdgeStreamCdnConfig), cdn
    packaging = service.create_stream_packaging_config(media_models.CreateStreamPackagingConfigDetails(
        distribution_channel_id=channel.id, display_name="p", stream_packaging_format="HLS",
        segment_time_in_seconds=6, encryption=media_models.StreamPackagingConfigEncryptionAes128())).data
    assert isinstance(packaging, media_models.HlsStreamPackagingConfig), packaging
    assert isinstance(packaging.encryption, media_models.StreamPackagingConfigEncryptionAes128), packaging
    listed = service.list_stream_packaging_configs(distribution_channel_id=channel.id).data.items
    assert [known.id for known in listed] == [packaging.id]

    storage().put_object("ns", "in", "u/vid_01.mp4", b"film")
    job = ended(service, run_job(service, make_workflow(service).id).id)
    asset_id = next(output.id for output in job.outputs if output.id)
    payload = media_models.AssetMetadataEntryDetails(media_asset_id=asset_id, compartment_id=COMPARTMENT)
    ingest = service.ingest_stream_distribution_channel(channel.id, payload).data
    assert ended(service, ingest.media_workflow_job_id).lifecycle_state == "SUCCEEDED"
    attached = service.get_media_asset_distribution_channel_attachment(asset_id, channel.id).data
    assert attached.lifecycle_state == "ACTIVE", attached
    assert [known.name for known in service.list_system_media_workflows().data.items] == ["ingestWorkflow"]

    viewer = client(MediaStreamClient, "streams")
    token = viewer.generate_session_token(media_models.GenerateSessionTokenDetails(
        scopes=["PLAYLIST", "EDGE"], packaging_config_id=packaging.id, asset_ids=[asset_id],
        time_expires=in_time(minutes=10))).data.token
    playlist = viewer.generate_playlist(packaging.id, asset_id, token=token).data.content.decode()
    rendition = next(line for line in playlist.splitlines() if line.startswith("http"))
    status, media_playlist, _ = http("GET", rendition)
    assert status == 200 and b"#EXT-X-KEY:METHOD=AES-128" in media_playlist, media_playlist
    key = media_playlist.split(b'METHOD=AES-128,URI="')[1].split(b'"')[0].decode()
    assert len(http("GET", key)[1]) == 16
    assert http("GET", key.replace(token, "guessed"))[0] == 401
    refused(400, "InvalidParameter", lambda: viewer.generate_session_token(
        media_models.GenerateSessionTokenDetails(scopes=["PLAYLIST"], time_expires=in_time(days=2))))
    admin("/clock", {"advance": 601})
    assert http("GET", rendition)[0] == 401, "the token is over"


def retries():
    service = media()
    workflow = make_workflow(service)
    again = service.get_media_workflow(workflow.id)
    assert again.headers["opc-request-id"] and again.headers["etag"]
    admin("/faults", {"host": "media", "spoil": {"status": {"status": 429, "body": "{}"}}})
    admin("/faults", {"host": "media", "spoil": {"status": {"status": 503, "body": "{}"}}})
    strategy = oci.retry.DEFAULT_RETRY_STRATEGY
    assert service.get_media_workflow(workflow.id, retry_strategy=strategy).data.id == workflow.id
    error = refused(404, "NotAuthorizedOrNotFound", lambda: service.get_media_workflow("ocid1.none"))
    assert error.request_id and "/" in error.request_id, error
    details = media_models.CreateStreamDistributionChannelDetails(compartment_id=COMPARTMENT, display_name="ch")
    made = [service.create_stream_distribution_channel(details, opc_retry_token="t" * 30).data.id for _ in range(2)]
    assert made[0] == made[1], "the same request is done once"
    other = media_models.CreateStreamDistributionChannelDetails(compartment_id=COMPARTMENT, display_name="other")
    refused(409, "InvalidatedRetryToken", lambda: media(retry_strategy=NO_RETRY).create_stream_distribution_channel(
        other, opc_retry_token="t" * 30))


def strangers():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    config = {**CONFIG, "key_content": pem}
    refused(401, "NotAuthenticated", lambda: storage(config=config).get_namespace())
    refused(401, "NotAuthenticated", lambda: media(config={**CONFIG, "user": "ocid1.user.oc1..x"}).list_media_workflows(
        compartment_id=COMPARTMENT))
    admin("/clock", {"advance": 400})
    refused(401, "NotAuthenticated", lambda: storage().get_namespace())
    admin("/clock", "run")
    assert storage().get_namespace().data == "ns"
    # A person's session: its key is known by a token.
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    import base64
    token = admin("/session", {"public_key": base64.b64encode(public).decode()})["token"]
    signer = oci.auth.signers.SecurityTokenSigner(token, key)
    assert storage(config={"region": "us-phoenix-1"}, signer=signer).get_namespace().data == "ns"


def instance():
    def make():
        return oci.auth.signers.InstancePrincipalsSecurityTokenSigner(federation_endpoint=HOSTS["auth"] + "/v1/x509")
    signer = make()
    assert signer.region == "us-phoenix-1", signer.region
    assert signer.tenancy_id == EMULATOR["tenancy"]
    service = storage(config={}, signer=signer)
    assert service.get_namespace().data == "ns"
    assert service.put_object("ns", "in", "by-instance", b"x").status == 200
    # The SDK asks for another token when one is refused.
    body = json.dumps({"code": "NotAuthenticated", "message": "over"})
    admin("/faults", {"host": "storage", "spoil": {"status": {"status": 401, "body": body}}})
    assert service.get_namespace().data == "ns"
    requests = [entry for entry in admin("/requests") if entry["host"] == "auth"]
    assert [entry["status"] for entry in requests] == [200, 200], requests
    assert http("GET", HOSTS["metadata"] + "/opc/v2/identity/key.pem")[0] == 401, "without the header of version 2"


def notifications():
    calls = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls.append((dict(self.headers.items()), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plane = client(oci.ons.NotificationDataPlaneClient, "ons")
    subscription = plane.create_subscription(oci.ons.models.CreateSubscriptionDetails(
        topic_id="ocid1.onstopic.oc1.phx.t", compartment_id=COMPARTMENT, protocol="CUSTOM_HTTPS",
        endpoint=f"http://user:pass@127.0.0.1:{server.server_port}/hook")).data
    assert subscription.lifecycle_state == "PENDING"
    headers, body = until("the request to confirm", lambda: calls and calls[0])
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["x-oci-ns-messagetype"] == "SubscriptionConfirmation", headers
    assert headers["authorization"].startswith("Basic "), headers
    assert body["ConfirmationURL"] == headers["x-oci-ns-confirmationurl"]
    storage().put_object("ns", "in", "before", b"x")
    assert http("GET", body["ConfirmationURL"])[0] == 200
    assert plane.get_subscription(subscription.id).data.lifecycle_state == "ACTIVE"
    storage().put_object("ns", "in", "u/after.mp4", b"x")
    _, event = until("the event", lambda: len(calls) > 1 and calls[1])
    assert event["eventType"] == "com.oraclecloud.objectstorage.createobject", event
    assert event["data"]["resourceName"] == "u/after.mp4", event
    plane.delete_subscription(subscription.id)
    server.shutdown()


CHAPTERS = (objects, multipart, preauthenticated, jobs, streams, retries, strangers, instance, notifications)
{chapter.__name__: chapter for chapter in CHAPTERS}[sys.argv[1]]()
