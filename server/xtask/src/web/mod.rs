//! The web bundle: what the server serves to browsers.
//!
//! Two modules, so that the page paints before, and without, model code: `app` (the page) and `worker`. What the page
//! needs for some kinds of samples only is split off, and loaded when such a page is opened.
//! Everything but `index.html`, `manifest.json` and `sw.js` has its content hash in its name and never changes.

mod bundle;
mod compile;
mod compress;
mod split;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};

use bundle::Bundle;
use compile::Source;

use crate::root;

/// Files that are fetched by their own name.
const UNHASHED: [&str; 3] = ["sw.js", "robots.txt", "favicon.ico"];
/// Folders of `assets` that only the server's programs read.
const NOT_FOR_BROWSERS: [&str; 1] = ["data"];
/// What the page reads of them all the same: the crystals that a sample is compared with.
const FOR_BROWSERS: [&str; 2] = ["data/crysbfn/perov_5_val.jsonl.gz", "data/crysbfn/carbon_24_val.jsonl.gz"];
/// The most wasm after brotli that any address makes a visitor wait for, in bytes: `page.wasm` and the parts of a page.
const PAGE_BUDGET: usize = 1_500_000;
/// The largest `worker.wasm` after brotli, in bytes.
const WORKER_BUDGET: usize = 5_000_000;

/// Builds the bundle into `out`. `dev` compresses fast and ignores the budgets.
pub fn build(out: &Path, dev: bool) -> anyhow::Result<()> {
    let cache = cache_folder()?;
    let page = compile::module(Source::Library("app"), &cache)?;
    let worker = compile::module(Source::Library("worker"), &cache)?;

    let mut bundle = Bundle::new(out);
    for (key, bytes) in &page.later.files {
        bundle.add(key, "pkg", bytes)?;
    }
    let page_js = bundle.fill(&page.glue)?;
    let page_js = bundle.add("page.js", "pkg", page_js.as_bytes())?;
    let page_wasm = bundle.add("page.wasm", "pkg", &page.wasm)?;
    bundle.add("boot.js", "pkg", boot(&page_js, &page_wasm).as_bytes())?;
    bundle.add("worker-glue.js", "pkg", worker.glue.as_bytes())?;
    bundle.add("worker.wasm", "pkg", &worker.wasm)?;
    let bootstrap = fs::read_to_string(root().join("app/worker/bootstrap.js")).context("app/worker/bootstrap.js")?;
    let bootstrap = bundle.fill(&bootstrap)?;
    bundle.add("worker.js", "pkg", bootstrap.as_bytes())?;
    let unhashed = add_assets(&mut bundle, &root().join("assets"))?;

    let depiction = fs::read_to_string(root().join("app/depiction.js")).context("app/depiction.js")?;
    let depiction = bundle.fill(&depiction)?;
    bundle.add("depiction.js", "pkg", depiction.as_bytes())?;

    let index = fs::read_to_string(root().join("app/index.html")).context("app/index.html")?;
    bundle.write("index.html", bundle.fill(&index)?.as_bytes())?;
    bundle.write("manifest.json", bundle.manifest()?.as_bytes())?;
    for (name, bytes) in unhashed {
        bundle.write(&name, &bytes)?;
    }

    let addresses = bundle.addresses();
    let sizes = bundle.finish(if dev { 5 } else { 11 }, &cache.join("compressed"))?;
    print_sizes(out, &sizes);
    let brotli = |key: &str| -> anyhow::Result<usize> {
        let address = addresses.get(key).with_context(|| format!("{key} is missing"))?;
        let found = sizes.iter().find(|s| s.path == out.join(&address[1..]));
        Ok(found.with_context(|| format!("{key} was not compressed"))?.brotli)
    };
    let worker = brotli("worker.wasm")?;
    ensure!(dev || worker <= WORKER_BUDGET, "worker.wasm is {worker} bytes after brotli, above {WORKER_BUDGET}");
    for (part, keys) in &page.later.parts {
        let whole =
            keys.iter().try_fold(brotli("page.wasm")?, |sum, key| Ok::<_, anyhow::Error>(sum + brotli(key)?))?;
        println!("page.wasm with {part}: {whole} bytes after brotli");
        ensure!(dev || whole <= PAGE_BUDGET, "page.wasm with {part} is above {PAGE_BUDGET} bytes");
    }
    Ok(())
}

/// Builds the module that the drawing benches of e2e/bench load, under the names that wasm-bindgen gives such files.
pub fn build_bench_page(out: &Path) -> anyhow::Result<()> {
    let module = compile::module(Source::Example("shaders", "bench_page"), &cache_folder()?)?;
    write_if_changed(&out.join("bench_page_bg.wasm"), &module.wasm)?;
    write_if_changed(&out.join("bench_page.js"), module.glue.as_bytes())
}

/// The page's entry: a file of its own, because the content security policy allows no inline script.
fn boot(glue: &str, wasm: &str) -> String {
    format!(
        "// The waiting page greets visitors of the gallery; other pages begin with their stage.\n\
         if (location.pathname !== \"/\") document.querySelector(\".intro\")?.remove();\n\
         const {{ default: start }} = await import(\"{glue}\");\n\
         await start({{ module_or_path: \"{wasm}\" }});\n"
    )
}

/// Adds everything below `assets`, style sheets last because they refer to the rest. Answers with the files
/// that keep their name.
fn add_assets(bundle: &mut Bundle, assets: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut keys = Vec::new();
    list(assets, "", &mut keys)?;
    keys.retain(|key| is_for_browsers(key));
    keys.sort_by_key(|key| (key.ends_with(".css"), key.clone()));
    let mut unhashed = Vec::new();
    for key in keys {
        let bytes = fs::read(assets.join(&key)).with_context(|| key.clone())?;
        if UNHASHED.contains(&key.as_str()) {
            unhashed.push((key, bytes));
        } else if key.ends_with(".css") {
            let text = String::from_utf8(bytes).with_context(|| key.clone())?;
            let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
            let filled = bundle.fill_css(&text, folder).with_context(|| key.clone())?;
            bundle.add(&key, "assets", filled.as_bytes())?;
        } else {
            bundle.add(&key, "assets", &bytes)?;
        }
    }
    Ok(unhashed)
}

fn is_for_browsers(key: &str) -> bool {
    let folder = key.split('/').next().unwrap_or_default();
    !NOT_FOR_BROWSERS.contains(&folder) || FOR_BROWSERS.contains(&key)
}

/// Keys of all files below `folder`, without notes to readers of the repository and hidden files.
fn list(folder: &Path, prefix: &str, keys: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|n| anyhow::anyhow!("{n:?} is not a plain name"))?;
        if name.starts_with('.') || name.ends_with(".md") {
            continue;
        }
        let key = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &key, keys)?;
        } else {
            keys.push(key);
        }
    }
    Ok(())
}

fn print_sizes(out: &Path, sizes: &[compress::Sizes]) {
    println!("{:>12} {:>12} {:>12}  file", "bytes", "gzip", "brotli");
    for s in sizes.iter().filter(|s| s.path.extension().is_some_and(|e| e != "json")) {
        let name = s.path.strip_prefix(out).unwrap_or(&s.path).display();
        println!("{:>12} {:>12} {:>12}  {name}", s.raw, s.gzip, s.brotli);
    }
}

/// Where results for unchanged inputs are kept.
fn cache_folder() -> anyhow::Result<PathBuf> {
    let cache = target_folder().join("web-bundle");
    fs::create_dir_all(&cache)?;
    Ok(cache)
}

/// Cargo's target folder.
fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Writes through a temporary file, and only if the content is new: an unchanged file keeps its time stamp.
fn write_if_changed(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::metadata(path).is_ok_and(|m| m.len() == bytes.len() as u64) && fs::read(path)? == bytes {
        return Ok(());
    }
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    let temporary = compress::beside(path, "new");
    fs::write(&temporary, bytes).with_context(|| temporary.display().to_string())?;
    fs::rename(&temporary, path).with_context(|| path.display().to_string())
}
