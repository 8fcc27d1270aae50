"""`oci-cli` against the emulator: `python oci_cli.py CHAPTER`. EMULATOR as in oci.py."""

import json
import os
import subprocess
import sys
import tempfile

EMULATOR = json.loads(os.environ["EMULATOR"])
HOSTS = EMULATOR["hosts"]
COMPARTMENT = "ocid1.compartment.oc1..c"


def in_folder(chapter):
    with tempfile.TemporaryDirectory() as folder:
        key, config = os.path.join(folder, "key.pem"), os.path.join(folder, "config")
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(EMULATOR["key"])
        with open(os.open(config, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("[DEFAULT]\n")
            for name in ("tenancy", "user", "fingerprint"):
                file.write(f"{name}={EMULATOR[name]}\n")
            file.write(f"key_file={key}\nregion=us-phoenix-1\n")

        def run(host, *words, fails=False):
            # Through the interpreter: the script beside it may name another folder.
            start = [sys.executable, "-c", "import sys; from oci_cli.cli import cli; sys.exit(cli())"]
            command = [*start, "--config-file", config, "--endpoint", HOSTS[host], *words]
            env = {**os.environ, "HOME": folder, "SUPPRESS_LABEL_WARNING": "True"}
            done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=folder)
            assert (done.returncode != 0) == fails, done.stdout + done.stderr
            return done.stderr if fails else (json.loads(done.stdout) if done.stdout.strip() else None)

        chapter(run, folder)


def objects(run, folder):
    assert run("storage", "os", "ns", "get")["data"] == "ns"
    path = os.path.join(folder, "film.mp4")
    with open(path, "wb") as file:
        file.write(os.urandom(3 << 20))
    run("storage", "os", "object", "put", "-ns", "ns", "-bn", "in", "--name", "u/film.mp4", "--file", path,
        "--part-size", "1", "--force")
    listed = run("storage", "os", "object", "list", "-ns", "ns", "-bn", "in")["data"]
    assert [(known["name"], known["size"]) for known in listed] == [("u/film.mp4", 3 << 20)], listed
    made = run("storage", "os", "preauth-request", "create", "-ns", "ns", "-bn", "in", "--name", "up",
               "--access-type", "ObjectWrite", "--object-name", "u/x.mp4", "--time-expires", "2099-01-01T00:00:00Z")
    assert made["data"]["access-uri"].startswith("/p/"), made
    error = run("storage", "os", "object", "head", "-ns", "ns", "-bn", "in", "--name", "none", fails=True)
    assert "404" in error, error


def media(run, folder):
    channel = run("media", "media-services", "stream-distribution-channel", "create",
                  "--compartment-id", COMPARTMENT, "--display-name", "ch")["data"]
    assert channel["lifecycle-state"] == "ACTIVE", channel
    listed = run("media", "media-services", "stream-distribution-channel", "list", "--compartment-id", COMPARTMENT)
    assert [known["id"] for known in listed["data"]["items"]] == [channel["id"]], listed
    tasks = [{"type": "getFiles", "version": 1, "key": "getFiles", "prerequisites": [], "parameters": {}}]
    workflow = run("media", "media-services", "media-workflow", "create", "--compartment-id", COMPARTMENT,
                   "--display-name", "vod", "--tasks", json.dumps(tasks))["data"]
    assert workflow["tasks"][0]["key"] == "getFiles", workflow
    error = run("media", "media-services", "media-workflow-job", "get", "--media-workflow-job-id", "none", fails=True)
    assert "NotAuthorizedOrNotFound" in error, error


in_folder({"objects": objects, "media": media}[sys.argv[1]])
