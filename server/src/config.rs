//! What an operator can set, by flag or by environment. Every field says what it is for.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;

use crate::{
    http::{Limits, form::Bounds, rate::Rates},
    runs::executor,
    store::Assets,
};

/// Silence after which the sender of a form counts as gone.
const SILENCE: Duration = Duration::from_secs(20);

/// Where things lie.
#[derive(Clone, Debug, Args)]
pub struct Places {
    /// Folder of the database, the checkpoints and the artifacts
    #[arg(long, env = "VITRINE_DATA", default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// Folder of shipped files: weights, data sets, examples
    #[arg(long, env = "VITRINE_ASSETS", default_value = "assets", value_name = "DIR")]
    pub assets: PathBuf,
    /// Folder of the web bundle; its files also serve as assets
    #[arg(long, env = "VITRINE_WEB", default_value = "dist", value_name = "DIR")]
    pub web: PathBuf,
}

impl Places {
    /// The shipped files.
    pub fn assets(&self) -> Assets {
        Assets::new(self.assets.clone(), self.web.clone())
    }
}

/// How much work a process takes on.
#[derive(Clone, Debug, Args)]
pub struct Work {
    /// Samplings at a time; 0 leaves them to `vitrine worker`
    #[arg(long, env = "VITRINE_CONCURRENCY", default_value_t = 1, value_name = "N")]
    pub concurrency: usize,
    /// Trainings at a time; 0 leaves them to `vitrine worker`
    #[arg(long, env = "VITRINE_TRAININGS", default_value_t = 1, value_name = "N")]
    pub trainings: usize,
    /// Seconds of silence after which a worker counts as dead and its runs go to another
    #[arg(long, env = "VITRINE_LEASE_SECONDS", default_value_t = 15, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub lease_seconds: u64,
}

impl Work {
    /// As the executor takes it.
    pub fn options(&self) -> executor::Options {
        executor::Options {
            trainings: self.trainings,
            samplings: self.concurrency,
            lease: Duration::from_secs(self.lease_seconds),
        }
    }
}

/// How the server listens and what it lets strangers do.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Address to listen on; port 0 takes a free one, which is printed
    #[arg(long, env = "VITRINE_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Runs of a kind that may wait before more are refused
    #[arg(long, env = "VITRINE_QUEUE", default_value_t = 100, value_name = "N")]
    pub queue: u32,
    /// Voxels that one sampling request may ask for, all samples together
    #[arg(long, env = "VITRINE_MAX_VOXELS", default_value_t = 1 << 28, value_name = "N")]
    pub max_voxels: u64,
    /// Pixels that the pictures of one sampling request may have together, times its samples
    #[arg(long, env = "VITRINE_MAX_PIXELS", default_value_t = 1 << 26, value_name = "N")]
    pub max_pixels: u64,
    /// Bytes of one uploaded picture
    #[arg(long, env = "VITRINE_MAX_UPLOAD_BYTES", default_value_t = 64 << 20, value_name = "N")]
    pub max_upload_bytes: u64,
    /// Bytes of all that one sampling request uploads
    #[arg(long, env = "VITRINE_MAX_FORM_BYTES", default_value_t = 128 << 20, value_name = "N")]
    pub max_form_bytes: u64,
    /// Bytes of uploads that runs wait for or work on, after which more are refused
    #[arg(long, env = "VITRINE_MAX_KEPT_BYTES", default_value_t = 4 << 30, value_name = "N")]
    pub max_kept_bytes: u64,
    /// Requests to the API that one address may make in a minute; 0 for no limit
    #[arg(long, env = "VITRINE_REQUESTS_PER_MINUTE", default_value_t = 1200, value_name = "N")]
    pub requests_per_minute: u32,
    /// Samplings that one address may ask for in a minute; 0 for no limit
    #[arg(long, env = "VITRINE_SAMPLINGS_PER_MINUTE", default_value_t = 20, value_name = "N")]
    pub samplings_per_minute: u32,
    /// Reverse proxies in front, whose `X-Forwarded-For` says who asks; 0 believes no such header
    #[arg(long, env = "VITRINE_PROXIES", default_value_t = 0, value_name = "N")]
    pub proxies: usize,
}

impl Serve {
    /// As the router takes them.
    pub fn limits(&self) -> Limits {
        let rates =
            Rates { requests: self.requests_per_minute, samplings: self.samplings_per_minute, proxies: self.proxies };
        let uploads = Bounds {
            file: self.max_upload_bytes,
            form: self.max_form_bytes,
            disk: self.max_kept_bytes,
            silence: SILENCE,
        };
        Limits { queue: self.queue, voxels: self.max_voxels, pixels: self.max_pixels, uploads, rates }
    }
}
