//! Somebody tries on a garment: who, what, what is repainted, and what the worker makes of it.

use std::{rc::Rc, sync::Arc};

use catalog::{
    SampleRequest,
    messages::FromWorker,
    systems::dci_vton::{GARMENT, GARMENT_MASK, MASK, PERSON},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use samples::{
    Image,
    image::encode,
    wardrobe::{Mask, Scene, agnostic, gallery, photo::cutout},
};
use serde_json::Value;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

use super::{PicturesCase, Session, pictures::Taken};
use crate::{
    browser::{canvas, fetch, files, picture, sentence},
    state::{
        fittings,
        job::Job,
        pictures::{Made, ORIGINAL, Picture, numbers, sight::Sight},
        shown::{Shown, Source},
    },
};

/// Name of the parameter that chooses a drawn person.
pub const DRAWN_PERSON: &str = "drawn_person";
/// Name of the parameter that chooses a drawn garment.
pub const DRAWN_GARMENT: &str = "drawn_garment";
/// Width and height of drawn people, as the small model paints them.
pub const SIDES: [usize; 2] = [48, 64];
/// The longer side of a mask that is edited over a photo.
const MASK_SIDE: u32 = 512;
/// The portrait that is shipped: its file, a small copy of it, and who it is.
const PORTRAIT: &str = "examples/people/astronaut.jpg";
const PORTRAIT_SMALL: &str = "examples/people/astronaut.small.jpg";
/// Who it is.
pub const PORTRAIT_NAME: &str = "Eileen Collins, NASA, public domain";
/// Role of the picture that says what is repainted.
const FOUND: &str = "mask";

/// A picture of the visitor's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Its file's name.
    pub name: String,
    /// The file.
    pub picture: Picture,
}

/// Pixels that are found, and that the visitor may choose otherwise.
#[derive(Clone, Copy)]
pub struct Choosable {
    /// As they are found, where that is known.
    pub found: RwSignal<Option<Mask>>,
    /// As the visitor's brush leaves them.
    pub edited: RwSignal<Option<Mask>>,
}

impl Choosable {
    fn new() -> Self {
        Self { found: RwSignal::new(None), edited: RwSignal::new(None) }
    }

    fn set(self, found: Option<Mask>) {
        self.found.set(found);
        self.edited.set(None);
    }

    /// The visitor's own as a file, at the sides of its picture, if they have changed anything.
    fn file(self, size: [u32; 2]) -> Option<Blob> {
        // Fails for pictures without pixels, of which there are none.
        self.edited.with_untracked(|mask| blob(fittings::png(mask.as_ref()?, size).ok()?).ok())
    }
}

/// A frame of the film: RGBA, rows from the top.
#[derive(Clone)]
pub struct Frame {
    /// Width and height.
    pub size: [u32; 2],
    /// The pixels.
    pub rgba: Rc<Vec<u8>>,
}

/// The state of a page on which something is tried on.
#[derive(Clone, Copy)]
pub struct FittingsCase {
    /// What is shown and compared.
    pub pictures: PicturesCase,
    /// The visitor's own person.
    pub person: RwSignal<Option<Own>>,
    /// The visitor's own garment.
    pub garment: RwSignal<Option<Own>>,
    /// What stays of the person.
    pub kept: Choosable,
    /// What is garment in the visitor's picture of one.
    pub cut: Choosable,
    /// The picture in the making, step by step.
    pub film: RwSignal<Vec<Frame>, LocalStorage>,
    person_file: StoredValue<Option<Blob>, LocalStorage>,
    garment_file: StoredValue<Option<Blob>, LocalStorage>,
    coming: StoredValue<Vec<Picture>>,
}

impl FittingsCase {
    pub(super) fn new() -> Self {
        let case = Self {
            pictures: PicturesCase::new(),
            person: RwSignal::new(None),
            garment: RwSignal::new(None),
            kept: Choosable::new(),
            cut: Choosable::new(),
            film: RwSignal::new_local(vec![]),
            person_file: StoredValue::new_local(None),
            garment_file: StoredValue::new_local(None),
            coming: StoredValue::new(vec![]),
        };
        on_cleanup(move || {
            for own in [case.person, case.garment] {
                if let Some(own) = own.try_get_untracked().flatten() {
                    files::forget(&own.picture.url);
                }
            }
        });
        case
    }

    /// Shows the drawn person of the form whenever another is chosen, as long as there is no photo.
    pub(super) fn open(self, session: Session) {
        let chosen = Memo::new(move |_| session.settings.with(|settings| settings.text(DRAWN_PERSON).to_owned()));
        Effect::new(move |_| {
            let (slug, own) = (chosen.get(), self.person.get());
            if own.is_none() {
                let shown = self.show_drawn(session, &slug);
                if let Err(problem) = shown {
                    session.problem.set(Some(problem));
                }
            }
        });
    }

    fn show_drawn(self, session: Session, slug: &str) -> Result<(), String> {
        let Some(scene) = drawn(slug) else { return Ok(()) };
        self.stop(session);
        self.kept.set(agnostic::keep_v2(&scene.keypoints, &scene.parse).ok());
        let name = gallery::PEOPLE.iter().find(|named| named.slug == slug).map_or(slug, |named| named.name);
        let picture = of_image(ORIGINAL, "Before", &scene.person)?;
        self.show_before(session, Source::Example, name.to_owned(), picture);
        Ok(())
    }

    /// A job on the last person would have nowhere to go.
    fn stop(self, session: Session) {
        if session.job.with_untracked(Job::is_running) {
            session.cancel();
        }
        self.drop_coming();
        self.film.set(vec![]);
    }

    fn show_before(self, session: Session, source: Source, title: String, picture: Picture) {
        self.pictures.sight.set(Sight::default());
        self.pictures.show(Shown {
            source,
            title,
            file_stem: session.file_stem("picture"),
            content: Arc::new(Made { pictures: vec![picture], ..Made::default() }),
            request: Value::Null,
        });
    }

    /// Tries things on on a photo.
    ///
    /// # Errors
    /// One sentence: it is too large, or no picture. What was shown before stays.
    pub async fn choose_person(self, session: Session, file: &Blob, name: &str) -> Result<(), String> {
        let Taken { picture, sent, .. } = super::pictures::take_picture(file, name).await?;
        self.stop(session);
        let own = Own { name: name.to_owned(), picture: picture.clone() };
        self.person_file.set_value(Some(sent));
        let last = self.person.try_update(|person| person.replace(own)).flatten();
        self.kept.set(None);
        let [width, height] = picture.size;
        self.show_before(session, Source::File, format!("{name}, {width} × {height}"), picture);
        if let Some(last) = last {
            files::forget(&last.picture.url);
        }
        Ok(())
    }

    /// Tries things on on the portrait that is shipped.
    ///
    /// # Errors
    /// One sentence: it cannot be fetched.
    pub async fn choose_portrait(self, session: Session) -> Result<(), String> {
        let address = session.manifest.with_untracked(|manifest| {
            manifest.as_ref().and_then(|manifest| manifest.find(PORTRAIT)).map(|entry| entry.path.clone())
        });
        let address = address.ok_or("the portrait is not shipped with this page")?;
        let file = fetch::file(&address).await?;
        self.choose_person(session, &file, PORTRAIT_NAME).await
    }

    /// Address of a small copy of the portrait, if it is shipped.
    pub fn portrait(self, session: Session) -> Option<String> {
        session.manifest.with(|manifest| Some(manifest.as_ref()?.find(PORTRAIT_SMALL)?.path.clone()))
    }

    /// Tries on a garment of the visitor's.
    ///
    /// # Errors
    /// As [`Self::choose_person`].
    pub async fn choose_garment(self, session: Session, file: File) -> Result<(), String> {
        let name = file.name();
        let Taken { picture, sent, .. } = super::pictures::take_picture(&file, &name).await?;
        // Without it, the cut-out cannot be edited, and all else works.
        let cut = cut_out(&picture).await.ok();
        // From here on at once: another choice must not come between a file and its cut-out.
        if session.job.with_untracked(Job::is_running) {
            session.cancel();
        }
        self.garment_file.set_value(Some(sent));
        self.cut.set(cut);
        let last = self.garment.try_update(|garment| garment.replace(Own { name, picture })).flatten();
        if let Some(last) = last {
            files::forget(&last.picture.url);
        }
        Ok(())
    }

    /// Back to drawn people, and the one of the form.
    pub fn forget_person(self) {
        self.person_file.set_value(None);
        if let Some(last) = self.person.try_update(Option::take).flatten() {
            files::forget(&last.picture.url);
        }
    }

    /// Back to drawn garments.
    pub fn forget_garment(self) {
        self.garment_file.set_value(None);
        self.cut.set(None);
        if let Some(last) = self.garment.try_update(Option::take).flatten() {
            files::forget(&last.picture.url);
        }
    }

    pub(super) fn inputs(self) -> Vec<(String, Blob)> {
        let files = [(PERSON, self.person_file.get_value()), (GARMENT, self.garment_file.get_value())];
        let size = |own: RwSignal<Option<Own>>| {
            own.with_untracked(|own| own.as_ref().map_or(SIDES.map(|side| side as u32), |own| own.picture.size))
        };
        let masks = [(MASK, self.kept.file(size(self.person))), (GARMENT_MASK, self.cut.file(size(self.garment)))];
        let all = files.into_iter().chain(masks);
        all.filter_map(|(name, file)| Some((name.to_owned(), file?))).collect()
    }

    pub(super) fn begin(self) {
        self.pictures.begin();
        self.drop_coming();
        self.film.set(vec![]);
    }

    pub(super) fn take_in(
        self,
        request: &SampleRequest,
        message: FromWorker,
        bytes: Option<ArrayBuffer>,
    ) -> Result<(), String> {
        match (message, bytes) {
            (message @ FromWorker::Patch { size, .. }, Some(bytes)) => {
                let rgba = Rc::new(Uint8Array::new(&bytes).to_vec());
                self.film.update(|film| film.push(Frame { size, rgba }));
                self.pictures.take_in(request, message, Some(bytes))
            }
            (FromWorker::Picture { role, title, size, .. }, Some(bytes)) => {
                let picture = of_buffer(role, title, size, &bytes)?;
                self.coming.update_value(|coming| coming.push(picture));
                Ok(())
            }
            (FromWorker::Measures { measures, .. }, _) => {
                self.show_sample(request, &measures);
                Ok(())
            }
            (FromWorker::Read { notes, .. }, _) => {
                self.pictures.notes.update(|all| all.extend(notes));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The job's pictures take the view, all at once; what was there before is the first.
    fn show_sample(self, request: &SampleRequest, measures: &Value) {
        let mut pictures = self.coming.try_update_value(std::mem::take).unwrap_or_default();
        pictures.sort_by_key(|picture| picture.role != ORIGINAL);
        if pictures.is_empty() {
            return;
        }
        self.learn_mask(pictures.iter().find(|picture| picture.role == FOUND));
        let named = |own: RwSignal<Option<Own>>, parameter: &str| {
            let drawn = request.parameters[parameter].as_str().unwrap_or_default().to_owned();
            own.with_untracked(|own| own.as_ref().map_or(drawn, |own| own.name.clone()))
        };
        let (person, garment) = (named(self.person, DRAWN_PERSON), named(self.garment, DRAWN_GARMENT));
        self.pictures.show(Shown {
            source: Source::Sample,
            title: format!("{person} in {garment}, seed {}", request.seed),
            file_stem: format!("{}-{}-seed-{}", request.system, request.preset, request.seed),
            content: Arc::new(Made { pictures, measures: numbers(measures) }),
            request: serde_json::to_value(request).unwrap_or_default(),
        });
    }

    /// What was repainted of a photo is known only now; the visitor may change it for the next time.
    fn learn_mask(self, found: Option<&Picture>) {
        let Some(found) = found.filter(|_| self.kept.found.with_untracked(Option::is_none)).cloned() else { return };
        spawn_local(async move {
            // Without it, the mask cannot be edited, and all else works.
            if let Ok(mask) = read_mask(&found).await {
                self.kept.found.try_set(Some(mask));
            }
        });
    }

    fn drop_coming(self) {
        let coming = self.coming.try_update_value(std::mem::take).unwrap_or_default();
        coming.iter().for_each(|picture| files::forget(&picture.url));
    }
}

/// A drawn person in their own clothes.
fn drawn(slug: &str) -> Option<Scene> {
    let (person, worn) = gallery::person(slug).zip(gallery::worn_by(slug))?;
    Scene::render(&person, &worn, SIDES[0], SIDES[1]).ok()
}

fn blob(bytes: Vec<u8>) -> Result<Blob, String> {
    files::of_buffer(&Uint8Array::from(&bytes[..]).buffer(), "image/png").map_err(|error| sentence(&error))
}

fn of_image(role: &str, title: &str, image: &Image) -> Result<Picture, String> {
    let bytes = encode::png(image, &[]).map_err(|error| error.to_string())?;
    let size = [image.width() as u32, image.height() as u32];
    of_buffer(role.to_owned(), title.to_owned(), size, &Uint8Array::from(&bytes[..]).buffer())
}

fn of_buffer(role: String, title: String, size: [u32; 2], bytes: &ArrayBuffer) -> Result<Picture, String> {
    let cannot = |error: JsValue| format!("A picture cannot be shown: {}.", sentence(&error));
    let file = files::of_buffer(bytes, "image/png").map_err(cannot)?;
    let url = files::address(&file).map_err(cannot)?;
    Ok(Picture { role, title, size, bytes: file.size() as u64, url })
}

/// The mask of a picture, no larger than is needed to edit it.
async fn read_mask(picture: &Picture) -> Result<Mask, JsValue> {
    let ([width, height], rgba) = small(picture).await?;
    Ok(fittings::of_rgba(width, height, &rgba))
}

/// What is garment in a picture, no larger than is needed to edit it; all of it if that cannot be told.
async fn cut_out(picture: &Picture) -> Result<Mask, JsValue> {
    let ([width, height], rgba) = small(picture).await?;
    let (pixels, opacity) = fittings::on_white(&rgba);
    let image = Image::new(width, height, pixels).map_err(|error| error.to_string())?;
    Ok(cutout::garment(&image, Some(&opacity)).unwrap_or(Mask::from_fn(width, height, |_, _| true)))
}

/// Sides and RGBA values of a picture, no larger than [`MASK_SIDE`].
async fn small(picture: &Picture) -> Result<([usize; 2], Vec<u8>), JsValue> {
    let image = picture::load(&picture.url).await?;
    let [width, height] = picture.size;
    let scale = f64::from(MASK_SIDE) / f64::from(width.max(height).max(1));
    let [width, height] = [width, height].map(|side| ((f64::from(side) * scale.min(1.0)).round() as u32).max(1));
    let canvas = picture::drawn(&image, width, height)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    let rgba = context.image_data(0, 0, width, height)?.data().to_vec();
    Ok(([width, height].map(|side| side as usize), rgba))
}
