//! Objects that are built by decisions: learners at work, what they draw, and how both are shown.

use std::{sync::Arc, time::Duration};

use catalog::{ModelFile, SampleRequest, messages::FromWorker};
use leptos::prelude::*;
use samples::{
    Objects,
    objects::{Picture, read_lines},
};
use serde_json::Value;

use super::{
    Session,
    depictions::Depictions,
    files::{PresetFiles, load_json},
};
use crate::{
    browser::{now, preferences::reduced_motion},
    metrics::objects::points::View,
    state::{
        contest::Contest,
        job::Job,
        shown::{Shown, Source},
    },
};

/// Least time between two pictures, milliseconds: the page must stay quick while learners send more.
const PICTURE_MS: f64 = 100.0;

/// The state of a page that shows objects.
#[derive(Clone, Copy)]
pub struct ObjectsCase {
    /// What was seen of the learners. Told at most ten times a second.
    pub contest: RwSignal<Contest>,
    /// The draws, and where all that is shown comes from.
    pub shown: RwSignal<Option<Shown<Objects>>>,
    /// The measure that the race is about, by its number.
    pub measure: RwSignal<usize>,
    /// How objectives are laid onto the plane.
    pub view: RwSignal<View>,
    /// The cell that is read out.
    pub cell: RwSignal<Option<usize>>,
    /// Flows are drawn.
    pub arrows: RwSignal<bool>,
    /// Paths fall like sand.
    pub sand: RwSignal<bool>,
    /// Drawings of molecules.
    pub depictions: Depictions,
    /// Name of the preset whose pictures are shown.
    preset: RwSignal<String>,
    /// A job was sent and has shown nothing yet.
    waiting: StoredValue<bool>,
    told_at: StoredValue<f64>,
    /// A picture is to be told of later.
    scheduled: StoredValue<bool>,
}

impl ObjectsCase {
    pub(super) fn new() -> Self {
        Self {
            contest: RwSignal::new(Contest::default()),
            shown: RwSignal::new(None),
            measure: RwSignal::new(0),
            view: RwSignal::new(View::Axes(0, 1)),
            cell: RwSignal::new(None),
            arrows: RwSignal::new(true),
            sand: RwSignal::new(true),
            depictions: Depictions::new(),
            preset: RwSignal::new(String::new()),
            waiting: StoredValue::new(false),
            told_at: StoredValue::new(f64::NEG_INFINITY),
            scheduled: StoredValue::new(false),
        }
    }

    /// Whether grains may fall: the visitor let them and did not ask for less motion.
    pub fn may_move(self) -> bool {
        self.sand.get() && !reduced_motion()
    }

    /// The picture of a learner, or of the exact answer.
    pub fn with_picture<T>(self, learner: Option<usize>, read: impl FnOnce(&Picture) -> T) -> Option<T> {
        self.contest.with(|contest| {
            let latest = contest.latest.as_ref()?;
            let picture = match learner {
                Some(number) => latest.learners.get(number).map(|learner| &learner.picture),
                None => latest.target.as_ref(),
            };
            picture.map(read)
        })
    }

    /// Side of the grid that is shown, if it is this preset's.
    pub fn side_of(self, preset: &str) -> Option<usize> {
        let own = self.preset.with(|shown| shown == preset);
        self.contest.with(Contest::side).filter(|_| own)
    }

    pub(super) fn open(self, session: Session) {
        self.depictions.open(session.manifest);
    }

    pub(super) fn begin(self) {
        self.waiting.set_value(true);
    }

    pub(super) fn forget_preset(self) {
        let stays = self.shown.with_untracked(|s| s.as_ref().is_some_and(|s| s.source == Source::File));
        if !stays {
            self.show(None, Contest::default(), "");
        }
    }

    pub(super) async fn load_example(self, session: Session, files: &PresetFiles) {
        let loaded: Result<Option<Objects>, String> =
            load_json(&files.manifest, &files.path(ModelFile::Trajectory)).await;
        let is_free = || self.shown.with_untracked(|s| s.as_ref().is_none_or(|s| s.source != Source::File));
        if !files.may_show_example() || !is_free() {
            return;
        }
        match loaded {
            Ok(Some(objects)) => {
                let contest = Contest::of(&objects);
                let shown = Shown {
                    source: Source::Example,
                    title: format!("{}, learnt in advance", files.preset.title),
                    file_stem: session.file_stem("example"),
                    content: Arc::new(objects),
                    request: Value::Null,
                };
                self.show(Some(shown), contest, files.preset.name);
            }
            Ok(None) => session.no_example.set(true),
            Err(problem) => session.problem.set(Some(problem)),
        }
    }

    pub(super) fn take_in(self, request: &SampleRequest, message: FromWorker) {
        match message {
            FromWorker::Learning { learning, .. } => {
                self.clear_for(request);
                if self.is_of_job() {
                    self.contest.try_update_untracked(|contest| contest.grow(learning));
                    self.tell();
                }
            }
            FromWorker::Objects { objects, .. } => {
                self.clear_for(request);
                if self.is_of_job() {
                    self.contest.update(|contest| contest.finish(&objects));
                    self.shown.update(|shown| {
                        if let Some(shown) = shown {
                            shown.source = Source::Sample;
                            shown.title = format!("Your draws, seed {}", request.seed);
                            shown.content = Arc::new(objects);
                        }
                    });
                }
            }
            _ => {}
        }
    }

    /// Shows a file of draws. A job that runs ends: its pictures would have nowhere to go.
    pub(super) fn open_file(self, session: Session, name: &str, bytes: &[u8]) -> Result<(), String> {
        let draws = read_lines(bytes).map_err(|error| format!("{name} cannot be shown: {error}."))?;
        if session.job.with_untracked(Job::is_running) {
            self.waiting.set_value(false);
            session.cancel();
        }
        let shown = Shown {
            source: Source::File,
            title: format!("{name}, {} draws", draws.len()),
            file_stem: name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned(),
            content: Arc::new(Objects { draws, ..Objects::default() }),
            request: Value::Null,
        };
        self.show(Some(shown), Contest::default(), "");
        Ok(())
    }

    /// The first sign of a job takes the view; until then what was shown stays.
    fn clear_for(self, request: &SampleRequest) {
        if !self.waiting.get_value() {
            return;
        }
        self.waiting.set_value(false);
        let shown = Shown {
            source: Source::Preview,
            title: format!("Learning, seed {}", request.seed),
            file_stem: format!("{}-{}-seed-{}", request.system, request.preset, request.seed),
            content: Arc::new(Objects::default()),
            request: serde_json::to_value(request).unwrap_or_default(),
        };
        self.show(Some(shown), Contest::default(), &request.preset);
    }

    /// Whether the job's pictures are shown, and not a file that was opened meanwhile.
    fn is_of_job(self) -> bool {
        self.shown.with_untracked(|s| s.as_ref().is_some_and(|s| matches!(s.source, Source::Preview | Source::Sample)))
    }

    fn show(self, shown: Option<Shown<Objects>>, contest: Contest, preset: &str) {
        self.cell.set(None);
        if contest.measures().len() <= self.measure.get_untracked() && contest.latest.is_some() {
            self.measure.set(0);
        }
        self.preset.set(preset.to_owned());
        self.contest.set(contest);
        self.shown.set(shown);
    }

    /// Tells of a change, now or when the last picture is old enough.
    fn tell(self) {
        let wait = PICTURE_MS - (now() - self.told_at.get_value());
        if wait <= 0.0 {
            self.told_at.set_value(now());
            self.contest.notify();
        } else if !self.scheduled.get_value() {
            self.scheduled.set_value(true);
            let later = move || {
                // The page may be gone by then.
                if self.scheduled.try_set_value(false).is_none() {
                    self.told_at.set_value(now());
                    self.contest.notify();
                }
            };
            set_timeout(later, Duration::from_millis(wait.ceil() as u64));
        }
    }
}
