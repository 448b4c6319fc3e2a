//! From a crate to wasm and its JavaScript glue.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use super::{
    sha256,
    split::{self, Later},
    write_if_changed,
};
use crate::root;

const TARGET: &str = "wasm32-unknown-unknown";

/// The crate that is split.
const PAGE: &str = "app";
/// The crate whose arithmetic is compiled for speed; the others are for size.
const WORKER: &str = "worker";

/// What the browser loads of one crate.
pub struct Module {
    /// The ES module that wraps the wasm file; its default export loads it from a given address. `{{key}}` stands
    /// for the address of a file of `later`.
    pub glue: String,
    /// The wasm file.
    pub wasm: Vec<u8>,
    /// What the page loads when it is needed.
    pub later: Later,
}

/// What is built for the browser.
#[derive(Clone, Copy)]
pub enum Source {
    /// A package's library.
    Library(&'static str),
    /// An example of a package: a `cdylib` by its own manifest.
    Example(&'static str, &'static str),
}

impl Source {
    fn package(self) -> &'static str {
        let (Self::Library(package) | Self::Example(package, _)) = self;
        package
    }

    /// As cargo calls it.
    fn name(self) -> &'static str {
        let (Self::Library(name) | Self::Example(_, name)) = self;
        name
    }

    fn selection(self) -> Vec<&'static str> {
        match self {
            Self::Library(package) => vec!["--package", package, "--lib", "--crate-type", "cdylib"],
            Self::Example(package, example) => vec!["--package", package, "--example", example],
        }
    }
}

/// Builds `source` and runs wasm-bindgen on it. `cache` keeps the result for an unchanged input.
///
/// Each crate is built by its own cargo call: built together, their features would be unified, and the page
/// would carry what only the worker needs.
pub fn module(source: Source, cache: &Path) -> anyhow::Result<Module> {
    let input = cargo(source)?;
    let input = fs::read(&input).with_context(|| input.display().to_string())?;
    if source.package() != PAGE {
        let (glue, wasm) = bindgen_cached(source.name(), input, Exports::Own, cache)?;
        return Ok(Module { glue, wasm, later: Later::default() });
    }
    let (first, later) = split::split(&input, &cache.join("split"))?;
    let (glue, wasm) = bindgen_cached(source.name(), first, Exports::Linker, cache)?;
    Ok(Module { glue: later.join(&glue)?, wasm, later })
}

/// Runs cargo and answers with the path of the wasm file.
fn cargo(source: Source) -> anyhow::Result<PathBuf> {
    let (package, name) = (source.package(), source.name());
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["rustc", "--locked"])
        .args(source.selection())
        .args(["--target", TARGET, "--profile", if package == WORKER { "worker" } else { "page" }])
        .args(["--message-format", "json-render-diagnostics"])
        // wasm-bindgen reads which features of WebAssembly are on from a section that full stripping removes.
        .args(["--", "-C", "strip=debuginfo"])
        .args(if package == PAGE { &["-C", split::LINKER_FLAG][..] } else { &[] })
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo does not start")?;
    ensure!(
        output.status.success(),
        "{name} does not build for the browser; if the target is missing: rustup target add {TARGET}"
    );
    let text = String::from_utf8(output.stdout)?;
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == name)
        .filter_map(|message| {
            let files = message["filenames"].as_array()?;
            files.iter().filter_map(Value::as_str).find(|f| f.ends_with(".wasm")).map(PathBuf::from)
        })
        .next_back()
        .with_context(|| format!("cargo names no wasm file for {name}"))
}

/// What a module shows to others besides its own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exports {
    /// Nothing.
    Own,
    /// What the linker exports, the table of functions say, which its parts share.
    Linker,
}

/// Glue and wasm, made anew where `input` is new.
fn bindgen_cached(name: &str, input: Vec<u8>, exports: Exports, cache: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let stem = cache.join(format!("{name}.{exports:?}.{}", sha256(&input)));
    let (glue, wasm) = (stem.with_added_extension("js"), stem.with_added_extension("wasm"));
    if !(glue.exists() && wasm.exists()) {
        let made = bindgen(name, input, exports)?;
        write_if_changed(&wasm, &made.1)?;
        write_if_changed(&glue, made.0.as_bytes())?;
        return Ok(made);
    }
    Ok((fs::read_to_string(glue)?, fs::read(wasm)?))
}

fn bindgen(name: &str, input: Vec<u8>, exports: Exports) -> anyhow::Result<(String, Vec<u8>)> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(name, input)
        .typescript(false)
        .keep_lld_exports(exports == Exports::Linker)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The address holds a content hash and is always given by the bootstrap.
        .omit_default_module_path(true)
        .web(true)?;
    let mut output = bindgen.generate_output()?;
    // Snippets would be further files at addresses without a hash; nothing that we use has any. (Crates are
    // named even where their list is empty.)
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "{name} brings JavaScript snippets"
    );
    let wasm = output.wasm_mut().emit_wasm();
    Ok((output.js().to_owned(), wasm))
}
