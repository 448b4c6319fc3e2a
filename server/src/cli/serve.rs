//! `vitrine serve`, `vitrine worker`, `vitrine token`: the long-running commands and the key to them.

use std::{io::Write as _, net::SocketAddr, time::Duration};

use anyhow::Context as _;
use clap::Args;
use tokio::{net::TcpListener, runtime};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::{
    config::{Places, Serve, Work},
    http::{self, AppState},
    runs::{Runs, executor::Executor},
    store::settings,
};

/// Time that open requests and running work get to end by themselves.
const SHUTDOWN: Duration = Duration::from_secs(60);

/// Arguments of `vitrine serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    serve: Serve,
    #[command(flatten)]
    work: Work,
}

/// Arguments of `vitrine worker`.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    work: Work,
}

/// Arguments of `vitrine token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(flatten)]
    places: Places,
}

/// Serves until SIGINT or SIGTERM.
pub fn serve(args: ServeArgs) -> Result<(), Failure> {
    log();
    block_on(async {
        let runs = Runs::open(&args.places.data).await?;
        if let Some(token) = settings::ensure_admin_token(&runs.pool).await? {
            // Once, on stdout, and not into the log.
            println!("admin token (shown once; `vitrine token` makes a new one): {}", token.0);
        }
        let listener = TcpListener::bind(args.serve.listen).await;
        let listener = listener.map_err(|e| Failure::input("listen", format!("{}: {e}", args.serve.listen)))?;
        let address = listener.local_addr().context("the socket has no address")?;
        let stop = CancellationToken::new();
        let assets = args.places.assets();
        let state =
            AppState::new(runs.clone(), assets.clone(), args.places.web.clone(), args.serve.limits(), stop.clone());
        if !state.web.is_there() {
            tracing::warn!(web = %args.places.web.display(), "there is no web bundle; only the API is served");
        }
        let executor = Executor::new(runs, assets, args.work.options(), stop.clone());
        println!("listening on http://{address}");
        std::io::stdout().flush().context("stdout is closed")?;
        let executing = tokio::spawn(executor.run());
        let router = http::router(state).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stop.clone();
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped.cancelled_owned()).await
        });
        finish_on_signal(stop, async {
            serving.await.context("the server vanished")??;
            executing.await.context("the executor vanished")
        })
        .await
    })
}

/// Works on runs until SIGINT or SIGTERM.
pub fn worker(args: WorkerArgs) -> Result<(), Failure> {
    log();
    if args.work.concurrency == 0 && args.work.trainings == 0 {
        return Err(Failure::input("concurrency", "a worker with neither samplings nor trainings has nothing to do"));
    }
    block_on(async {
        let runs = Runs::open(&args.places.data).await?;
        let stop = CancellationToken::new();
        let executor = Executor::new(runs, args.places.assets(), args.work.options(), stop.clone());
        println!("working on {}", args.places.data.display());
        std::io::stdout().flush().context("stdout is closed")?;
        let executing = tokio::spawn(executor.run());
        finish_on_signal(stop, async { executing.await.context("the executor vanished") }).await
    })
}

/// Replaces the admin token.
pub fn token(args: TokenArgs) -> Result<(), Failure> {
    block_on(async {
        let runs = super::runs::open(&args.places).await?;
        println!("{}", settings::replace_admin_token(&runs.pool).await?.0);
        Ok(())
    })
}

/// Waits for a signal, asks everything to end and waits for that.
async fn finish_on_signal(
    stop: CancellationToken,
    work: impl Future<Output = anyhow::Result<()>>,
) -> Result<(), Failure> {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        ended = &mut work => {
            ended?;
            return Err(Failure::Failed(anyhow::anyhow!("the server ended by itself")));
        }
        signal = stop_signal() => signal.context("signals cannot be caught")?,
    }
    tracing::info!("stopping");
    stop.cancel();
    match tokio::time::timeout(SHUTDOWN, work).await {
        Ok(ended) => Ok(ended?),
        Err(_) => Err(Failure::Failed(anyhow::anyhow!("work did not end within {} s", SHUTDOWN.as_secs()))),
    }
}

/// Resolves at SIGINT or SIGTERM.
pub async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Runs a future on a runtime of its own.
pub fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().context("no async runtime")?;
    let result = runtime.block_on(future);
    // What still runs on blocking threads must not hold the process.
    runtime.shutdown_background();
    result
}

fn log() {
    let filter =
        EnvFilter::try_from_env("VITRINE_LOG").unwrap_or_else(|_| EnvFilter::new("info,apalis=warn,apalis_core=warn"));
    // Fails only if a subscriber is there already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
