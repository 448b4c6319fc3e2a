//! Parts of the page that are loaded when a page needs them: functions marked `#[wasm_split(part)]`, with all the
//! code and data that only they need. What several parts share is a file of its own, so that nothing is loaded twice.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, anyhow, ensure};
use walrus::ModuleConfig;
use wasm_split_cli_support::{Options, transform};

/// What the linker must leave in a module that is to be split: where each function and each datum is referred to.
pub const LINKER_FLAG: &str = "link-arg=--emit-relocs";

/// Under this name the module imports the functions that load its parts.
const LOADERS: &str = "./loaders.js";
/// What the loaders import from the module's glue. Both become one file, so that neither needs the other's address.
const GLUE: &str = "./glue.js";

/// What is loaded later.
#[derive(Default)]
pub struct Later {
    /// Wasm files, by their key in the bundle.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Keys of the files that each part needs.
    pub parts: BTreeMap<String, Vec<String>>,
    /// JavaScript that loads them; `{{key}}` stands for an address.
    loaders: String,
}

/// Splits what the linker made into what is loaded first, for wasm-bindgen to finish, and what is loaded later.
/// `folder` is used on the way.
pub fn split(input: &[u8], folder: &Path) -> anyhow::Result<(Vec<u8>, Later)> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let first = folder.join("first.wasm");
    let mut options = Options::new(input);
    options.output_dir = folder;
    options.main_out_path = &first;
    options.link_name = LOADERS;
    options.main_module = GLUE;
    let made = transform(options).map_err(|error| anyhow!("the module cannot be split: {error:#}"))?;

    let mut later = Later { loaders: fs::read_to_string(folder.join(LOADERS))?, ..Later::default() };
    for path in &made.split_modules {
        let name = path.file_stem().and_then(|stem| stem.to_str()).context("a part has a name")?;
        let address = format!("\"./{name}.wasm\"");
        ensure!(later.loaders.matches(&address).count() == 1, "the loaders do not fetch {name} once");
        later.loaders = later.loaders.replace(&address, &format!("\"{{{{{}}}}}\"", key(name)));
        later.files.insert(key(name), compact(&fs::read(path)?).with_context(|| key(name))?);
    }
    let keys = |names: Vec<String>| names.iter().map(|name| key(name)).collect();
    later.parts = made.prefetch_map.into_iter().map(|(part, names)| (part, keys(names))).collect();
    Ok((fs::read(first)?, later))
}

/// `split_volume` → `page-volume.wasm`, `chunk_1` → `page-chunk-1.wasm`.
fn key(name: &str) -> String {
    format!("page-{}.wasm", name.trim_start_matches("split_").replace('_', "-"))
}

/// Without names, and with numbers as short as they can be: the linker leaves room for larger ones.
fn compact(wasm: &[u8]) -> anyhow::Result<Vec<u8>> {
    Ok(ModuleConfig::new().generate_name_section(false).generate_producers_section(false).parse(wasm)?.emit_wasm())
}

impl Later {
    /// The loaders and the glue that wasm-bindgen made, as one script.
    pub fn join(&self, glue: &str) -> anyhow::Result<String> {
        let import = format!("import {{ initSync }} from \"{GLUE}\";\n");
        ensure!(self.loaders.contains(&import), "the loaders no longer import `initSync` alone");
        let loaders = self.loaders.replace(&import, "").replace("export const ", "const ");
        let names = self.parts.keys().map(|part| format!("__wasm_split_load_{part}"));
        let names: Vec<_> = names.filter(|name| loaders.contains(&format!("const {name} = "))).collect();
        ensure!(names.len() == self.parts.len(), "of the parts {:?} only {names:?} can be loaded", self.parts.keys());

        let mut script = format!("{loaders}const loaders = {{ {} }};\n", names.join(", "));
        // wasm-bindgen imports the module once for each function that it takes from there.
        let from = format!(" from \"{LOADERS}\"");
        for line in glue.lines() {
            let name = line.strip_prefix("import * as ").and_then(|rest| rest.strip_suffix(&from));
            match name {
                Some(name) => script += &format!("const {name} = loaders;\n"),
                None => script.extend([line, "\n"]),
            }
        }
        ensure!(!script.contains("\nimport "), "the page's script imports what the bundle does not have");
        Ok(script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later() -> Later {
        let loaders = "import { initSync } from \"./glue.js\";\n\n\
                       const __chunk_1 = makeLoad(() => fetch(\"{{page-chunk-1.wasm}}\"), []);\n\
                       export const __wasm_split_load_rock = wrapAsyncCb(makeLoad(() => 1, [__chunk_1]));\n";
        let parts = BTreeMap::from([("rock".to_owned(), vec!["page-chunk-1.wasm".to_owned()])]);
        Later { loaders: loaders.to_owned(), parts, ..Later::default() }
    }

    #[test]
    fn loaders_and_glue_become_one_script_without_imports() {
        let glue =
            "import * as import1 from \"./loaders.js\"\nimport * as import2 from \"./loaders.js\"\nexport { start }\n";
        let script = later().join(glue).unwrap();
        assert!(!script.contains("import {") && !script.contains("import *"), "{script}");
        assert!(script.contains("const loaders = { __wasm_split_load_rock };\n"), "{script}");
        assert!(script.ends_with("const import1 = loaders;\nconst import2 = loaders;\nexport { start }\n"), "{script}");
    }

    #[test]
    fn what_the_script_would_lack_is_an_error() {
        assert!(later().join("import * as import1 from \"./elsewhere.js\"\n").is_err());
        let mut later = later();
        later.parts.insert("crystal".to_owned(), Vec::new());
        assert!(later.join("").is_err());
    }

    #[test]
    fn files_are_named_after_their_part() {
        assert_eq!([key("split_volume"), key("chunk_2")], ["page-volume.wasm", "page-chunk-2.wasm"]);
    }
}
