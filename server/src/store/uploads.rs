//! Pictures that visitors sent for a sampling: below `<data>/uploads`, a folder for each run, for as long as the run
//! needs them and no longer.
//!
//! They arrive in a folder of their own, which is synced and then renamed to its run: before the run is queued, its
//! pictures are on the disk, whole.

use std::{
    fs::{self, File},
    io::{Error, ErrorKind, Result as IoResult},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use super::{StoreError, files, is_plain};

/// What the folders of uploads that are still arriving begin with: no run's name does.
const ARRIVING: &str = ".arriving-";

/// The uploads of a data folder.
#[derive(Clone, Debug)]
pub struct Uploads {
    folder: PathBuf,
}

/// A folder of uploads, of a run or still arriving.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Name of the folder: the run's, if it is a run's.
    pub name: String,
    /// Time since it was made.
    pub age: Duration,
}

impl Uploads {
    /// Uploads below `folder`, which need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Does `work`, which waits for the disk, away from the async threads.
    ///
    /// # Errors
    /// As `work`.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let uploads = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&uploads)).await;
        done.unwrap_or_else(|e| Err(StoreError::file(&self.folder, Error::other(e))))
    }

    /// A place for uploads to arrive in; dropped, it is gone with all that has arrived.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn receive(&self) -> Result<Arriving, StoreError> {
        let failed = |e| StoreError::file(&self.folder, e);
        fs::create_dir_all(&self.folder).map_err(failed)?;
        // Private from the start, and so under its new name.
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.prefix(ARRIVING).tempdir_in(&self.folder).map_err(failed)?;
        Ok(Arriving { folder })
    }

    /// Makes what has arrived the uploads of a run that is about to be queued.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub fn keep(&self, arrived: Arriving, run: &str) -> Result<(), StoreError> {
        let path = self.path(run)?;
        let sync = |folder: &Path| File::open(folder).and_then(|folder| folder.sync_all());
        let renamed = sync(arrived.folder.path()).and_then(|()| fs::rename(arrived.folder.path(), &path));
        renamed.and_then(|()| sync(&self.folder)).map_err(|e| StoreError::file(&path, e))
    }

    /// A file that was uploaded for a run; `None` if there is none of that name.
    ///
    /// # Errors
    /// If it cannot be read, or has more than `most` bytes.
    pub fn read(&self, run: &str, name: &str, most: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if !is_plain(name) {
            return Err(StoreError::Name(name.to_owned()));
        }
        match files::read(&self.path(run)?.join(name), most) {
            Err(StoreError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Every folder that is there.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn list(&self) -> Result<Vec<Kept>, StoreError> {
        let mut all = Vec::new();
        self.each(|path, name| {
            let made = present(fs::metadata(path).and_then(|about| about.modified()))?;
            let age = made.map(|made| SystemTime::now().duration_since(made).unwrap_or_default());
            all.extend(age.map(|age| Kept { name, age }));
            Ok(())
        })?;
        Ok(all)
    }

    /// Bytes of all that is there, arriving or kept.
    ///
    /// # Errors
    /// If they cannot be counted.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let mut sum = 0;
        self.each(|path, _| {
            for file in present(fs::read_dir(path))?.into_iter().flatten() {
                sum += present(file.and_then(|file| file.metadata()))?.map_or(0, |about| about.len());
            }
            Ok(())
        })?;
        Ok(sum)
    }

    /// Deletes a folder of [`list`](Self::list), or a run's; one that is not there is no error.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn delete(&self, name: &str) -> Result<(), StoreError> {
        let path = match name.strip_prefix(ARRIVING) {
            Some(rest) if is_plain(rest) => self.folder.join(name),
            _ => self.path(name)?,
        };
        present(fs::remove_dir_all(&path)).map(drop).map_err(|e| StoreError::file(&path, e))
    }

    fn path(&self, run: &str) -> Result<PathBuf, StoreError> {
        if is_plain(run) { Ok(self.folder.join(run)) } else { Err(StoreError::Name(run.to_owned())) }
    }

    fn each(&self, mut look: impl FnMut(&Path, String) -> IoResult<()>) -> Result<(), StoreError> {
        let failed = |e| StoreError::file(&self.folder, e);
        for entry in present(fs::read_dir(&self.folder)).map_err(failed)?.into_iter().flatten() {
            let entry = entry.map_err(failed)?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                look(&entry.path(), entry.file_name().to_string_lossy().into_owned()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Runs end while others look: what has just gone is no error.
fn present<T>(result: IoResult<T>) -> IoResult<Option<T>> {
    match result {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// Uploads that are still arriving.
#[derive(Debug)]
pub struct Arriving {
    folder: TempDir,
}

impl Arriving {
    /// Starts a file. `name` is one of the catalogue's, never the visitor's.
    ///
    /// # Errors
    /// If the disk does not take it, or the file is there already.
    pub async fn file(&self, name: &'static str) -> Result<ArrivingFile, StoreError> {
        let path = self.folder.path().join(name);
        let file = tokio::fs::File::create_new(&path).await.map_err(|e| StoreError::file(&path, e))?;
        Ok(ArrivingFile { path, file })
    }

    /// A file that has arrived.
    ///
    /// # Errors
    /// If it cannot be read, or has more than `most` bytes.
    pub fn read(&self, name: &'static str, most: u64) -> Result<Vec<u8>, StoreError> {
        files::read(&self.folder.path().join(name), most)
    }
}

/// A file on its way to the disk.
#[derive(Debug)]
pub struct ArrivingFile {
    path: PathBuf,
    file: tokio::fs::File,
}

impl ArrivingFile {
    /// Writes what has come.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).await.map_err(|e| StoreError::file(&self.path, e))
    }

    /// It is whole: syncs it.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let synced = match self.file.flush().await {
            Ok(()) => self.file.sync_all().await,
            failed => failed,
        };
        synced.map_err(|e| StoreError::file(&self.path, e))
    }
}
