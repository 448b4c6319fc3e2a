//! What is repainted, and a brush to change it.

use leptos::{html, prelude::*, task::spawn_local};
use samples::wardrobe::Mask;
use web_sys::PointerEvent;

use crate::{
    browser::{canvas, canvas::Context2d, picture},
    components::segments::Segments,
    session::FittingsCase,
    state::{
        fittings::{brush, grown, repainted},
        pictures::ORIGINAL,
    },
};

/// Pixels of the editor's longer side.
const SIDE: f64 = 512.0;
/// What is repainted.
const TINT: &str = "rgba(230, 90, 160, 0.5)";
/// Radii of the brush, in heights of the picture.
const RADII: [(u32, &str, &str); 3] = [(2, "small", "Small"), (5, "medium", "Medium"), (10, "large", "Large")];
/// What the brush does.
const WAYS: [(bool, &str, &str); 2] = [(false, "repaint", "Repaint"), (true, "keep", "Keep")];

/// The editor, folded away; absent as long as it is not known what is repainted.
#[component]
pub fn MaskEditor(case: FittingsCase) -> impl IntoView {
    let known = Memo::new(move |_| case.found.with(Option::is_some));
    view! {
        <Show when=move || known.get()>
            <details class="drawer" data-testid="mask-editor">
                <summary>"What is repainted"</summary>
                <Editor case />
            </details>
        </Show>
    }
    .into_any()
}

#[component]
fn Editor(case: FittingsCase) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let radius = RwSignal::new(5_u32);
    let keeps = RwSignal::new(false);
    let mask = Memo::new(move |_| case.edited.get().or_else(|| case.found.get()));
    let url =
        Memo::new(move |_| case.pictures.shown.with(|shown| Some(shown.as_ref()?.content.find(ORIGINAL)?.url.clone())));
    Effect::new(move |_| {
        let (Some(node), Some(url), Some(mask)) = (node.get(), url.get(), mask.get()) else { return };
        spawn_local(async move {
            // A picture that is gone meanwhile is not drawn: the next one will be.
            if let Ok(image) = picture::load(&url).await {
                let [width, height] = sides(&mask);
                node.set_width(width);
                node.set_height(height);
                if let Some(context) = canvas::context(&node) {
                    drop(context.draw_image(&image, 0.0, 0.0, f64::from(width), f64::from(height)));
                    tint(&context, &mask, [width, height]);
                }
            }
        });
    });
    let edit = move |change: &dyn Fn(&mut Mask)| {
        if let Some(mut changed) = mask.get_untracked() {
            change(&mut changed);
            case.edited.set(Some(changed));
        }
    };
    let paint = move |event: &PointerEvent| {
        let Some(node) = node.get_untracked() else { return };
        let bounds = node.get_bounding_client_rect();
        edit(&|mask| {
            let part = |at: i32, start: f64, length: f64| (f64::from(at) - start) / length.max(1.0);
            let x = part(event.client_x(), bounds.left(), bounds.width()) * mask.width as f64 - 0.5;
            let y = part(event.client_y(), bounds.top(), bounds.height()) * mask.height as f64 - 0.5;
            let radius = (radius.get_untracked() as f32 / 100.0 * mask.height as f32).max(0.6);
            brush(mask, [x as f32, y as f32], radius, keeps.get_untracked());
        });
    };
    let down = move |event: PointerEvent| {
        event.prevent_default();
        if let Some(node) = node.get_untracked() {
            drop(node.set_pointer_capture(event.pointer_id()));
        }
        paint(&event);
    };
    let moved = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            paint(&event);
        }
    };
    let share = move || {
        mask.with(|mask| {
            mask.as_ref().map(|mask| format!("{:.0} % of the picture is repainted.", 100.0 * repainted(mask)))
        })
    };
    let button = move |title: &'static str, name: &'static str, press: fn(&mut Mask)| {
        view! {
            <button type="button" class="small-button" data-testid=format!("mask-{name}") on:click=move |_| edit(&press)>
                {title}
            </button>
        }
    };
    view! {
        <div class="mask-editor">
            <canvas
                class="drawn mask"
                data-testid="mask"
                node_ref=node
                role="img"
                aria-label="The person; what is repainted is tinted. The buttons below repaint more or less."
                on:pointerdown=down
                on:pointermove=moved
            ></canvas>
            <div class="controls">
                <Segments legend="Brush" test="brush-does" choices=&WAYS value=keeps.into() set=move |to| keeps.set(to) />
                <Segments legend="Size" test="brush-size" choices=&RADII value=radius.into() set=move |to| radius.set(to) />
                <p class="control-line">
                    {button("Repaint more", "more", |mask| *mask = grown(mask, true))}
                    {button("Repaint less", "less", |mask| *mask = grown(mask, false))}
                    <button
                        type="button"
                        class="small-button"
                        data-testid="mask-reset"
                        disabled=move || case.edited.with(Option::is_none)
                        on:click=move |_: web_sys::MouseEvent| case.edited.set(None)
                    >
                        "As it was found"
                    </button>
                </p>
                <p class="help" role="status" data-testid="mask-share">
                    {share}
                </p>
            </div>
        </div>
    }
    .into_any()
}

/// Pixels of the editor: a multiple of a small mask's, so that its pixels are squares.
fn sides(mask: &Mask) -> [u32; 2] {
    let scale = (SIDE / mask.width.max(mask.height).max(1) as f64).floor().max(1.0);
    [mask.width, mask.height].map(|side| (side as f64 * scale) as u32)
}

fn tint(context: &Context2d, mask: &Mask, [width, height]: [u32; 2]) {
    context.set_fill_style(TINT);
    let (across, down) = (f64::from(width) / mask.width as f64, f64::from(height) / mask.height as f64);
    for y in 0..mask.height {
        let mut x = 0;
        while x < mask.width {
            let run = (x..mask.width).take_while(|&column| !mask.at(column, y)).count();
            if run > 0 {
                context.fill_rect(x as f64 * across, y as f64 * down, run as f64 * across, down);
            }
            x += run.max(1);
        }
    }
}
