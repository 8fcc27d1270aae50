//! `reelway sign`: a ticket for trying. In earnest the host application makes them.

use clap::Args;

use crate::{
    access::{
        Scope,
        mint::{MintError, NewTicket, mint},
    },
    config::{Config, TicketAlgorithm, TicketKey},
};

/// What the ticket is to say.
#[derive(Clone, Debug, Args)]
pub struct SignArgs {
    /// Whose it is: what the host application knows the person by.
    #[arg(long)]
    pub sub: String,
    /// What may be done with it. Several times, or with commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["upload", "view", "manage"])]
    pub scope: Vec<Scope>,
    /// Seconds that it counts.
    #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
    pub life: u64,
    /// No file is larger.
    #[arg(long, value_name = "BYTES")]
    pub max_size: Option<u64>,
    /// The one video that it is for.
    #[arg(long, value_name = "ID")]
    pub video: Option<String>,
    /// The key of tickets.keys to sign with [default: the first].
    #[arg(long)]
    pub kid: Option<String>,
    /// The environment variable that holds the private key, for alg = "EdDSA".
    #[arg(long, value_name = "NAME")]
    pub private_key_env: Option<String>,
    /// Prints the address of the page with the ticket in it.
    #[arg(long)]
    pub link: bool,
}

/// Why no ticket was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The configuration has no such key.
    #[error("tickets.keys has no key to sign with, or none of this --kid")]
    NoKey,
    /// A public key can't sign.
    #[error("alg = \"EdDSA\": give the name of the variable that holds the private key, with --private-key-env")]
    NoPrivateKey,
    /// The variable is not there.
    #[error("the environment variable {0} is not set")]
    Missing(String),
    /// The key can't be used.
    #[error("{0}")]
    Mint(#[from] MintError),
}

impl SignArgs {
    /// The ticket, or the link with it. `now` in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// There is no key to sign with.
    pub fn run(
        &self,
        config: &Config,
        environment: impl Fn(&str) -> Option<String>,
        now: u64,
    ) -> Result<String, SignError> {
        let chosen = |key: &&TicketKey| self.kid.is_none() || key.kid == self.kid;
        let key = config.tickets.keys.iter().find(chosen).ok_or(SignError::NoKey)?;
        let env = match key.alg {
            TicketAlgorithm::Hs256 => &key.env,
            TicketAlgorithm::EdDsa => self.private_key_env.as_ref().ok_or(SignError::NoPrivateKey)?,
        };
        let secret = environment(env).ok_or_else(|| SignError::Missing(env.clone()))?;
        let new = NewTicket {
            sub: self.sub.clone(),
            scopes: self.scope.clone(),
            max_size: self.max_size,
            video: self.video.clone(),
            audience: config.tickets.audience.clone(),
            life: self.life,
        };
        let ticket = mint(&new, key.alg, key.kid.as_deref(), (env, &secret), now)?;
        if !self.link {
            return Ok(ticket);
        }
        let page = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.bind));
        // Behind the hash, which no browser sends and so no log has.
        Ok(format!("{page}/#ticket={ticket}"))
    }
}
