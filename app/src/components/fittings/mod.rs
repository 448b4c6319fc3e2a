//! Somebody tries on a garment: who and what, what is repainted, and how the picture comes about.

mod choose;
mod film;
mod mask;
mod numbers;

pub use choose::{GarmentField, PersonField};
pub use film::Film;
pub use mask::{CUT_OUT, MaskEditor, REPAINTED};
pub use numbers::FittingNumbers;

use leptos::{html, prelude::*};
use samples::Image;
use wasm_bindgen::Clamped;

use crate::{
    browser::canvas::{self, ImageData},
    components::pictures::Saved,
};

/// What is saved of a fitting.
pub const FITTED: [Saved; 6] = [
    ("result", "Result, PNG", "marked as generated; it holds no place and no camera"),
    ("composite", "Bent garment, PNG", "pasted, with grey where nothing lies over what is repainted"),
    ("grid", "Flow grid, PNG", "how the garment was bent"),
    ("pose", "Joints, PNG", "and what is repainted"),
    ("mask", "Mask, PNG", "white stays, black is repainted; the API takes it as mask"),
    ("cut-out", "Cut-out, PNG", "white is garment; the API takes it as garment_mask"),
];

/// A drawn picture, as large as its place allows; what it shows is said beside it.
#[component]
fn Drawn(#[prop(into)] image: Signal<Option<Image>>) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        image.with(|image| {
            if let (Some(node), Some(image)) = (node.get(), image) {
                paint(&node, [image.width() as u32, image.height() as u32], &image.to_rgba());
            }
        });
    });
    view! { <canvas class="drawn" aria-hidden="true" node_ref=node></canvas> }
}

/// Fills a canvas with a picture; without a 2-D context it stays empty.
fn paint(node: &web_sys::HtmlCanvasElement, [width, height]: [u32; 2], rgba: &[u8]) {
    node.set_width(width);
    node.set_height(height);
    if let (Some(context), Ok(data)) = (canvas::context(node), ImageData::of_bytes(Clamped(rgba), width, height)) {
        // Fails for data that are gone, which these are not.
        drop(context.put_image_data(&data, 0, 0));
    }
}
