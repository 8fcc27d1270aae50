//! The `reelway` binary: `serve`, `migrate`, `doctor`, `sign`, `oci`.

use std::{error::Error, io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use reelway_server::{
    app::App,
    clock::Clock,
    config::{self, Config, Role},
    db::Db,
    doctor,
    providers::{
        http,
        oci::cli::{OciCommand, OciError, outcome, progress::Progress},
    },
    secrets::Secrets,
    serve,
    sign::SignArgs,
};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Upload a video in the browser and watch it: the backend.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers requests and processes videos.
    Serve {
        #[command(flatten)]
        common: Common,
        /// Where to listen [default: 127.0.0.1:8787].
        #[arg(long, value_name = "ADDRESS:PORT")]
        bind: Option<SocketAddr>,
        /// What this process does [default: all].
        #[arg(long)]
        role: Option<Role>,
        /// Writes the log as lines of JSON.
        #[arg(long)]
        log_json: bool,
    },
    /// Brings the database up to date, and ends.
    Migrate {
        #[command(flatten)]
        common: Common,
    },
    /// Looks whether everything is there that a server needs.
    Doctor {
        #[command(flatten)]
        common: Common,
    },
    /// Prints the JSON Schema of the configuration, for editors.
    Schema {
        /// Of a file that a provider's `map` names, instead.
        #[arg(long)]
        map: bool,
    },
    /// Makes a ticket, to try a server with `auth = "ticket"`.
    Sign {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        sign: SignArgs,
    },
    /// Does at Oracle by hand what a provider of kind "oci" does.
    Oci {
        #[command(flatten)]
        common: Common,
        #[command(subcommand)]
        command: OciCommand,
    },
}

#[derive(Debug, Args)]
struct Common {
    /// The configuration, in TOML. Each key can be given as REELWAY_… in the environment too.
    #[arg(long, value_name = "FILE", env = "REELWAY_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// The folder of database, uploads and media [default: .reelway-data].
    #[arg(long, value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
}

impl Common {
    fn load(self) -> Result<Config, Box<dyn Error>> {
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            // What is not Unicode is no key of ours.
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut config = Config::load(self.config.as_deref(), environment)?;
        config.data_dir = self.data_dir.unwrap_or(config.data_dir);
        config.file = self.config;
        Ok(config)
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("reelway: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    match command {
        Command::Serve { common, bind, role, log_json } => {
            log(log_json);
            let mut config = common.load()?;
            config.bind = bind.unwrap_or(config.bind);
            config.role = role.unwrap_or(config.role);
            config.validate()?;
            let (bind, serves) = (config.bind, config.role.serves());
            let app = App::open(config, Clock::default()).await?;
            serve::stop_on_signals(&app)?;
            let listener = if serves {
                let listener = TcpListener::bind(bind)
                    .await
                    .map_err(|error| format!("{bind}: {error}. Is another server running? Choose with --bind."))?;
                println!("Reelway serves http://{}", listener.local_addr()?);
                Some(listener)
            } else {
                println!("Reelway works on jobs");
                None
            };
            serve::serve(app, listener).await?;
        }
        Command::Migrate { common } => {
            let config = common.load()?;
            std::fs::create_dir_all(&config.data_dir)?;
            Db::open(&config.database()).await?.close().await;
            println!("{} is up to date", config.database().display());
        }
        Command::Schema { map } => {
            let schema = if map { http::map::schema() } else { config::schema() };
            println!("{}", serde_json::to_string_pretty(&schema)?);
        }
        Command::Doctor { common } => {
            let findings = doctor::examine(&common.load()?);
            for finding in &findings {
                println!("{finding}");
            }
            if findings.iter().any(|finding| finding.result.is_err()) {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Oci { common, command } => {
            log_from("warn", false);
            let progress = Progress::default();
            let result = match common.load() {
                Ok(config) => {
                    let mut show = |line: &str| progress.show(line);
                    command.run(&config, &Secrets::default(), Clock::default(), &mut show).await
                }
                Err(error) => Err(OciError::Config(error.to_string())),
            };
            progress.clear();
            let json = command.common().json;
            match result {
                Ok(result) if json => println!("{result}"),
                Ok(result) => println!("{}", outcome::lines(&result)),
                Err(error) => {
                    if json {
                        println!("{}", outcome::error_json(&error));
                    }
                    eprintln!("reelway: {error}");
                    return Ok(ExitCode::from(error.exit_code()));
                }
            }
        }
        Command::Sign { common, sign } => {
            let config = common.load()?;
            config.validate()?;
            println!("{}", sign.run(&config, |name| std::env::var(name).ok(), Clock::default().now())?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `RUST_LOG` says what is logged; by default what matters to whoever runs the server.
fn log(json: bool) {
    log_from("info,tower_http=info,sqlx=warn", json);
}

fn log_from(default: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    if json {
        subscriber.json().init();
    } else {
        subscriber.init();
    }
}
