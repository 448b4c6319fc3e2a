//! Precompressed files beside the originals, so that the server compresses nothing at run time.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, atomic::AtomicUsize, atomic::Ordering::Relaxed},
};

use anyhow::Context;
use flate2::{Compression, write::GzEncoder};

use super::{sha256, write_if_changed};

/// Extensions of files that shrink.
const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];

/// Whether a file is worth compressing.
pub fn is_compressible(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| COMPRESSIBLE.contains(&e))
}

/// Lengths of one file.
pub struct Sizes {
    pub path: PathBuf,
    pub raw: usize,
    pub gzip: usize,
    pub brotli: usize,
}

/// Writes `.br` and `.gz` beside every path, on all cores. Results are kept in `cache` by content and quality:
/// brotli at its best takes a minute for the worker, which seldom changes.
pub fn all(paths: &[PathBuf], quality: u32, cache: &Path) -> anyhow::Result<Vec<Sizes>> {
    fs::create_dir_all(cache)?;
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Relaxed)) {
            let sizes = one(path, quality, cache);
            done.lock().expect("no panic holds this lock").push(sizes);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut sizes = done.into_inner().expect("no panic holds this lock").into_iter().collect::<Result<Vec<_>, _>>()?;
    sizes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sizes)
}

fn one(path: &Path, quality: u32, cache: &Path) -> anyhow::Result<Sizes> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let name = sha256(&bytes);
    let brotli = cached(&cache.join(format!("{name}.{quality}.br")), || brotli(&bytes, quality))?;
    let gzip = cached(&cache.join(format!("{name}.gz")), || gzip(&bytes))?;
    write_if_changed(&beside(path, "br"), &brotli)?;
    write_if_changed(&beside(path, "gz"), &gzip)?;
    Ok(Sizes { path: path.to_owned(), raw: bytes.len(), gzip: gzip.len(), brotli: brotli.len() })
}

/// `index.html` → `index.html.br`.
pub fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn cached(file: &Path, make: impl FnOnce() -> std::io::Result<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    if let Ok(bytes) = fs::read(file) {
        return Ok(bytes);
    }
    let bytes = make()?;
    write_if_changed(file, &bytes)?;
    Ok(bytes)
}

fn brotli(bytes: &[u8], quality: u32) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    // A window of 16 MiB is the largest that every browser accepts.
    brotli::CompressorWriter::new(&mut out, 1 << 16, quality, 24).write_all(bytes)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_encodings_decode_to_the_original_and_are_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let text = "rock ".repeat(4000);
        let path = folder.path().join("a.js");
        fs::write(&path, &text).unwrap();
        let cache = folder.path().join("cache");
        let sizes = all(std::slice::from_ref(&path), 5, &cache).unwrap();
        assert!(sizes[0].brotli < 200 && sizes[0].gzip < 400, "{} {}", sizes[0].brotli, sizes[0].gzip);

        let mut decoded = String::new();
        let br = fs::read(beside(&path, "br")).unwrap();
        brotli::Decompressor::new(&br[..], 4096).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);
        decoded.clear();
        let gz = fs::read(beside(&path, "gz")).unwrap();
        flate2::read::GzDecoder::new(&gz[..]).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);

        assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
        all(&[path], 5, &cache).unwrap();
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
    }
}
