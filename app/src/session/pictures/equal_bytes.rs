//! The browser's own encoders at as many bytes as the small picture, measured in slices: the page must stay quick.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use web_sys::{Blob, HtmlCanvasElement, HtmlElement};

use super::PicturesCase;
use crate::{
    browser::{canvas, files, pause, picture},
    metrics::pictures::small_bytes,
    state::pictures::{
        Made, ORIGINAL,
        equal_bytes::{LumaError, MOST_PIXELS, Point, QUALITIES, Rival, Search},
    },
};

/// Pixels that are compared at a stretch: a few milliseconds.
const SLICE: u32 = 200_000;
/// Name and media type of the formats.
const FORMATS: [(&str, &str); 2] = [("JPEG", "image/jpeg"), ("WebP", "image/webp")];

impl PicturesCase {
    /// Measures what the browser's encoders keep, as long as the same pictures are shown.
    pub(super) fn measure_rivals(self, made: Arc<Made>) {
        let (Some(original), Some(most), Some(border)) =
            (made.find(ORIGINAL).cloned(), small_bytes(&made), made.scale())
        else {
            return;
        };
        if original.size.iter().map(|&edge| u64::from(edge)).product::<u64>() > MOST_PIXELS {
            return;
        }
        let is_shown = move || {
            self.shown.try_with_untracked(|shown| shown.as_ref().is_some_and(|s| Arc::ptr_eq(&s.content, &made)))
        };
        spawn_local(async move {
            let measured = async {
                let image = picture::load(&original.url).await?;
                let source = Source { canvas: painted(&image, original.size)?, border };
                for (name, media_type) in FORMATS {
                    let mut rival = Rival { name, curve: vec![], equal: None };
                    let mut search = Search::new(most);
                    let mut best = None;
                    while let Some(quality) = search.quality() {
                        let file = picture::encoded(&source.canvas, media_type, quality).await?;
                        // A browser without the format made something else.
                        if file.type_() != media_type || is_shown() != Some(true) {
                            break;
                        }
                        if search.tell(quality, file.size() as u64) {
                            best = Some(file);
                        }
                    }
                    if let Some(file) = best {
                        rival.equal = source.measure(&file).await?;
                    }
                    for quality in QUALITIES {
                        let file = picture::encoded(&source.canvas, media_type, quality).await?;
                        if file.type_() != media_type || is_shown() != Some(true) {
                            break;
                        }
                        rival.curve.extend(source.measure(&file).await?);
                    }
                    if is_shown() == Some(true) && !rival.curve.is_empty() {
                        self.rivals.update(|rivals| rivals.push(rival));
                    }
                }
                Ok::<(), JsValue>(())
            };
            // Without these numbers the page is as good: they belong to the browser, not to the model.
            drop(measured.await);
        });
    }
}

/// What the encodings are compared with.
struct Source {
    canvas: HtmlCanvasElement,
    /// Pixels at each edge that do not count, as many as the scale.
    border: u32,
}

impl Source {
    /// Length of an encoding and how close it comes; `None` for pictures without an inside.
    async fn measure(&self, file: &Blob) -> Result<Option<Point>, JsValue> {
        let [width, height] = [self.canvas.width(), self.canvas.height()];
        let url = files::address(file)?;
        let image = picture::load(&url).await;
        files::forget(&url);
        let decoded = painted(&image?, [width, height])?;
        let context = |canvas| canvas::readable_context(canvas).ok_or("no 2-D canvas");
        let (ours, theirs) = (context(&self.canvas)?, context(&decoded)?);
        let inside = |length: u32| length.saturating_sub(2 * self.border);
        let (columns, mut rows) = (inside(width), inside(height));
        if columns == 0 {
            return Ok(None);
        }
        let mut error = LumaError::default();
        let mut from = self.border;
        while rows > 0 {
            let count = (SLICE / columns).clamp(1, rows);
            let part = |context: &canvas::Context2d| {
                Ok::<_, JsValue>(context.image_data(self.border, from, columns, count)?.data().to_vec())
            };
            error.add(&part(&ours)?, &part(&theirs)?);
            rows -= count;
            from += count;
            pause(Duration::ZERO).await;
        }
        Ok(error.psnr().map(|psnr| Point { bytes: file.size() as u64, psnr }))
    }
}

/// The picture on white, on a canvas whose pixels can be read.
fn painted(image: &HtmlElement, [width, height]: [u32; 2]) -> Result<HtmlCanvasElement, JsValue> {
    let blank = picture::blank(width, height)?;
    let context = canvas::readable_context(&blank).ok_or("no 2-D canvas")?;
    let [width, height] = [width, height].map(f64::from);
    context.set_fill_style("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image(image, 0.0, 0.0, width, height)?;
    Ok(blank)
}
