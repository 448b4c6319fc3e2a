//! Who may use whom: the table of the architecture, held against what cargo says.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

use crate::{
    metadata::{self, BROWSER, NATIVE},
    root,
};

/// One row of the table.
struct Rule {
    /// The crate.
    name: &'static str,
    /// Our own crates that it may import.
    ours: &'static [&'static str],
    /// What it must not import itself.
    never_directly: &'static [&'static str],
    /// What must not come in through others either.
    never_at_all: &'static [&'static str],
}

const SERVER_SIDE: [&str; 5] = ["axum", "tokio", "sqlx", "apalis", "object_store"];

/// Every crate of the workspace stands here; one that does not is an error.
const RULES: [Rule; 8] = [
    Rule {
        name: "samples",
        ours: &[],
        never_directly: &[],
        never_at_all: &["burn", "burn-tensor", "wgpu", "leptos", "tokio", "web-sys"],
    },
    Rule {
        name: "catalog",
        ours: &["samples"],
        never_directly: &[],
        never_at_all: &["burn", "burn-tensor", "wgpu", "leptos", "web-sys", "axum", "tokio", "sqlx"],
    },
    // burn brings wgpu in by itself; a model must not talk to it.
    Rule {
        name: "models",
        ours: &["catalog", "samples"],
        never_directly: &["wgpu", "web-sys", "js-sys", "tokio"],
        never_at_all: &["leptos", "axum"],
    },
    Rule { name: "shaders", ours: &["samples"], never_directly: &[], never_at_all: &["burn", "burn-tensor", "leptos"] },
    Rule {
        name: "worker",
        ours: &["catalog", "models", "samples"],
        never_directly: &["wgpu"],
        never_at_all: &["leptos", "axum", "sqlx"],
    },
    Rule {
        name: "app",
        ours: &["catalog", "samples", "shaders"],
        never_directly: &[],
        never_at_all: &["burn", "burn-tensor", "axum", "sqlx"],
    },
    Rule {
        name: "server",
        ours: &["catalog", "models", "samples"],
        never_directly: &[],
        never_at_all: &["leptos", "wasm-bindgen-cli-support"],
    },
    Rule { name: "xtask", ours: &[], never_directly: &SERVER_SIDE, never_at_all: &["burn", "leptos"] },
];

/// The crates whose product goes to the browser, and therefore is judged by what it links there.
const IN_THE_BROWSER: [&str; 6] = ["app", "catalog", "models", "samples", "shaders", "worker"];

/// What one crate imports and links.
struct Found<'a> {
    name: &'a str,
    direct: BTreeSet<&'a str>,
    linked: BTreeSet<String>,
}

/// Every edge that the table forbids, as a sentence. `ours` are the names of all our crates.
fn violations(found: &Found, ours: &BTreeSet<&str>) -> Vec<String> {
    let name = found.name;
    let Some(rule) = RULES.iter().find(|r| r.name == name) else {
        return vec![format!("{name} is not in the table; add it there and in the architecture")];
    };
    let forbidden =
        |other: &&&str| (ours.contains(**other) && !rule.ours.contains(*other)) || rule.never_directly.contains(*other);
    let direct = found.direct.iter().filter(forbidden).map(|other| format!("{name} must not import {other}"));
    let hidden = found.linked.iter().filter(|other| rule.never_at_all.contains(&other.as_str()));
    direct
        .chain(hidden.map(|other| format!("{name} must not bring in {other}, not even through another crate")))
        .collect()
}

fn all_violations() -> anyhow::Result<Vec<String>> {
    let members = metadata::members()?;
    let ours: BTreeSet<_> = members.iter().map(|m| m.name.as_str()).collect();
    let mut all = Vec::new();
    for member in &members {
        let name = member.name.as_str();
        let mut linked = metadata::linked(name, NATIVE)?;
        if IN_THE_BROWSER.contains(&name) {
            linked.extend(metadata::linked(name, BROWSER)?);
        }
        all.extend(violations(&Found { name, direct: member.direct(), linked }, &ours));
    }
    all.extend(neighbours(&root().join("app/models/src/systems"))?);
    Ok(all)
}

/// Mentions of one system's folder in another's: what two systems share belongs beside them, not in one of them.
fn neighbours(systems: &Path) -> anyhow::Result<Vec<String>> {
    let folders: Vec<PathBuf> = children(systems)?.into_iter().filter(|path| path.is_dir()).collect();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut all = Vec::new();
    for folder in &folders {
        let others: Vec<String> = folders.iter().filter(|other| *other != folder).map(|other| name(other)).collect();
        let mut waiting = vec![folder.clone()];
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(children(&path)?);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
                let mentioned = others.iter().filter(|other| text.contains(&format!("{other}::")));
                all.extend(mentioned.map(|other| format!("{} must not import its neighbour {other}", path.display())));
            }
        }
    }
    Ok(all)
}

fn children(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

/// Prints what is forbidden, and fails if there is any.
pub fn report() -> anyhow::Result<()> {
    let found = all_violations()?;
    for line in &found {
        eprintln!("{line}");
    }
    ensure!(found.is_empty(), "{} forbidden dependencies", found.len());
    println!("the crates' dependencies follow the table");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, direct: &[&str], linked: &[&str]) -> Vec<String> {
        let ours = RULES.iter().map(|r| r.name).collect();
        let linked = linked.iter().map(|l| (*l).to_owned()).collect();
        violations(&Found { name, direct: direct.iter().copied().collect(), linked }, &ours)
    }

    #[test]
    fn this_workspace_follows_the_table() {
        assert_eq!(all_violations().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_page_that_carries_model_code_is_found_directly_and_through_others() {
        assert_eq!(check("app", &["models", "serde"], &[]), ["app must not import models"]);
        assert_eq!(
            check("app", &["samples", "leptos"], &["leptos", "burn"]),
            ["app must not bring in burn, not even through another crate"]
        );
        assert!(check("app", &["samples", "shaders", "leptos"], &["leptos", "wgpu"]).is_empty());
    }

    #[test]
    fn models_may_have_wgpu_through_burn_but_not_talk_to_it() {
        assert!(check("models", &["burn"], &["burn", "wgpu"]).is_empty());
        assert_eq!(check("models", &["burn", "wgpu"], &["wgpu"]), ["models must not import wgpu"]);
    }

    #[test]
    fn a_system_that_imports_its_neighbour_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("mod.rs", "pub mod rock; pub mod crystal; use rock::A;");
        write("rock/mod.rs", "use crate::nn;");
        write("crystal/mod.rs", "mod deep;");
        write("crystal/deep/mod.rs", "use crate::systems::rock::Network;");
        let found = neighbours(folder.path()).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("crystal/deep/mod.rs must not import its neighbour rock"));
    }

    #[test]
    fn a_crate_outside_the_table_is_found() {
        assert!(check("gateway", &[], &[])[0].contains("not in the table"));
    }
}
