//! The process, and the services around it.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use reelway_emulators::{
    Film,
    cloudflare::{self, Cloudflare},
    mux::{self, Mux},
    oci::{self, Oci},
    secret,
};
use reelway_server::{
    access::{
        Scope,
        mint::{NewTicket, mint},
    },
    config::TicketAlgorithm,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{caller::Caller, hunt::Hunt};

const TICKET_KEY: &str = "a-key-for-tickets-8f1c-and-for-nothing-else";
const MUX: [&str; 2] = ["mux-token-id-7f3a5e91", "mux-token-secret-91bc04d7"];
const CLOUDFLARE: &str = "cloudflare-token-44e2a1f0";
const ORACLE: &str = "oracle:notification-secret-4c77be02";

pub struct System {
    pub url: String,
    pub mux: Mux,
    pub cloudflare: Cloudflare,
    pub oci: Oci,
    process: std::sync::Mutex<Child>,
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl System {
    /// The server, with everything that it knows of logged.
    pub async fn start() -> Self {
        let film = Arc::new(Film::made(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("film")).unwrap());
        let [id, secret] = MUX.map(str::to_owned);
        let mux = mux::Setup { token_id: id, token_secret: secret, ..mux::Setup::new(film.clone()) };
        let mux = Mux::start(mux).await.unwrap();
        let cloudflare = cloudflare::Setup { token: CLOUDFLARE.into(), ..cloudflare::Setup::new(film.clone()) };
        let cloudflare = Cloudflare::start(cloudflare).await.unwrap();
        let oci = Oci::start(oci::Setup::new(film)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let url = format!("http://{address}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let keys = format!("{}/system/v1/signing-keys", mux.hosts().api);
        let key_at_mux = read(http.post(keys).basic_auth(MUX[0], Some(MUX[1]))).await["data"].take();
        let keys = format!("{}/client/v4/accounts/acc/stream/keys", cloudflare.hosts().api);
        let key_at_cloudflare = read(http.post(keys).bearer_auth(CLOUDFLARE)).await["result"].take();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let environment = vec![
            ("TICKET_KEY", TICKET_KEY.to_owned()),
            ("VIDEO_CDN_TOKEN", MUX[0].to_owned()),
            ("VIDEO_CDN_SECRET", MUX[1].to_owned()),
            ("VIDEO_WEBHOOK_SECRET", mux.add_webhook(&format!("{url}/webhooks/mux"))),
            ("VIDEO_SIGNING_KEY", text(&key_at_mux["id"])),
            ("VIDEO_PRIVATE_KEY", text(&key_at_mux["private_key"])),
            ("STREAM_TOKEN", CLOUDFLARE.to_owned()),
            ("STREAM_WEBHOOK_SECRET", cloudflare.set_webhook(&format!("{url}/webhooks/cloudflare"))),
            ("STREAM_SIGNING_KEY", text(&key_at_cloudflare["id"])),
            ("STREAM_PRIVATE_KEY", text(&key_at_cloudflare["pem"])),
            ("ORACLE_PRIVATE_KEY", oci.key_pem().unwrap()),
            ("ORACLE_WEBHOOK_SECRET", ORACLE.to_owned()),
            ("RUST_LOG", "trace".to_owned()),
        ];
        fs::write(folder.path().join("reelway.toml"), toml(&mux, &cloudflare, &oci)).unwrap();
        let mut command = reelway(folder.path(), &environment, "serve");
        let log = File::create(folder.path().join("log")).unwrap();
        command.arg("--bind").arg(address.to_string()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = std::sync::Mutex::new(command.spawn().unwrap());
        let system = Self { url, mux, cloudflare, oci, process, folder, environment };
        system.listens(&http).await;
        let hook = system.url.replacen("http://", &format!("http://{ORACLE}@"), 1) + "/webhooks/oracle";
        let topic = "ocid1.onstopic.oc1.phx.t";
        system.oci.subscribe(topic, &hook, &json!({ "protocol": "CUSTOM_HTTPS", "endpoint": hook }));
        system
    }

    async fn listens(&self, http: &reqwest::Client) {
        let started = Instant::now();
        while http.get(format!("{}/readyz", self.url)).send().await.is_err() {
            let ended = self.process.lock().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && started.elapsed() < Duration::from_secs(20), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Somebody whose ticket was made so many seconds ago, for an hour.
    pub fn caller(&self, sub: &str, ago: u64) -> Caller {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - ago;
        let (sub, scopes) = (sub.to_owned(), Scope::ALL.to_vec());
        let new = NewTicket { sub, scopes, max_size: None, video: None, audience: None, life: 3600 };
        let ticket = mint(&new, TicketAlgorithm::Hs256, None, ("TICKET_KEY", TICKET_KEY), now * 1000).unwrap();
        Caller::with(&self.url, &ticket)
    }

    /// A file that the provider takes.
    pub fn file(&self, provider: &str) -> Vec<u8> {
        if provider != "local" {
            return b"whatever it is, the film plays".to_vec();
        }
        let path = self.folder.path().join("film.mp4");
        let made = Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=3"])
            .args(["-f", "lavfi", "-i", "sine=duration=3", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "50"])
            .args(["-preset", "ultrafast", "-c:a", "aac"])
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        fs::read(path).unwrap()
    }

    /// What the server knows of itself alone.
    pub fn secrets(&self, hunt: &mut Hunt) {
        for (name, value) in &self.environment {
            // Whoever reads a token sees the key's name in it.
            if !["RUST_LOG"].contains(name) && !name.ends_with("SIGNING_KEY") {
                hunt.secret(name, value);
            }
        }
        hunt.secret("basic authentication", &secret::base64(MUX.join(":").as_bytes()));
        hunt.secret("basic authentication", &secret::base64(ORACLE.as_bytes()));
        let pem = &self.environment.iter().find(|(name, _)| *name == "VIDEO_PRIVATE_KEY").unwrap().1;
        hunt.secret("a signing key", &String::from_utf8(secret::from_base64(pem).unwrap()).unwrap());
    }

    /// A service's words that repeat what it was sent.
    pub fn words(&self, provider: &str) -> String {
        let sent = match provider {
            "mux" => MUX.join(" and "),
            "cloudflare" => CLOUDFLARE.to_owned(),
            // It is sent no secret.
            _ => "nobody".to_owned(),
        };
        format!("{sent} may not do this")
    }

    /// What the doctor says.
    pub fn doctor(&self) -> String {
        let said = reelway(self.folder.path(), &self.environment, "doctor").output().unwrap();
        let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
        assert!(text.contains("oracle") && text.contains("mux"), "{text}");
        text
    }

    /// Ends the process, and gives all that it has written.
    pub fn stop(&self) -> String {
        let mut process = self.process.lock().unwrap();
        // Asked, as a service manager does: what it does at its end is logged, too.
        Command::new("kill").arg(process.id().to_string()).status().unwrap();
        let asked = Instant::now();
        while process.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.log()
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap()).into_owned()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap();
        let _ = process.kill();
        let _ = process.wait();
    }
}

fn reelway(folder: &Path, environment: &[(&'static str, String)], command: &str) -> Command {
    let mut reelway = Command::new(env!("CARGO_BIN_EXE_reelway"));
    reelway.arg(command).arg("--config").arg(folder.join("reelway.toml")).arg("--data-dir").arg(data(folder));
    reelway.envs(environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
    reelway
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

async fn read(request: reqwest::RequestBuilder) -> Value {
    serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
}

fn toml(mux: &Mux, cloudflare: &Cloudflare, oci: &Oci) -> String {
    let (mux, cloudflare, setup, oci) = (mux.hosts(), cloudflare.hosts(), oci.setup(), oci.hosts());
    format!(
        "auth = 'ticket'
provider = 'local'

[[tickets.keys]]
alg = 'HS256'
env = 'TICKET_KEY'

[playback]
encryption = 'aes-128'

[limits]
min_free_space = 0

[providers.local]
kind = 'local'

[providers.mux]
kind = 'http'
map = 'mux'
limits = {{ create_rate = 100.0, read_rate = 100.0, timeout = 2.0, retries = 1, patience = 2.0 }}
hosts = {{ api_base = '{}', stream_base = '{}', image_base = '{}' }}

[providers.cloudflare]
kind = 'http'
map = 'cloudflare'
vars.account = 'acc'
limits = {{ create_rate = 100.0, read_rate = 100.0, timeout = 2.0, retries = 1, patience = 2.0 }}
hosts = {{ api_base = '{}/client/v4', stream_base = '{}' }}
auth.token_env = 'STREAM_TOKEN'
webhook.secret_env = 'STREAM_WEBHOOK_SECRET'
signing = {{ key_id_env = 'STREAM_SIGNING_KEY', private_key_env = 'STREAM_PRIVATE_KEY' }}

[providers.oracle]
kind = 'oci'
region = 'us-phoenix-1'
compartment = 'ocid1.compartment.oc1..c'
bucket = 'in'
output_bucket = 'out'
auth = {{ kind = 'api_key', tenancy = '{}', user = '{}', private_key_env = 'ORACLE_PRIVATE_KEY' }}
streams = {{ encryption = 'AES128' }}
notifications = {{ credentials_env = 'ORACLE_WEBHOOK_SECRET', allow_loopback = true }}
limits = {{ timeout = 2, retries = 1, patience = 1 }}
hosts = {{ media = '{}', object_storage = '{}', streams = '{}' }}
",
        mux.api,
        mux.stream,
        mux.image,
        cloudflare.api,
        cloudflare.video,
        setup.tenancy,
        setup.user,
        oci.media,
        oci.storage,
        oci.streams
    )
}
