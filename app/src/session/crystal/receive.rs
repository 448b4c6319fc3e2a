//! Where specimens come from: the worker, the preset's example, a file of the visitor.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use catalog::{ModelFile, SampleRequest, messages::FromWorker};
use leptos::prelude::*;
use samples::{
    Crystal,
    structure::{
        Structure, Trajectory,
        formats::{self, StructureFormat},
        metrics::CrystalMeasures,
        symmetry::DEFAULT_TOLERANCE,
    },
};
use serde_json::Value;

use super::{
    super::{
        Session,
        files::{PresetFiles, load_json},
    },
    CrystalCase,
};
use crate::state::{
    crystal::{MEASURED_ON_PAGE, SYMMETRY_ON_PAGE},
    job::Job,
    shown::{Shown, Source},
    specimen::{Specimen, Specimens},
};

/// More structures of a file than this are shown one after the other instead of side by side.
const MOST_SIDE_BY_SIDE: usize = 64;

impl CrystalCase {
    pub(in super::super) fn begin(self) {
        self.waiting.set_value(true);
        self.playback.update(|playback| {
            playback.playing = false;
            playback.following = true;
        });
    }

    pub(in super::super) fn take_in(self, request: &SampleRequest, message: FromWorker) -> Result<(), String> {
        match message {
            FromWorker::Backend { .. } if !self.waiting.get_value() => {
                self.update_samples(Specimens::restart_unfinished)
            }
            FromWorker::Frames { frames, .. } => {
                self.clear_for(request);
                let numbers: BTreeSet<_> = frames.iter().map(|(sample, _)| *sample).collect();
                self.update_samples(|specimens| {
                    frames.into_iter().for_each(|(sample, frame)| specimens.grow(sample, frame));
                });
                numbers.into_iter().for_each(|sample| self.follow(sample));
            }
            FromWorker::Crystal { sample, crystal, .. } => {
                self.clear_for(request);
                self.update_samples(|specimens| specimens.finish(sample, crystal));
                self.follow(sample);
            }
            FromWorker::Measures { sample, measures, .. } => {
                let measures: CrystalMeasures = serde_json::from_value(measures)
                    .map_err(|error| format!("The measures cannot be read: {error}."))?;
                self.update_samples(|specimens| specimens.measured(sample, measures));
            }
            _ => {}
        }
        Ok(())
    }

    /// The first sign of a job's samples takes the view; until then the last specimen stays.
    fn clear_for(self, request: &SampleRequest) {
        if self.waiting.get_value() {
            self.waiting.set_value(false);
            let shown = Shown {
                source: Source::Sample,
                title: format!("Your sample, seed {}", request.seed),
                file_stem: format!("{}-{}-seed-{}", request.system, request.preset, request.seed),
                content: Arc::new(Specimens::default()),
                request: serde_json::to_value(request).unwrap_or_default(),
            };
            self.show(shown, Vec::new());
        }
    }

    /// Changes the samples of the job, unless the visitor put a file in their place.
    fn update_samples(self, change: impl FnOnce(&mut Specimens)) {
        if self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.source == Source::Sample)) {
            self.update(change);
        }
    }

    fn update(self, change: impl FnOnce(&mut Specimens)) {
        self.shown.update(|shown| {
            if let Some(shown) = shown {
                change(Arc::make_mut(&mut shown.content));
            }
        });
    }

    fn follow(self, sample: u32) {
        let there = self.shown.with_untracked(|s| s.as_ref().is_some_and(|s| s.content.0.len() > sample as usize));
        if there && self.playback.with_untracked(|playback| playback.following) {
            let index = sample as usize;
            // Of samples that are made at once the first is watched to its end, then those that come after it: parts of a
            // batch end in any order.
            let growing = self.specimen.with_untracked(|s| s.as_ref().is_some_and(|s| !s.finished));
            let chosen = self.chosen.get_untracked();
            if chosen != index && (growing || index < chosen) {
                return;
            }
            if chosen != index {
                self.selection.set(Vec::new());
                self.chosen.set(index);
            }
            let moments = self.specimen.with_untracked(|s| s.as_ref().map_or(0, |s| s.moments.len()));
            self.playback.update(|playback| playback.grown_to(moments));
        }
    }

    pub(in super::super) async fn load_example(self, session: Session, files: &PresetFiles) {
        let loaded: Result<Option<Trajectory<Crystal>>, String> =
            load_json(&files.manifest, &files.path(ModelFile::Trajectory)).await;
        if !files.may_show_example() {
            return;
        }
        match loaded {
            Ok(Some(trajectory)) if !trajectory.frames.is_empty() => {
                let frames = trajectory.frames.into_iter().map(|frame| frame.map(Structure::Crystal));
                let trajectory = Trajectory { frames: frames.collect() };
                let shown = Shown {
                    source: Source::Example,
                    title: format!("{}, made in advance by this model", files.preset.title),
                    file_stem: session.file_stem("example"),
                    content: Arc::new(Specimens(vec![Specimen::of(trajectory)])),
                    request: Value::Null,
                };
                self.show(shown, Vec::new());
            }
            Ok(_) => {
                // What the visitor opened stays.
                if self.shown.with_untracked(|s| s.as_ref().is_none_or(|s| s.source != Source::File)) {
                    self.shown.set(None);
                }
                session.no_example.set(true);
            }
            Err(problem) => session.problem.set(Some(problem)),
        }
    }

    /// Shows a structure file of the visitor. The records of a collection stand side by side, the moments of a movie
    /// follow each other. A job that runs ends: its samples would have nowhere to go.
    pub(in super::super) fn open_file(self, session: Session, name: &str, bytes: &[u8]) -> Result<(), String> {
        let file = formats::read(name, bytes).map_err(|error| format!("{name} cannot be shown: {error}."))?;
        if session.job.with_untracked(Job::is_running) {
            self.waiting.set_value(false);
            session.cancel();
        }
        let is_movie =
            matches!(file.format, StructureFormat::Xyz | StructureFormat::ExtendedXyz | StructureFormat::Pdb);
        let frames = file.trajectory.frames;
        let specimens = if is_movie || frames.len() > MOST_SIDE_BY_SIDE {
            vec![Specimen::of(Trajectory { frames })]
        } else {
            frames.into_iter().map(|frame| Specimen::of(Trajectory { frames: vec![frame] })).collect()
        };
        let shown = Shown {
            source: Source::File,
            title: name.to_owned(),
            file_stem: name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned(),
            content: Arc::new(Specimens(specimens)),
            request: Value::Null,
        };
        self.show(shown, file.notes);
        Ok(())
    }

    /// Measures results that the worker does not: examples and files. After the picture: that is what the visitor
    /// waits for.
    pub(super) fn measure_results(self) {
        Effect::new(move |_| {
            let Some(result) = self.result.get() else { return };
            let worker_does = self.shown.with_untracked(|s| s.as_ref().is_none_or(|s| s.source == Source::Sample));
            let measured = self.specimen.with_untracked(|s| s.as_ref().is_none_or(|s| s.measures.is_some()));
            if worker_does || measured || result.structure().elements().len() > MEASURED_ON_PAGE {
                return;
            }
            let measure = move || {
                if self.result.try_with_untracked(|now| now.as_ref() == Some(&result)) != Some(true) {
                    return;
                }
                let measures = result.crystal().map(|crystal| match crystal.elements().len() {
                    0..=SYMMETRY_ON_PAGE => CrystalMeasures::of(crystal, DEFAULT_TOLERANCE),
                    _ => CrystalMeasures::without_symmetry(crystal),
                });
                if let Some(Ok(measures)) = measures {
                    let number = self.chosen.get_untracked() as u32;
                    self.update(|specimens| specimens.measured(number, measures));
                }
            };
            set_timeout(measure, Duration::from_millis(60));
        });
    }
}
