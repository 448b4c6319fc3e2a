//! Pictures made of a picture of the visitor's: which it is, what the worker makes of it, and how both are shown.

mod choose;
mod equal_bytes;

use std::{collections::BTreeMap, sync::Arc};

use catalog::{SampleRequest, messages::FromWorker};
use js_sys::{ArrayBuffer, Uint8ClampedArray};
use leptos::{html, prelude::*};
use wasm_bindgen::JsValue;
use web_sys::Blob;

pub(super) use choose::{Taken, take_picture};

use super::{Session, files::PresetFiles, files::load_json};
use crate::{
    browser::{canvas, fetch, files, sentence},
    data::{examples, examples::ExamplePicture, manifest::Manifest},
    state::{
        pictures::{Made, Picture, equal_bytes::Rival, numbers, sight::Sight},
        shown::{Shown, Source},
    },
};

/// The picture to work on.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its file's name.
    pub name: String,
    /// The file.
    pub picture: Picture,
    /// One that is shipped with the page.
    pub is_example: bool,
    /// The model code does not read its format, so that it is sent as PNG.
    pub is_converted: bool,
}

/// The state of a page that makes pictures of a picture.
#[derive(Clone, Copy)]
pub struct PicturesCase {
    /// The picture to work on.
    pub input: RwSignal<Option<Input>>,
    /// What of it does not survive, as the model code says.
    pub notes: RwSignal<Vec<String>>,
    /// What is shown: the picture, and what was made of it.
    pub shown: RwSignal<Option<Shown<Made>>>,
    /// Roles of the pictures that are compared, left and right.
    pub pair: RwSignal<[String; 2]>,
    /// The point of view.
    pub sight: RwSignal<Sight>,
    /// Parts of the unfinished picture that have come.
    pub patches: RwSignal<u32>,
    /// Where they are drawn.
    pub canvas: NodeRef<html::Canvas>,
    /// Pictures to begin with.
    pub examples: RwSignal<Vec<ExamplePicture>>,
    /// Other encodings in as many bytes.
    pub rivals: RwSignal<Vec<Rival>>,
    /// The page was opened by a link, which holds no picture.
    pub from_link: RwSignal<bool>,
    /// Name of the input.
    name: StoredValue<&'static str>,
    file: StoredValue<Option<Blob>, LocalStorage>,
    /// Pictures of the job that have come; shown together.
    coming: StoredValue<Vec<Picture>>,
    /// Role of the unfinished picture.
    growing: StoredValue<String>,
    /// Number of the last choice: a slow one must not replace a later.
    choices: StoredValue<u32>,
}

impl PicturesCase {
    pub(super) fn new() -> Self {
        let case = Self {
            input: RwSignal::new(None),
            notes: RwSignal::new(vec![]),
            shown: RwSignal::new(None),
            pair: RwSignal::new(Default::default()),
            sight: RwSignal::new(Sight::default()),
            patches: RwSignal::new(0),
            canvas: NodeRef::new(),
            examples: RwSignal::new(vec![]),
            rivals: RwSignal::new(vec![]),
            from_link: RwSignal::new(false),
            name: StoredValue::new(""),
            file: StoredValue::new_local(None),
            coming: StoredValue::new(vec![]),
            growing: StoredValue::new(String::new()),
            choices: StoredValue::new(0),
        };
        on_cleanup(move || {
            let input = case.input.try_get_untracked().flatten().map(|input| input.picture);
            let shown = case.shown.try_get_untracked().flatten();
            let made = shown.iter().flat_map(|shown| &shown.content.pictures);
            input.iter().chain(made).for_each(|picture| files::forget(&picture.url));
        });
        case
    }

    pub(super) fn open(self, session: Session) {
        // A system of pictures works on its first input; others are the affair of a page that has more.
        self.name.set_value(session.system.inputs.first().map_or("", |input| input.name));
        self.from_link.set(session.settings.with_untracked(|settings| settings.seed_chosen));
    }

    pub(super) fn inputs(self) -> Vec<(String, Blob)> {
        let file = self.file.get_value();
        file.map(|file| (self.name.get_value().to_owned(), file)).into_iter().collect()
    }

    pub(super) fn begin(self) {
        self.drop_coming();
        self.patches.set(0);
        self.growing.set_value(String::new());
    }

    /// Lists the example pictures and begins with the first, unless the visitor was quicker.
    pub(super) async fn load_example(self, session: Session, files: &PresetFiles) {
        if self.examples.try_with_untracked(Vec::is_empty) != Some(true) {
            return;
        }
        let listed: Result<Option<Vec<ExamplePicture>>, String> = load_json(&files.manifest, &examples::list()).await;
        match listed {
            Ok(listed) => {
                let listed = listed.unwrap_or_default();
                let first = listed.first().cloned();
                self.examples.try_set(listed);
                if let Some(first) = first
                    && self.choices.try_get_value() == Some(0)
                {
                    self.choose_example(session, &files.manifest, &first).await;
                }
            }
            Err(problem) => drop(session.problem.try_set(Some(problem))),
        }
    }

    /// Works on an example picture.
    pub async fn choose_example(self, session: Session, manifest: &Manifest, example: &ExamplePicture) {
        let chosen = async {
            let missing = || format!("{} is not shipped with this page.", example.title);
            let address = examples::address(manifest, &example.file).ok_or_else(missing)?;
            let file = fetch::file(address).await?;
            self.choose_named(session, &file, &example.title, true).await
        };
        let problem = chosen.await.err();
        session.problem.try_set(problem);
    }

    /// Works on a picture of the visitor's.
    ///
    /// # Errors
    /// One sentence: it is too large, or no picture. What was shown before stays.
    pub async fn choose(self, session: Session, file: &Blob, name: &str) -> Result<(), String> {
        self.choose_named(session, file, name, false).await
    }

    pub(super) fn take_in(
        self,
        request: &SampleRequest,
        message: FromWorker,
        bytes: Option<ArrayBuffer>,
    ) -> Result<(), String> {
        let cannot = |error: JsValue| format!("A picture of the model code cannot be shown: {}.", sentence(&error));
        match (message, bytes) {
            (FromWorker::Read { notes, .. }, _) => self.notes.set(notes),
            (FromWorker::Patch { role, whole, at, size, .. }, Some(bytes)) => {
                self.draw(role, whole, at, size, &bytes).map_err(cannot)?;
            }
            (FromWorker::Picture { role, title, size, .. }, Some(bytes)) => {
                let file = files::of_buffer(&bytes, "image/png").map_err(cannot)?;
                let url = files::address(&file).map_err(cannot)?;
                let bytes = file.size() as u64;
                self.coming.update_value(|coming| coming.push(Picture { role, title, size, bytes, url }));
            }
            (FromWorker::Measures { measures, .. }, _) => self.show_sample(request, numbers(&measures)),
            _ => {}
        }
        Ok(())
    }

    /// Draws a part of the unfinished picture where it belongs.
    fn draw(
        self,
        role: String,
        [width, height]: [u32; 2],
        [x, y]: [u32; 2],
        size: [u32; 2],
        bytes: &ArrayBuffer,
    ) -> Result<(), JsValue> {
        let Some(canvas) = self.canvas.get_untracked() else { return Ok(()) };
        if self.growing.with_value(|growing| *growing != role) {
            self.growing.set_value(role);
            // Clears it, too.
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let part = canvas::ImageData::of_array(&Uint8ClampedArray::new(bytes), size[0], size[1])?;
        canvas::context(&canvas).ok_or("no 2-D canvas")?.put_image_data(&part, x as i32, y as i32)?;
        self.patches.update(|patches| *patches += 1);
        Ok(())
    }

    /// The job's pictures take the view, all at once.
    fn show_sample(self, request: &SampleRequest, measures: BTreeMap<String, f64>) {
        let coming = self.coming.try_update_value(std::mem::take).unwrap_or_default();
        let Some(input) = self.input.get_untracked() else { return };
        if coming.is_empty() {
            return;
        }
        let pictures: Vec<_> = std::iter::once(input.picture).chain(coming).collect();
        let content = Arc::new(Made { pictures, measures });
        self.show(Shown {
            source: Source::Sample,
            title: format!("{}, {}, seed {}", input.name, request.preset, request.seed),
            file_stem: format!("{}-{}-seed-{}", request.system, request.preset, request.seed),
            content: Arc::clone(&content),
            request: serde_json::to_value(request).unwrap_or_default(),
        });
        self.measure_rivals(content);
    }

    /// Shows pictures; files of those that were shown before and are no longer are let go.
    pub(super) fn show(self, shown: Shown<Made>) {
        let made = Arc::clone(&shown.content);
        let last = self.shown.try_update_untracked(|slot| slot.replace(shown)).flatten();
        let is_kept = |url: &str| made.pictures.iter().any(|picture| picture.url == url);
        let last = last.iter().flat_map(|last| &last.content.pictures);
        last.filter(|picture| !is_kept(&picture.url)).for_each(|picture| files::forget(&picture.url));
        self.rivals.set(vec![]);
        // What the visitor compares stays, if it is there again.
        let roles: Vec<_> = made.comparable().iter().map(|picture| picture.role.clone()).collect();
        let stays =
            self.pair.with_untracked(|[left, right]| left != right && roles.contains(left) && roles.contains(right));
        if !stays {
            self.pair.set(made.pair());
        }
        self.shown.notify();
    }

    fn drop_coming(self) {
        let coming = self.coming.try_update_value(std::mem::take).unwrap_or_default();
        coming.iter().for_each(|picture| files::forget(&picture.url));
    }
}
