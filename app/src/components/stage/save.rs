//! The picture on a stage, as a PNG file.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};

use super::{ControllerHandle, Picture};
use crate::browser::{download, picture, sentence};

/// How large a saved picture is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureSize {
    /// Pixels along the longer side.
    Longer(f64),
    /// Times the canvas.
    Times(f64),
}

/// Saves what the stage shows as `<stem>.png`; a failure is told as one sentence.
pub fn save_picture<P: Picture>(
    handle: ControllerHandle<P>,
    problem: RwSignal<Option<String>>,
    stem: String,
    size: PictureSize,
    transparent: bool,
) {
    let Some(controller) = handle.with_value(|slot| slot.as_ref().map(Rc::clone)) else {
        problem.set(Some("There is no picture to save: nothing can be drawn here.".to_owned()));
        return;
    };
    let longer = match size {
        PictureSize::Longer(pixels) => pixels,
        PictureSize::Times(factor) => factor * controller.longer_side(),
    };
    spawn_local(async move {
        let saved = async {
            let (pixels, width, height) = controller.picture(longer, transparent).await.map_err(|e| e.to_string())?;
            let blob = picture::png(&pixels, width, height).await.map_err(|e| sentence(&e))?;
            download::save_blob(&format!("{stem}.png"), &blob).map_err(|e| sentence(&e))
        };
        if let Err(reason) = saved.await {
            problem.set(Some(format!("The picture could not be saved: {reason}")));
        }
    });
}
