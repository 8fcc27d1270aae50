//! Media Flow and the control side of Media Streams: <https://docs.oracle.com/en-us/iaas/api/#/en/dms/20211101/>.
//!
//! - [`resources`]: what all collections have in common.
//! - [`jobs`]: jobs, from accepted to their end.
//! - [`parameters`]: `${/pointers}` in the parameters of a workflow.
//! - [`output`]: what the tasks of a job write.
//! - [`channels`]: ingest of assets, and where they are attached.

pub mod channels;
pub mod jobs;
pub mod output;
pub mod parameters;
pub mod resources;

use axum::{
    Router, middleware,
    routing::{get, post},
};

pub use self::jobs::Outcome;
use super::{Tenancy, answer, sign};

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    let one = get(resources::get).put(resources::update).delete(resources::delete);
    let job = get(resources::get_job).put(resources::update_job).delete(jobs::cancel);
    let attachments = "/20211101/mediaAssets/{id}/distributionChannelAttachments";
    Router::new()
        .route("/20211101/mediaWorkflowJobs", post(jobs::create).get(resources::list_jobs))
        .route("/20211101/mediaWorkflowJobs/{id}", job)
        .route("/20211101/systemMediaWorkflows", get(resources::system_workflows))
        .route("/20211101/streamDistributionChannels/{id}/actions/ingest", post(channels::ingest))
        .route(attachments, get(channels::attachments))
        .route(&format!("{attachments}/{{channel}}"), get(channels::attachment).delete(channels::detach))
        .route("/20211101/{collection}", post(resources::create).get(resources::list))
        .route("/20211101/{collection}/{id}", one)
        .fallback(async || answer::not_found())
        .layer(middleware::from_fn_with_state(tenancy.clone(), sign::guard))
        .with_state(tenancy)
}
