//! The training set, and which of its crystals a result is most like.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use samples::{
    Crystal,
    structure::{
        Composition,
        metrics::{CrystalMeasures, NearestCrystal, ReferenceCrystals, StructureMatcher},
        symmetry::DEFAULT_TOLERANCE,
    },
};

use super::{
    super::{Session, files::load_json},
    CrystalCase,
};
use crate::{
    browser::{fetch, pause},
    data::training_set::{self, TrainingSet},
    metrics::crystals::{
        align::{self, LaidOver},
        circle::Experiment,
    },
    state::{crystal::SYMMETRY_ON_PAGE, specimen::Moment},
};

/// Time for the page to say what it is about to do, before it does it.
const PAINT: Duration = Duration::from_millis(40);

/// The nearest training crystal.
#[derive(Clone, Debug, PartialEq)]
pub enum Nearest {
    /// Nobody asked.
    Unasked,
    /// Being looked for.
    Working,
    /// Found.
    Found(Arc<Found>),
    /// Not to be found: one sentence.
    Failed(String),
}

impl Nearest {
    /// What was found, if it was.
    pub fn found(&self) -> Option<&Arc<Found>> {
        match self {
            Self::Found(found) => Some(found),
            _ => None,
        }
    }
}

/// A training crystal that is like a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The data set's name for it.
    pub name: String,
    /// How many crystals were compared.
    pub among: usize,
    /// How like it is.
    pub nearest: NearestCrystal,
    /// The crystal.
    pub crystal: Crystal,
    /// The crystal laid over the result, where both have as many atoms.
    pub laid_over: Option<LaidOver>,
    /// Its measures.
    pub measures: Option<CrystalMeasures>,
}

/// What was loaded of a training set.
#[derive(Default)]
pub(super) struct Training {
    path: Option<String>,
    set: Option<Arc<TrainingSet>>,
    references: Option<Arc<ReferenceCrystals>>,
}

impl CrystalCase {
    /// Looks for the nearest training crystal, of this result and of later ones.
    pub fn ask_for_nearest(self) {
        self.asked.set(true);
    }

    /// The formula of a random training crystal.
    ///
    /// # Errors
    /// One sentence: the training set is not there.
    pub async fn draw_formula(self, session: Session) -> Result<String, String> {
        let data = session.settings.with_untracked(|s| training_set::path(&s.preset));
        let set = self.training_set(session, data).await?;
        let index = (js_sys::Math::random() * set.crystals.len() as f64) as usize;
        let crystal = set.crystals.get(index).ok_or("The training set is empty.")?;
        Ok(Composition::of(crystal.elements()).to_string())
    }

    pub(super) fn load_circle(self, session: Session) {
        Effect::new(move |_| {
            let Some(manifest) = session.manifest.get() else { return };
            let path = format!("weights/{}/circle.json", session.system.slug);
            spawn_local(async move {
                match load_json::<Experiment>(&manifest, &path).await {
                    Ok(experiment) => {
                        self.circle.set(experiment.filter(Experiment::is_complete).map(Arc::new));
                    }
                    Err(problem) => session.problem.set(Some(problem)),
                }
            });
        });
    }

    /// Compares every result once the visitor has asked.
    pub(super) fn compare_results(self, session: Session) {
        let data = Memo::new(move |_| session.settings.with(|s| training_set::path(&s.preset)));
        Effect::new(move |_| {
            let data_now = data.get();
            let (asked, result) = (self.asked.get(), self.result.get());
            let Some(result) = result.filter(|_| asked) else {
                self.nearest.set(Nearest::Unasked);
                return;
            };
            if result.crystal().is_none() {
                self.nearest.set(Nearest::Failed("Molecules are not compared with training crystals.".to_owned()));
                return;
            }
            self.nearest.set(Nearest::Working);
            spawn_local(async move {
                let found = self.find(session, data_now.clone(), &result).await;
                let same_result = self.result.try_with_untracked(|now| now.as_ref() == Some(&result)) == Some(true);
                if same_result && data.try_get_untracked() == Some(data_now) {
                    self.nearest.set(match found {
                        Ok(found) => Nearest::Found(Arc::new(found)),
                        Err(reason) => Nearest::Failed(reason),
                    });
                }
            });
        });
    }

    async fn find(self, session: Session, data: Option<String>, result: &Moment) -> Result<Found, String> {
        let crystal = result.crystal().ok_or("This is no crystal.")?;
        let (set, references) = self.references(session, data).await?;
        let nearest = references.nearest(crystal).map_err(|error| format!("It cannot be compared: {error}."))?;
        let nearest = nearest.ok_or("The training set is empty.")?;
        let other = set.crystals.get(nearest.index).ok_or("The training set has changed.")?;
        let small = other.elements().len() <= SYMMETRY_ON_PAGE;
        Ok(Found {
            name: set.names.get(nearest.index).cloned().unwrap_or_default(),
            among: set.crystals.len(),
            nearest,
            crystal: other.clone(),
            laid_over: align::over(crystal, other).ok().flatten(),
            measures: if small { CrystalMeasures::of(other, DEFAULT_TOLERANCE).ok() } else { None },
        })
    }

    /// The crystals of a file, of which the newest is kept.
    async fn training_set(self, session: Session, data: Option<String>) -> Result<Arc<TrainingSet>, String> {
        let absent = || "The training crystals of this model are not shipped with this site.".to_owned();
        let path = data.ok_or_else(absent)?;
        // The visitor may have left the page at any of the waits.
        let kept =
            || self.training.try_with_value(|t| t.set.clone().filter(|_| t.path.as_ref() == Some(&path))).flatten();
        if let Some(kept) = kept() {
            return Ok(kept);
        }
        let address = session.manifest.with_untracked(|m| Some(m.as_ref()?.find(&path)?.path.clone()));
        let bytes = fetch::bytes(&address.ok_or_else(absent)?).await?;
        // Another search may have been faster.
        if let Some(kept) = kept() {
            return Ok(kept);
        }
        let set = TrainingSet::read(&bytes).map_err(|error| format!("{path} cannot be used: {error}."))?;
        let set = Arc::new(set);
        self.training.try_update_value(|training| {
            *training = Training { path: Some(path.clone()), set: Some(Arc::clone(&set)), references: None };
        });
        Ok(set)
    }

    async fn references(
        self,
        session: Session,
        data: Option<String>,
    ) -> Result<(Arc<TrainingSet>, Arc<ReferenceCrystals>), String> {
        let set = self.training_set(session, data).await?;
        // Before looking: searches that overlap must not each build them.
        pause(PAINT).await;
        let kept = self.training.try_with_value(|t| {
            t.references.clone().filter(|_| t.set.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, &set)))
        });
        if let Some(kept) = kept.flatten() {
            return Ok((set, kept));
        }
        let references = ReferenceCrystals::new(StructureMatcher::default(), &set.crystals)
            .map_err(|error| format!("The training set cannot be compared with: {error}."))?;
        let references = Arc::new(references);
        self.training.try_update_value(|training| {
            if training.set.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, &set)) {
                training.references = Some(Arc::clone(&references));
            }
        });
        Ok((set, references))
    }
}
