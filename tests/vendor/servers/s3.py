"""moto's S3, and beside it what a back end does for an upload: presigned URLs by boto3.

It names its own URL on standard output.

POST /target?key=K&size=N&quantum=Q&parallel=P   an upload target with presigned URLs for all parts
GET /sha256?key=K                                the object's SHA-256, in hexadecimal digits
"""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

BUCKET = "videos"
RULE = {
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "PUT", "POST", "DELETE"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["ETag"],
}


def client(endpoint):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # A browser sends no checksum that it was not asked for.
        config=Config(signature_version="s3v4", request_checksum_calculation="when_required"),
    )


def target(s3, key, size, quantum, parallel):
    upload = {"Bucket": BUCKET, "Key": key}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]

    def sign(operation, **more):
        return s3.generate_presigned_url(operation, Params={**upload, **more}, ExpiresIn=600)

    parts = range(1, -(-size // quantum) + 1)
    return {
        "protocol": "s3_multipart",
        "min_chunk": quantum,
        "chunk_multiple": quantum,
        "parallel": parallel,
        "multipart": {
            "part_urls": [sign("upload_part", PartNumber=number) for number in parts],
            "list_url": sign("list_parts"),
            "complete_url": sign("complete_multipart_upload"),
            "abort_url": sign("abort_multipart_upload"),
        },
    }


def handler(s3):
    class Handler(BaseHTTPRequestHandler):
        def answer(self, status, body=b"", kind="application/json"):
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            query = dict(parse_qsl(urlsplit(self.path).query))
            numbers = (int(query[name]) for name in ("size", "quantum", "parallel"))
            self.answer(200, json.dumps(target(s3, query["key"], *numbers)).encode())

        def do_GET(self):
            query = dict(parse_qsl(urlsplit(self.path).query))
            try:
                body = s3.get_object(Bucket=BUCKET, Key=query["key"])["Body"]
            except s3.exceptions.NoSuchKey:
                return self.answer(404)
            digest = hashlib.sha256()
            for piece in body.iter_chunks(1 << 20):
                digest.update(piece)
            return self.answer(200, digest.hexdigest().encode(), "text/plain")

        def log_message(self, *_):
            pass

    return Handler


def main():
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    _, port = moto.get_host_and_port()
    s3 = client(f"http://127.0.0.1:{port}")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [RULE]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(s3))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
