//! Sessions, and pages beside them, on another origin than any session: what a page sends is judged by CORS.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use axum::Router;

use crate::{
    control,
    serve::serve,
    session::Session,
    setup::Setup,
    wire::{Breaker, Port},
};

/// All sessions of a process. A clone is the same provider.
#[derive(Clone)]
pub struct Provider {
    url: String,
    pages: Vec<PathBuf>,
    sessions: Arc<Mutex<Vec<Option<Arc<Session>>>>>,
}

impl Provider {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(pages: Vec<PathBuf>) -> Result<Self> {
        Self::start_on(0, pages).await
    }

    /// Starts one on this port of loopback, which serves the files of folders, too. It serves as long as the runtime runs.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_on(port: u16, pages: Vec<PathBuf>) -> Result<Self> {
        let port = Port::bind(port).await?;
        let provider = Self { url: port.origin()?, pages, sessions: Arc::default() };
        let control = control::routes(provider.clone()).into_make_service_with_connect_info::<Breaker>();
        tokio::spawn(async move { axum::serve(port, control).await });
        Ok(provider)
    }

    /// Where pages and the control are: `http://127.0.0.1:12345`.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn pages(&self) -> &[PathBuf] {
        &self.pages
    }

    /// Begins an upload on an origin of its own.
    ///
    /// # Errors
    /// There is no port.
    pub async fn open(&self, setup: Setup) -> Result<Arc<Session>> {
        let port = Port::bind(0).await?;
        let origin = port.origin()?;
        let session = {
            let mut sessions = self.sessions();
            let session = Arc::new(Session::new(sessions.len(), origin, setup));
            sessions.push(Some(Arc::clone(&session)));
            session
        };
        let routes = Router::new().fallback(serve).with_state(Arc::clone(&session));
        let service = routes.into_make_service_with_connect_info::<Breaker>();
        let task = tokio::spawn(async move { axum::serve(port, service).await });
        session.served_by(task.abort_handle());
        Ok(session)
    }

    /// A session that was opened and not yet closed.
    pub fn session(&self, id: usize) -> Option<Arc<Session>> {
        self.sessions().get(id)?.clone()
    }

    /// Ends a session and forgets what it holds.
    pub fn close(&self, id: usize) {
        if let Some(session) = self.sessions().get_mut(id).and_then(Option::take) {
            session.close();
        }
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Vec<Option<Arc<Session>>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
