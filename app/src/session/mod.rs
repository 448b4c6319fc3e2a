//! Everything that a system page knows, as signals, and everything that it can do. Components read the one and
//! call the other.

mod crystal;
mod depictions;
mod files;
mod fittings;
mod kind;
mod objects;
mod pictures;
mod sampling;
mod volume;

pub use crystal::{CrystalCase, Nearest};
pub use fittings::{Choosable, DRAWN_GARMENT, DRAWN_PERSON, FittingsCase, Frame, Own, PORTRAIT_NAME};
pub use kind::{Case, Kind, NewCase, Parts, load};
pub use objects::ObjectsCase;
pub use pictures::PicturesCase;
pub use volume::{VolumeCase, load_volume};

use std::{rc::Rc, sync::Arc};

use catalog::{FieldError, System};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use web_sys::File;

use crate::{
    browser::fetch,
    data::{card::Card, manifest::Manifest},
    state::{
        job::{Job, Phase},
        settings::{Settings, on_control},
    },
    worker_client::WorkerClient,
};

/// The state of one system page.
#[derive(Clone, Copy)]
pub struct Session {
    /// The system.
    pub system: &'static System,
    /// The form.
    pub settings: RwSignal<Settings>,
    /// Errors of the link that opened the page, until the visitor changes something.
    pub link_errors: RwSignal<Vec<FieldError>>,
    /// The job in the worker.
    pub job: RwSignal<Job>,
    /// No example of this preset is shipped.
    pub no_example: RwSignal<bool>,
    /// The preset's model card.
    pub card: RwSignal<Option<Arc<Card>>>,
    /// The bundle.
    pub manifest: RwSignal<Option<Arc<Manifest>>>,
    /// One sentence on what could not be loaded or opened.
    pub problem: RwSignal<Option<String>>,
    /// The visitor asked for a sample while a field was wrong.
    pub refused: RwSignal<bool>,
    /// What the last job was asked for, if a link can ask for it again.
    asked: RwSignal<Option<Settings>>,
    /// What depends on the kind of sample.
    pub kind: Kind,
    worker: StoredValue<Option<WorkerClient>, LocalStorage>,
    work: StoredValue<sampling::Work>,
    /// Files that the visitor has opened so far.
    opened: StoredValue<u32>,
}

impl Session {
    /// The state of the page at this URL. Must be called inside a reactive owner: loading begins at once.
    pub fn open<'a>(
        system: &'static System,
        case: Rc<dyn Case>,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let (settings, link_errors) = Settings::from_query(system, query);
        // A link holds no picture: what needs one waits for it.
        let repeat = settings.seed_chosen && !system.inputs.iter().any(|input| input.required);
        let session = Self {
            system,
            settings: RwSignal::new(settings),
            link_errors: RwSignal::new(link_errors),
            job: RwSignal::new(Job::default()),
            no_example: RwSignal::new(false),
            card: RwSignal::new(None),
            manifest: RwSignal::new(None),
            problem: RwSignal::new(None),
            refused: RwSignal::new(false),
            asked: RwSignal::new(None),
            kind: Kind::new(Rc::clone(&case)),
            worker: StoredValue::new_local(None),
            work: StoredValue::new(sampling::Work::default()),
            opened: StoredValue::new(0),
        };
        session.worker.set_value(Some(WorkerClient::new(move |event| session.handle(event))));
        session.watch();
        on_cleanup(move || {
            session.worker.try_update_value(|worker| {
                if let Some(worker) = worker.take() {
                    worker.stop();
                }
            });
        });
        session.keep_url();
        case.open(session);
        session.load_preset_files();
        spawn_local(async move {
            match fetch::json::<Manifest>("/manifest.json").await {
                Ok(manifest) => {
                    session.manifest.set(Some(Arc::new(manifest)));
                    if repeat {
                        session.sample();
                    }
                }
                Err(problem) => session.problem.set(Some(problem)),
            }
        });
        session
    }

    /// Changes the form.
    pub fn change(self, change: impl FnOnce(&mut Settings)) {
        self.link_errors.update(Vec::clear);
        self.refused.set(false);
        self.settings.update(change);
    }

    /// The error of a control, if it has one: what the form holds comes first, then what the link asked for,
    /// then what the worker refused.
    pub fn error_of(self, control: &str) -> Option<String> {
        let checked = self.settings.with(|s| s.request(self.system)).err().unwrap_or_default();
        let find = |errors: &[FieldError]| errors.iter().find(|e| e.field == control).map(|e| e.message.clone());
        find(&checked).or_else(|| self.link_errors.with(|errors| find(errors))).or_else(|| {
            self.job.with(|job| {
                let named: Vec<_> = job.fields.iter().cloned().map(on_control).collect();
                find(&named)
            })
        })
    }

    /// Shows a file of the visitor; a file that cannot be shown changes nothing else.
    pub fn open_file(self, file: File) {
        let Some(case) = self.kind.case() else { return };
        spawn_local(async move {
            let problem = case.open_file(self, file).await.err();
            if problem.is_none() {
                self.opened.try_update_value(|opened| *opened += 1);
            }
            self.problem.try_set(problem);
        });
    }

    /// Whether the sample that stands there is what the form asks for: then a link repeats it.
    pub fn repeats(self) -> Memo<bool> {
        let done = Memo::new(move |_| self.job.with(|job| job.phase == Phase::Done));
        Memo::new(move |_| done.get() && self.asked.with(|asked| self.settings.with(|s| asked.as_ref() == Some(s))))
    }

    /// Keeps the query of the address equal to the form, without new history entries. The address of a page on
    /// which nothing was chosen or sampled yet stays as it is.
    fn keep_url(self) {
        let opened_with = self.settings.get_untracked();
        let repeats = self.repeats();
        Effect::new(move |changed_before: Option<bool>| {
            let (settings, repeats) = (self.settings.get(), repeats.get());
            if !changed_before.unwrap_or(false) && settings == opened_with && !repeats {
                return false;
            }
            let url = format!("?{}", settings.to_query(repeats));
            if let Ok(history) = window().history() {
                // Browsers limit how often an address may change; the next change will write it again.
                drop(history.replace_state_with_url(&history.state().unwrap_or(JsValue::NULL), "", Some(&url)));
            }
            true
        });
    }
}
