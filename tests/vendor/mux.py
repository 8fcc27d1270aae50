"""mux_python against the emulator: `python mux.py CHAPTER`.

Its models are strict: a field of another type or a word that it does not know raises ValueError.
EMULATOR: {"hosts": {api, upload, stream, image, admin}, "token_id", "token_secret"}.
"""

import json
import os
import sys
import time
import urllib.request

import mux_python
from mux_python.rest import ApiException, NotFoundException, UnauthorizedException

EMULATOR = json.loads(os.environ["EMULATOR"])
HOSTS = EMULATOR["hosts"]


def client(password=EMULATOR["token_secret"]):
    configuration = mux_python.Configuration()
    configuration.host = HOSTS["api"]
    configuration.username = EMULATOR["token_id"]
    configuration.password = password
    return mux_python.ApiClient(configuration)


def admin(path, body):
    request = urllib.request.Request(HOSTS["admin"] + path, json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request).close()


def send(url, size=100_000):
    request = urllib.request.Request(url, os.urandom(size), method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def create(uploads):
    # The library sends the older `playback_policy`.
    settings = mux_python.CreateAssetRequest(playback_policy=[mux_python.PlaybackPolicy.SIGNED], passthrough="vid_01")
    asked = mux_python.CreateUploadRequest(timeout=3600, new_asset_settings=settings, cors_origin="https://app.example")
    return uploads.create_direct_upload(asked).data


def ready_asset(api):
    uploads, assets = mux_python.DirectUploadsApi(api), mux_python.AssetsApi(api)
    upload = create(uploads)
    send(upload.url)
    upload = uploads.get_direct_upload(upload.id).data
    for _ in range(1200):
        asset = assets.get_asset(upload.asset_id).data
        if asset.status == "ready":
            return asset
        time.sleep(0.025)
    raise AssertionError("the asset is not ready")


def refused(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("nothing was refused")


def uploads():
    api = mux_python.DirectUploadsApi(client())
    upload = create(api)
    assert upload.status == "waiting", upload
    send(upload.url)
    done = api.get_direct_upload(upload.id).data
    assert done.status == "asset_created" and done.asset_id, done
    other = create(api)
    assert api.cancel_direct_upload(other.id).data.status == "cancelled"
    listed = [known.id for known in api.list_direct_uploads(limit=10).data]
    assert listed == [other.id, upload.id], listed


def assets():
    connection = client()
    api = mux_python.AssetsApi(connection)
    asset = ready_asset(connection)
    assert asset.duration > 0 and asset.passthrough == "vid_01", asset
    assert [track.type for track in asset.tracks] == ["video", "audio"], asset.tracks
    policy = mux_python.CreatePlaybackIDRequest(policy=mux_python.PlaybackPolicy.PUBLIC)
    added = api.create_asset_playback_id(asset.id, policy).data
    assert added.policy == "public"
    found = mux_python.PlaybackIDApi(connection).get_asset_or_livestream_id(added.id).data
    assert found.object.id == asset.id
    api.delete_asset_playback_id(asset.id, added.id)
    assert [known.id for known in api.list_assets().data] == [asset.id]
    api.delete_asset(asset.id)
    refused(NotFoundException, lambda: api.get_asset(asset.id))


def failures():
    admin("/outcome", {"asset_errored": {"type": "invalid_input", "message": "no video"}})
    connection = client()
    direct, api = mux_python.DirectUploadsApi(connection), mux_python.AssetsApi(connection)
    upload = create(direct)
    send(upload.url)
    upload = direct.get_direct_upload(upload.id).data
    for _ in range(1200):
        asset = api.get_asset(upload.asset_id).data
        if asset.status == "errored":
            break
        time.sleep(0.025)
    assert asset.errors.messages == ["no video"], asset
    admin("/outcome", {"upload_errored": {"type": "invalid_input", "message": "no file"}})
    upload = create(direct)
    send(upload.url)
    upload = direct.get_direct_upload(upload.id).data
    assert upload.status == "errored" and upload.error.message == "no file", upload


def signing_keys():
    api = mux_python.SigningKeysApi(client())
    key = api.create_signing_key().data
    assert key.private_key, key
    assert [known.id for known in api.list_signing_keys().data] == [key.id]
    assert api.get_signing_key(key.id).data.id == key.id
    api.delete_signing_key(key.id)
    refused(NotFoundException, lambda: api.get_signing_key(key.id))


def errors():
    refused(UnauthorizedException, lambda: mux_python.AssetsApi(client("wrong")).list_assets())
    error = refused(ApiException, lambda: mux_python.DirectUploadsApi(client()).create_direct_upload({"timeout": 30}))
    assert error.status == 400, error
    assert json.loads(error.body)["error"]["type"] == "invalid_parameters", error.body


CHAPTERS = {chapter.__name__: chapter for chapter in (uploads, assets, failures, signing_keys, errors)}
CHAPTERS[sys.argv[1]]()
