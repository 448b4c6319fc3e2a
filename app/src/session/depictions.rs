//! The molecules that a page shows, drawn as they are asked for.

use std::{collections::HashMap, sync::Arc};

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::depiction::{Depiction, Draughtsman},
    data::manifest::Manifest,
};

/// Drawings that are kept. Learners leave many behind.
const MOST: usize = 400;

/// Drawings by SMILES.
#[derive(Clone, Copy)]
pub struct Depictions {
    drawn: RwSignal<HashMap<String, Arc<Depiction>>>,
    /// Asked for and not answered yet.
    asked: StoredValue<Vec<String>>,
    manifest: StoredValue<Option<RwSignal<Option<Arc<Manifest>>>>>,
    draughtsman: StoredValue<Draughtsman, LocalStorage>,
}

impl Depictions {
    pub(super) fn new() -> Self {
        Self {
            drawn: RwSignal::new(HashMap::new()),
            asked: StoredValue::new(Vec::new()),
            manifest: StoredValue::new(None),
            draughtsman: StoredValue::new_local(Draughtsman::default()),
        }
    }

    /// Where the drawing code is found.
    pub(super) fn open(self, manifest: RwSignal<Option<Arc<Manifest>>>) {
        self.manifest.set_value(Some(manifest));
    }

    /// The drawing of a molecule, once it is there.
    pub fn get(self, smiles: &str) -> Option<Arc<Depiction>> {
        self.drawn.with(|drawn| drawn.get(smiles).cloned())
    }

    /// Asks for the drawing of a molecule, unless it is there or on its way.
    pub fn ask(self, smiles: String) {
        let known = self.drawn.with_untracked(|drawn| drawn.contains_key(&smiles));
        if known || self.asked.with_value(|asked| asked.contains(&smiles)) {
            return;
        }
        self.asked.update_value(|asked| asked.push(smiles.clone()));
        spawn_local(async move {
            let answer = self.draw(vec![smiles.clone()]).await;
            let answer = match answer {
                Ok(drawn) => drawn.into_iter().next(),
                Err(error) => Some(Depiction::Refused { error }),
            };
            // The page may be gone by now.
            self.asked.try_update_value(|asked| asked.retain(|other| *other != smiles));
            if let Some(answer) = answer {
                self.drawn.try_update(|drawn| {
                    if drawn.len() >= MOST {
                        drawn.clear();
                    }
                    drawn.insert(smiles, Arc::new(answer));
                });
            }
        });
    }

    /// Draws molecules: an answer for each, in their order.
    ///
    /// # Errors
    /// One sentence: there is no drawing code, or it stopped.
    pub async fn draw(self, smiles: Vec<String>) -> Result<Vec<Depiction>, String> {
        let missing = || "the drawing code is missing".to_owned();
        let manifest = self.manifest.try_get_value().flatten().ok_or_else(missing)?;
        let url = manifest.try_with_untracked(|m| m.as_ref().and_then(|m| m.depiction().map(str::to_owned)));
        let (url, draughtsman) = (url.flatten().ok_or_else(missing)?, self.draughtsman.try_get_value());
        draughtsman.ok_or_else(missing)?.draw(&url, &smiles).await
    }
}
