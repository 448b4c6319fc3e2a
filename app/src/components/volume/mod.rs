//! The volume on its stage: one or two volumes with one camera, and their captions.

pub mod controls;
pub mod export;
pub mod metrics;
pub mod picture;

use std::sync::Arc;

use leptos::prelude::*;
use shaders::{Axis, ClipPlane, Mode, Surface, VolumeStyle};

use super::stage::{ControllerHandle, Stage, background, with};
use crate::{
    browser::preferences::Theme,
    state::{
        shown::{Shown, Source},
        volume::{Look, ViewOptions, Voxels},
    },
};
use picture::VolumePicture;

/// The stage. `beside` is the real rock, drawn at the right when `options.compare` asks for it.
#[component]
pub fn VolumeStage(
    shown: Signal<Option<Shown<Voxels>>>,
    beside: Signal<Option<Arc<Voxels>>>,
    options: RwSignal<ViewOptions>,
    handle: ControllerHandle<VolumePicture>,
    /// What stands there until there is a volume.
    #[prop(into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let ready = RwSignal::new(0u32);
    let two = Memo::new(move |_| options.with(|o| o.compare) && beside.with(Option::is_some));

    Effect::new(move |_| {
        ready.track();
        let Some(shown) = shown.get() else { return };
        let mut volumes = vec![shown.content];
        if two.get() {
            volumes.extend(beside.get());
        }
        with(handle, move |controller| controller.change(move |picture| picture.set_volumes(volumes)));
    });
    let is_preview = Memo::new(move |_| shown.with(|s| s.as_ref().is_some_and(|s| s.source == Source::Preview)));
    Effect::new(move |_| {
        ready.track();
        let (options, preview, theme) = (options.get(), is_preview.get(), theme.get());
        let style = style(&options, preview, theme);
        with(handle, move |controller| {
            controller.change(move |picture| picture.set_style(style));
            controller.set_rotating(options.rotating);
        });
    });

    let shape = move || shown.with(|s| s.as_ref().map(|s| s.content.shape().map(|n| n.to_string()).join(",")));
    view! {
        <Stage
            testid="volume-view"
            label="Volume. Arrow keys turn it, with Shift they move it, plus and minus zoom, 0 resets."
            handle
            ready
            source=Signal::derive(move || shown.with(|s| s.as_ref().map(|s| s.source)))
            shape=Signal::derive(shape)
            two=two.into()
            placeholder
            on_interaction=move || {
                if options.with_untracked(|o| o.rotating) {
                    options.update(|o| o.rotating = false);
                }
            }
        >
            <div class="captions">
                <p class="caption" data-testid="caption">
                    {move || shown.with(|s| s.as_ref().map(|s| s.title.clone()))}
                </p>
                <Show when=move || two.get()>
                    <p class="caption">"The real rock, a block of the scan"</p>
                </Show>
            </div>
        </Stage>
    }
}

/// The shader's style for the visitor's options.
fn style(options: &ViewOptions, preview: bool, theme: Theme) -> VolumeStyle {
    let dark = theme == Theme::Dark;
    let mode = match options.look {
        _ if preview => Mode::Density,
        Look::Grain => Mode::Surface(Surface::Grain),
        Look::Pore => Mode::Surface(Surface::Pore),
        Look::Density => Mode::Density,
        Look::Slices => Mode::Slices,
    };
    let axes = [Axis::Z, Axis::Y, Axis::X];
    VolumeStyle {
        mode,
        slices: (mode == Mode::Slices).then_some(options.slices),
        clip: options.clip.map(|(axis, offset)| ClipPlane::across(axes[axis.min(2)], offset)),
        ambient_occlusion: options.ambient_occlusion,
        background: background(dark),
        ..VolumeStyle::themed(dark)
    }
}
