//! Between the page and [`VolumeView`]: collects changes, draws when something changed, turns the volume slowly
//! until the visitor takes over.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use leptos::{
    prelude::{document, request_animation_frame, set_timeout, window},
    task::spawn_local,
};
use shaders::{AdaptiveQuality, OrbitCamera, ViewError, VolumeData, VolumeStyle, VolumeView};
use web_sys::HtmlCanvasElement;

use crate::{
    browser::{now, preferences},
    state::shown::Voxels,
};

/// Turns per second of a volume that turns by itself: slow enough to look at.
const TURNS_PER_SECOND: f32 = 1.0 / 48.0;
/// A picture counts as moving for this long after the last input.
const SETTLE_MS: f64 = 180.0;
/// How often a canvas out of sight looks whether it came back.
const LOOK_AGAIN: Duration = Duration::from_millis(400);
/// Pixels of a saved picture along the longer side.
const PICTURE: f64 = 1600.0;

/// Draws one canvas.
pub struct Controller {
    canvas: HtmlCanvasElement,
    /// Away while a picture is being saved.
    view: RefCell<Option<VolumeView>>,
    state: RefCell<State>,
    scheduled: Cell<bool>,
    closed: Cell<bool>,
    on_error: Box<dyn Fn(ViewError)>,
    on_interaction: Box<dyn Fn()>,
}

struct State {
    camera: OrbitCamera,
    style: VolumeStyle,
    quality: AdaptiveQuality,
    volumes: Option<Vec<Arc<Voxels>>>,
    has_volume: bool,
    size: Option<(u32, u32)>,
    rotating: bool,
    dirty: bool,
    last_input: f64,
    last_frame: Option<f64>,
}

impl Controller {
    /// A controller for a canvas. `on_interaction` is told of the visitor's first movement, and of later ones.
    ///
    /// # Errors
    /// Neither WebGPU nor WebGL2 draws on this canvas.
    pub async fn new(
        canvas: HtmlCanvasElement,
        on_error: impl Fn(ViewError) + 'static,
        on_interaction: impl Fn() + 'static,
    ) -> Result<Rc<Self>, ViewError> {
        let view = VolumeView::new(canvas.clone()).await?;
        let lost = view.when_lost();
        let state = State {
            camera: OrbitCamera::default(),
            style: VolumeStyle::default(),
            quality: AdaptiveQuality::default(),
            volumes: None,
            has_volume: false,
            size: None,
            rotating: false,
            dirty: false,
            last_input: f64::NEG_INFINITY,
            last_frame: None,
        };
        let controller = Rc::new(Self {
            canvas,
            view: RefCell::new(Some(view)),
            state: RefCell::new(state),
            scheduled: Cell::new(false),
            closed: Cell::new(false),
            on_error: Box::new(on_error),
            on_interaction: Box::new(on_interaction),
        });
        let watched = Rc::downgrade(&controller);
        spawn_local(async move {
            let reason = lost.await;
            if let Some(controller) = watched.upgrade().filter(|c| !c.closed.get()) {
                (controller.on_error)(ViewError::Lost(reason));
            }
        });
        Ok(controller)
    }

    /// "WebGPU" or "WebGL2" and the adapter's name.
    pub fn backend(&self) -> String {
        self.view.borrow().as_ref().map(|v| v.backend().to_owned()).unwrap_or_default()
    }

    /// Shows one volume, or two side by side.
    pub fn set_volumes(self: &Rc<Self>, volumes: Vec<Arc<Voxels>>) {
        self.change(|state| state.volumes = Some(volumes));
    }

    /// Changes how volumes are shown.
    pub fn set_style(self: &Rc<Self>, style: VolumeStyle) {
        self.change(|state| state.style = style);
    }

    /// Starts or stops turning by itself. Who asked for less motion starts it by hand only.
    pub fn set_rotating(self: &Rc<Self>, rotating: bool) {
        self.change(|state| state.rotating = rotating);
    }

    /// Fits the drawing to the canvas's size on the screen.
    pub fn fit(self: &Rc<Self>) {
        let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
        let pixels = |length: i32| ((f64::from(length) * ratio).round() as u32).max(1);
        let size = (pixels(self.canvas.client_width()), pixels(self.canvas.client_height()));
        self.change(|state| state.size = Some(size));
    }

    /// Moves the camera for the visitor.
    pub fn steer(self: &Rc<Self>, movement: impl FnOnce(&mut OrbitCamera)) {
        self.change(|state| {
            movement(&mut state.camera);
            state.last_input = now();
        });
        (self.on_interaction)();
    }

    /// A picture of what is shown: RGBA, width, height.
    ///
    /// # Errors
    /// The device failed, or another picture is being taken.
    pub async fn picture(self: &Rc<Self>) -> Result<(Vec<u8>, u32, u32), ViewError> {
        let view = self.view.borrow_mut().take();
        let Some(mut view) = view else { return Err(ViewError::ReadBack("another picture is being taken".to_owned())) };
        let (camera, style) = {
            let state = self.state.borrow();
            let mut style = state.style.clone();
            state.quality.apply_still(&mut style);
            (state.camera, style)
        };
        let (width, height) = (f64::from(self.canvas.width().max(1)), f64::from(self.canvas.height().max(1)));
        let scale = PICTURE / width.max(height);
        let (width, height) = ((width * scale).round() as u32, (height * scale).round() as u32);
        let picture = view.screenshot(&camera, &style, width, height).await;
        *self.view.borrow_mut() = Some(view);
        self.change(|_| {});
        Ok((picture?, width, height))
    }

    /// Ends drawing for good.
    pub fn close(&self) {
        self.closed.set(true);
        drop(self.view.borrow_mut().take());
    }

    fn change(self: &Rc<Self>, change: impl FnOnce(&mut State)) {
        {
            let mut state = self.state.borrow_mut();
            change(&mut state);
            state.dirty = true;
        }
        self.schedule();
    }

    fn schedule(self: &Rc<Self>) {
        if !self.closed.get() && !self.scheduled.replace(true) {
            let controller = Rc::clone(self);
            request_animation_frame(move || {
                controller.scheduled.set(false);
                controller.frame();
            });
        }
    }

    fn frame(self: &Rc<Self>) {
        if self.closed.get() {
            return;
        }
        if !self.in_sight() {
            self.state.borrow_mut().last_frame = None;
            let controller = Rc::clone(self);
            set_timeout(move || controller.schedule(), LOOK_AGAIN);
            return;
        }
        let drawn = self.draw(now());
        match drawn {
            Ok(true) => self.schedule(),
            Ok(false) => {}
            Err(error) => (self.on_error)(error),
        }
    }

    /// Draws one frame; answers whether another must follow.
    fn draw(&self, now: f64) -> Result<bool, ViewError> {
        let mut view = self.view.borrow_mut();
        let Some(view) = view.as_mut() else { return Ok(false) };
        if let Some(reason) = view.lost() {
            return Err(ViewError::Lost(reason));
        }
        let state = &mut *self.state.borrow_mut();
        if let Some((width, height)) = state.size.take() {
            view.resize(width, height);
        }
        if let Some(volumes) = state.volumes.take() {
            let data: Vec<VolumeData> = volumes.iter().map(|v| volume_data(v)).collect();
            state.has_volume = false;
            view.set_volumes(&data)?;
            state.has_volume = true;
        }
        if !state.has_volume {
            return Ok(false);
        }
        let elapsed = state.last_frame.map(|last| now - last);
        let moving = state.rotating || now - state.last_input < SETTLE_MS;
        let mut style = state.style.clone();
        if moving {
            if let Some(elapsed) = elapsed {
                state.quality.update(elapsed);
                if state.rotating {
                    state.camera.orbit((elapsed.min(100.0) / 1000.0) as f32 * TURNS_PER_SECOND * 2.0, 0.0);
                }
            }
            state.quality.apply_moving(&mut style);
        } else {
            state.quality.apply_still(&mut style);
        }
        state.last_frame = moving.then_some(now);
        state.dirty = false;
        view.render(&state.camera, &style)?;
        Ok(moving)
    }

    /// Whether any of the canvas is on the screen. Frames stop by themselves in a hidden tab.
    fn in_sight(&self) -> bool {
        let area = self.canvas.get_bounding_client_rect();
        let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(f64::INFINITY);
        !document().hidden() && area.bottom() > 0.0 && area.top() < height
    }
}

/// Whether a volume may turn by itself when the page opens.
pub fn may_rotate() -> bool {
    !preferences::reduced_motion()
}

fn volume_data(voxels: &Voxels) -> VolumeData<'_> {
    match voxels {
        Voxels::Segmented(volume) => volume.into(),
        Voxels::Grey(volume) => volume.into(),
    }
}
