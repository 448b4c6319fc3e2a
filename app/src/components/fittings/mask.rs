//! What is repainted, or cut out, and a brush to change it.

use leptos::{html, prelude::*, task::spawn_local};
use samples::wardrobe::Mask;
use web_sys::PointerEvent;

use crate::{
    browser::{canvas, canvas::Context2d, picture},
    components::segments::Segments,
    session::Choosable,
    state::fittings::{brush, grown, repainted},
};

/// Pixels of the editor's longer side.
const SIDE: f64 = 512.0;
/// What is not chosen.
const TINT: &str = "rgba(230, 90, 160, 0.5)";
/// Radii of the brush, in heights of the picture.
const RADII: [(u32, &str, &str); 3] = [(2, "small", "Small"), (5, "medium", "Medium"), (10, "large", "Large")];

/// How an editor calls what it edits.
pub struct Words {
    /// Before the names of its parts, for tests.
    test: &'static str,
    title: &'static str,
    /// What the picture shows.
    says: &'static str,
    /// Names of two controls, for tests: what the brush does, and how large it is.
    brush: [&'static str; 2],
    /// What the brush does.
    ways: [(bool, &'static str, &'static str); 2],
    more: &'static str,
    less: &'static str,
    /// Of the share of the picture that is not chosen.
    share: fn(f64) -> String,
}

/// The person: all else than what stays is repainted.
pub const REPAINTED: Words = Words {
    test: "mask",
    title: "What is repainted",
    says: "The person; what is repainted is tinted. The buttons below repaint more or less.",
    brush: ["mask-brush", "mask-size"],
    ways: [(false, "repaint", "Repaint"), (true, "keep", "Keep")],
    more: "Repaint more",
    less: "Repaint less",
    share: |part| format!("{:.0} % of the picture is repainted.", 100.0 * part),
};

/// The garment's picture: all else than the garment is cut away.
pub const CUT_OUT: Words = Words {
    test: "cut",
    title: "What is garment in your picture",
    says: "The garment's picture; what is cut away is tinted. The buttons below cut away more or less.",
    brush: ["cut-brush", "cut-size"],
    ways: [(false, "away", "Cut away"), (true, "garment", "Garment")],
    more: "Cut away more",
    less: "Cut away less",
    share: |part| format!("{:.0} % of the picture is garment.", 100.0 * (1.0 - part)),
};

/// The editor, folded away; absent as long as it is not known what is chosen. `ground` is the address of the picture.
#[component]
pub fn MaskEditor(
    chosen: Choosable,
    #[prop(into)] ground: Signal<Option<String>>,
    words: &'static Words,
) -> impl IntoView {
    let known = Memo::new(move |_| chosen.found.with(Option::is_some));
    view! {
        <Show when=move || known.get()>
            <details class="drawer" data-testid=format!("{}-editor", words.test)>
                <summary>{words.title}</summary>
                <Editor chosen ground words />
            </details>
        </Show>
    }
    .into_any()
}

#[component]
fn Editor(chosen: Choosable, ground: Signal<Option<String>>, words: &'static Words) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let radius = RwSignal::new(5_u32);
    let keeps = RwSignal::new(false);
    let mask = Memo::new(move |_| chosen.edited.get().or_else(|| chosen.found.get()));
    Effect::new(move |_| {
        let (Some(node), Some(url), Some(mask)) = (node.get(), ground.get(), mask.get()) else { return };
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
            chosen.edited.set(Some(changed));
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
    let share = move || mask.with(|mask| mask.as_ref().map(|mask| (words.share)(repainted(mask))));
    let button = move |title: &'static str, name: &'static str, press: fn(&mut Mask)| {
        view! {
            <button type="button" class="small-button" data-testid=format!("{}-{name}", words.test) on:click=move |_| edit(&press)>
                {title}
            </button>
        }
    };
    view! {
        <div class="mask-editor">
            <canvas
                class="drawn mask"
                data-testid=words.test
                node_ref=node
                role="img"
                aria-label=words.says
                on:pointerdown=down
                on:pointermove=moved
            ></canvas>
            <div class="controls">
                <Segments legend="Brush" test=words.brush[0] choices=&words.ways value=keeps.into() set=move |to| keeps.set(to) />
                <Segments legend="Size" test=words.brush[1] choices=&RADII value=radius.into() set=move |to| radius.set(to) />
                <p class="control-line">
                    {button(words.more, "more", |mask| *mask = grown(mask, true))}
                    {button(words.less, "less", |mask| *mask = grown(mask, false))}
                    <button
                        type="button"
                        class="small-button"
                        data-testid=format!("{}-reset", words.test)
                        disabled=move || chosen.edited.with(Option::is_none)
                        on:click=move |_: web_sys::MouseEvent| chosen.edited.set(None)
                    >
                        "As it was found"
                    </button>
                </p>
                <p class="help" role="status" data-testid=format!("{}-share", words.test)>
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
