//! Taking a picture of the visitor's: is it one, is it small enough, and can the model code read it.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;
use web_sys::Blob;

use super::{Input, PicturesCase, Session};
use crate::{
    browser::{files, picture, sentence},
    state::{
        job::Job,
        pictures::{Made, ORIGINAL, Picture, is_read_by_model, refusal, sight::Sight},
        shown::{Shown, Source},
    },
};

/// As many first bytes tell a format.
const HEAD: f64 = 12.0;

impl PicturesCase {
    pub(super) async fn choose_named(
        self,
        session: Session,
        file: &Blob,
        name: &str,
        is_example: bool,
    ) -> Result<(), String> {
        let turn = self.choices.try_update_value(|choices| {
            *choices += 1;
            *choices
        });
        let Taken { picture, sent, is_converted } = take_picture(file, name).await?;
        if self.choices.try_get_value() != turn {
            // The page is gone, or another picture was chosen meanwhile.
            files::forget(&picture.url);
            return Ok(());
        }
        // A job on the last picture would have nowhere to go.
        if session.job.with_untracked(Job::is_running) {
            session.cancel();
        }
        let size = picture.size;
        self.file.set_value(Some(sent));
        self.notes.set(vec![]);
        self.input.set(Some(Input { name: name.to_owned(), picture: picture.clone(), is_example, is_converted }));
        self.drop_coming();
        self.sight.set(Sight::default());
        self.show(Shown {
            source: if is_example { Source::Example } else { Source::File },
            title: format!("{name}, {} × {}", size[0], size[1]),
            file_stem: session.file_stem("picture"),
            content: Arc::new(Made { pictures: vec![picture], ..Made::default() }),
            request: Value::Null,
        });
        Ok(())
    }
}

/// A picture of the visitor's, taken in.
pub struct Taken {
    /// The file that is shown.
    pub picture: Picture,
    /// The file that is sent to the model code.
    pub sent: Blob,
    /// Whether they are not the same, because the model code does not read that format.
    pub is_converted: bool,
}

/// Takes in a picture of the visitor's.
///
/// # Errors
/// One sentence: it is too large, or no picture.
pub async fn take_picture(file: &Blob, name: &str) -> Result<Taken, String> {
    let url = files::address(file).map_err(|error| format!("{name} cannot be read: {}.", sentence(&error)))?;
    let (size, converted) = take(file, name, &url).await.inspect_err(|_| files::forget(&url))?;
    let (role, title) = (ORIGINAL.to_owned(), "Original".to_owned());
    Ok(Taken {
        picture: Picture { role, title, size, bytes: file.size() as u64, url },
        is_converted: converted.is_some(),
        sent: converted.unwrap_or_else(|| file.clone()),
    })
}

/// Size of the picture, and what is sent in its place where the model code does not read it.
async fn take(file: &Blob, name: &str, url: &str) -> Result<([u32; 2], Option<Blob>), String> {
    let cannot = |error| format!("{name} could not be read: {}.", sentence(&error));
    let head = file.slice_with_f64_and_f64(0.0, HEAD).map_err(cannot)?;
    let head = files::bytes(&head).await.map_err(cannot)?;
    let image = picture::load(url).await;
    let image = image.map_err(|_| format!("{name} is damaged, or no picture that this browser can show."))?;
    let size = picture::size(&image);
    match refusal(name, size) {
        Some(refused) => Err(refused),
        None if is_read_by_model(&head) => Ok((size, None)),
        None => {
            let canvas = picture::drawn(&image, size[0], size[1]).map_err(cannot)?;
            Ok((size, Some(picture::encoded(&canvas, "image/png", 1.0).await.map_err(cannot)?)))
        }
    }
}
