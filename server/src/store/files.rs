//! Files on the local disk that are there whole or not at all.

use std::{
    fs::File,
    io::{Error, Read as _, Write as _},
    path::Path,
};

use super::StoreError;

/// Writes `bytes` to `path` through a temporary file in the same folder: synced, then renamed.
///
/// # Errors
/// If the disk does not take it; then nothing stays behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |e| StoreError::file(path, e);
    let mut file = tempfile::Builder::new().prefix(".vitrine-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    readable_by_others(file.as_file()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// A file's content, if it has at most `most` bytes: no more is read, whatever the file says of its length.
///
/// # Errors
/// If it cannot be read or is longer.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |e| StoreError::file(path, e);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > most {
        true => Err(failed(Error::other(format!("has more than {most} bytes")))),
        false => Ok(bytes),
    }
}

/// Temporary files are private; finished ones are like any other.
fn readable_by_others(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
