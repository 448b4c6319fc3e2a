//! The bundle on disk: content-hashed names, the manifest, placeholders in texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use serde::Serialize;

use super::{compress, sha256, write_if_changed};

/// One file, as `manifest.json` names it.
#[derive(Serialize)]
pub struct Entry {
    /// Address on the server.
    pub path: String,
    /// Length.
    pub bytes: usize,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Files of the bundle under construction.
pub struct Bundle {
    out: PathBuf,
    entries: BTreeMap<String, Entry>,
    written: BTreeSet<PathBuf>,
}

impl Bundle {
    /// An empty bundle that will stand in `out`.
    pub fn new(out: &Path) -> Self {
        Self { out: out.to_owned(), entries: BTreeMap::new(), written: BTreeSet::new() }
    }

    /// Adds a file under a content-hashed name in `folder`, known in the manifest as `key`. Answers with its address.
    pub fn add(&mut self, key: &str, folder: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let hash = sha256(bytes);
        let (before, extension) = key
            .rsplit_once('.')
            .with_context(|| format!("{key} has no extension, so the server would not know its type"))?;
        let relative = format!("{folder}/{before}.{}.{extension}", &hash[..16]);
        self.write(&relative, bytes)?;
        let path = format!("/{relative}");
        let entry = Entry { path: path.clone(), bytes: bytes.len(), sha256: hash };
        ensure!(self.entries.insert(key.to_owned(), entry).is_none(), "{key} is there twice");
        Ok(path)
    }

    /// Adds a file under its own name, which browsers ask for by that name and must revalidate.
    pub fn write(&mut self, relative: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.out.join(relative);
        write_if_changed(&path, bytes)?;
        self.written.insert(path);
        Ok(())
    }

    /// Address of a file that was added.
    fn address(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(|e| e.path.as_str())
    }

    /// Addresses of all files, by key.
    pub fn addresses(&self) -> BTreeMap<String, String> {
        self.entries.iter().map(|(key, entry)| (key.clone(), entry.path.clone())).collect()
    }

    /// The manifest.
    pub fn manifest(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(&self.entries)?)
    }

    /// Replaces every `{{key}}` by the address of that file.
    pub fn fill(&self, text: &str) -> anyhow::Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (key, after) = after.split_once("}}").context("`{{` without `}}`")?;
            filled.push_str(before);
            filled.push_str(self.address(key.trim()).with_context(|| format!("the bundle has no `{key}`"))?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// A style sheet with every `url(…)` below `/assets/` or relative to `folder` replaced by its hashed address.
    pub fn fill_css(&self, text: &str, folder: &str) -> anyhow::Result<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("url(") {
            let (inside, after) = after.split_once(')').context("`url(` without `)`")?;
            let reference = inside.trim().trim_matches(['"', '\'']);
            filled.push_str(before);
            if reference.starts_with("data:") || reference.starts_with('#') {
                filled.push_str(&format!("url({inside})"));
            } else {
                let Some(key) = resolve(reference, folder) else { bail!("a style sheet refers to {reference}") };
                let path =
                    self.address(&key).with_context(|| format!("a style sheet refers to {key}, which is absent"))?;
                filled.push_str(&format!("url(\"{path}\")"));
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Compresses, and removes what an earlier build left in the hashed folders.
    pub fn finish(self, quality: u32, cache: &Path) -> anyhow::Result<Vec<compress::Sizes>> {
        let paths: Vec<_> = self.written.iter().filter(|p| compress::is_compressible(p)).cloned().collect();
        let sizes = compress::all(&paths, quality, cache)?;
        let mut keep = self.written.clone();
        keep.extend(paths.iter().flat_map(|p| [compress::beside(p, "br"), compress::beside(p, "gz")]));
        for folder in ["assets", "pkg"] {
            remove_others(&self.out.join(folder), &keep)?;
        }
        Ok(sizes)
    }
}

/// `../icons/a.svg` seen from `styles` → `icons/a.svg`; `None` for what lies outside the assets.
fn resolve(reference: &str, folder: &str) -> Option<String> {
    if let Some(absolute) = reference.strip_prefix("/assets/") {
        return Some(absolute.to_owned());
    }
    if reference.starts_with('/') || reference.contains("://") {
        return None;
    }
    let mut parts: Vec<_> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn remove_others(folder: &Path, keep: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, keep)?;
            if fs::read_dir(&path)?.next().is_none() {
                fs::remove_dir(&path)?;
            }
        } else if !keep.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> (tempfile::TempDir, Bundle) {
        let folder = tempfile::tempdir().unwrap();
        let bundle = Bundle::new(folder.path());
        (folder, bundle)
    }

    #[test]
    fn names_hold_the_content_hash_and_the_manifest_leads_there() {
        let (folder, mut bundle) = bundle();
        let path = bundle.add("weights/rock/w.safetensors", "assets", b"abc").unwrap();
        // SHA-256 of "abc", FIPS 180-2 appendix B.1.
        assert_eq!(path, "/assets/weights/rock/w.ba7816bf8f01cfea.safetensors");
        assert_eq!(fs::read(folder.path().join(&path[1..])).unwrap(), b"abc");
        let manifest: serde_json::Value = serde_json::from_str(&bundle.manifest().unwrap()).unwrap();
        let entry = &manifest["weights/rock/w.safetensors"];
        assert_eq!((entry["path"].as_str(), entry["bytes"].as_u64()), (Some(path.as_str()), Some(3)));
        assert_eq!(entry["sha256"].as_str().map(str::len), Some(64));
        assert!(bundle.add("weights/rock/w.safetensors", "assets", b"abd").is_err());
        assert!(bundle.add("LICENSE", "assets", b"").is_err());
    }

    #[test]
    fn placeholders_are_filled_and_unknown_ones_are_errors() {
        let (_folder, mut bundle) = bundle();
        let path = bundle.add("boot.js", "pkg", b"1").unwrap();
        assert_eq!(bundle.fill("<a src=\"{{boot.js}}\">").unwrap(), format!("<a src=\"{path}\">"));
        assert!(bundle.fill("{{nothing.js}}").is_err());
        assert!(bundle.fill("{{boot.js").is_err());
    }

    #[test]
    fn style_sheets_lead_to_hashed_addresses() {
        let (_folder, mut bundle) = bundle();
        let path = bundle.add("icons/a.svg", "assets", b"<svg/>").unwrap();
        let filled = bundle.fill_css("a{b:url(../icons/a.svg);c:url('/assets/icons/a.svg')}", "styles").unwrap();
        assert_eq!(filled, format!("a{{b:url(\"{path}\");c:url(\"{path}\")}}"));
        assert_eq!(bundle.fill_css("url(data:x) url(#a)", "styles").unwrap(), "url(data:x) url(#a)");
        assert!(bundle.fill_css("url(https://example.org/a.woff2)", "styles").is_err());
        assert!(bundle.fill_css("url(../icons/b.svg)", "styles").is_err());
        assert!(bundle.fill_css("url(../../a.svg)", "styles").is_err());
    }

    #[test]
    fn a_second_build_leaves_no_stale_file_and_touches_no_unchanged_one() {
        let (folder, mut first) = bundle();
        first.add("a.js", "pkg", b"let a = 1").unwrap();
        let kept = first.add("b/c.js", "assets", b"let b = 2").unwrap();
        let cache = tempfile::tempdir().unwrap();
        first.finish(5, cache.path()).unwrap();
        let kept = folder.path().join(&kept[1..]);
        let modified = fs::metadata(&kept).unwrap().modified().unwrap();

        let mut second = Bundle::new(folder.path());
        second.add("a.js", "pkg", b"let a = 3").unwrap();
        second.add("b/c.js", "assets", b"let b = 2").unwrap();
        second.finish(5, cache.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("pkg")).unwrap().count(), 3);
        assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), modified);
    }
}
