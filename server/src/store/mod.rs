//! What outlives the process: the database of runs, the artifacts, and the files that are shipped.

pub mod artifacts;
pub mod assets;
pub mod events;
pub mod files;
pub mod leases;
pub mod runs;
pub mod settings;
pub mod uploads;

use std::{fs::File, io::ErrorKind, path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;

pub use artifacts::ArtifactStore;
pub use assets::Assets;
pub use uploads::Uploads;

/// How long a statement waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Takes the write lock at once. A transaction that reads first and writes later can be refused at the write,
/// without waiting, when another wrote in between.
pub(crate) const IMMEDIATE: &str = "BEGIN IMMEDIATE";

/// Why stored things cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The database's tables.
    #[error("the database cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The artifact store.
    #[error("the artifact store failed: {0}")]
    Objects(#[from] object_store::Error),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A stored value does not decode.
    #[error("a stored {what} does not decode: {source}")]
    Corrupt {
        /// What it should be.
        what: &'static str,
        /// Where it breaks.
        source: serde_json::Error,
    },
    /// The system has no random numbers.
    #[error("no random numbers: {0}")]
    Randomness(String),
    /// A name that cannot be a file's.
    #[error("`{0}` is not a name for a file")]
    Name(String),
}

impl StoreError {
    /// An error on `path`.
    pub fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }
}

/// Whether `error`, or what it came from, is that there is no room on the disk.
pub fn disk_is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    /// SQLite's own code for it.
    const SQLITE_FULL: &str = "13";
    let full = |error: &(dyn std::error::Error + 'static)| {
        let file = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let database = error.downcast_ref::<sqlx::Error>().and_then(|error| error.as_database_error()?.code());
        matches!(file, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge))
            || database.is_some_and(|code| code == SQLITE_FULL)
    };
    std::iter::successors(Some(error), |error| error.source()).any(full)
}

/// Opens the database `<data>/vitrine.db`, creating and migrating it as needed.
///
/// # Errors
/// If the folder or the database cannot be created, opened or migrated.
pub async fn open(data: &Path) -> Result<SqlitePool, StoreError> {
    std::fs::create_dir_all(data).map_err(|e| StoreError::file(data, e))?;
    let options = SqliteConnectOptions::new()
        .filename(data.join("vitrine.db"))
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        // A killed process loses nothing with NORMAL; a power cut may lose the last events, never consistency.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal);
    let lock = migration_lock(data).await?;
    let pool = SqlitePoolOptions::new().max_connections(8).min_connections(1).connect_with(options).await?;
    sqlx::migrate!().run(&pool).await?;
    crate::runs::queue::migrate(&pool).await?;
    drop(lock);
    Ok(pool)
}

/// SQLite has no lock for migrations, and two servers may start at once.
async fn migration_lock(data: &Path) -> Result<File, StoreError> {
    let path = data.join("migrate.lock");
    let failed = |e| StoreError::file(&path, e);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
    locked.await.map_err(|e| failed(std::io::Error::other(e)))?.map_err(failed)
}

/// Whether a name is one for a file or folder of ours: it leads nowhere else and hides nothing.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
