//! Between the page and a picture: collects changes, draws when something changed, turns what is shown slowly until
//! the visitor takes over.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use leptos::{
    prelude::{document, request_animation_frame, set_timeout, window},
    task::spawn_local,
};
use shaders::ViewError;
use web_sys::HtmlCanvasElement;

use super::input::Movement;
use crate::browser::{now, preferences};

/// Turns per second of what turns by itself: slow enough to look at.
const TURNS_PER_SECOND: f32 = 1.0 / 48.0;
/// A picture counts as moving for this long after the last input.
const SETTLE_MS: f64 = 180.0;
/// How often a canvas out of sight looks whether it came back.
const LOOK_AGAIN: Duration = Duration::from_millis(400);

/// A canvas's size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanvasSize {
    /// Device pixels.
    pub pixels: [u32; 2],
    /// CSS pixels.
    pub css: [f32; 2],
    /// Device pixels per CSS pixel.
    pub ratio: f32,
}

/// Whether a frame is one of many or stays for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// It stays: as good as it gets.
    Still,
    /// Another follows; milliseconds since the last, if there was one.
    Moving(Option<f64>),
}

/// What a stage can show: a view of `shaders` with its camera and its content.
pub trait Picture: Sized + 'static {
    /// Takes a canvas.
    ///
    /// # Errors
    /// Neither WebGPU nor WebGL2 draws on this canvas.
    fn open(canvas: HtmlCanvasElement) -> impl Future<Output = Result<Self, ViewError>>;

    /// "WebGPU" or "WebGL2" and the adapter's name.
    fn backend(&self) -> String;

    /// Why the device was lost, once it is.
    fn lost(&self) -> Option<String>;

    /// Ends when the device is lost, with the reason.
    fn when_lost(&self) -> Pin<Box<dyn Future<Output = String>>>;

    /// The canvas has another size.
    fn resize(&mut self, size: CanvasSize);

    /// Moves the camera.
    fn steer(&mut self, movement: Movement);

    /// Draws a frame; answers whether there was anything to draw.
    ///
    /// # Errors
    /// The device failed.
    fn draw(&mut self, pace: Pace) -> Result<bool, ViewError>;

    /// A picture as RGBA, top row first. `transparent`: without the background, where the view can leave it out.
    ///
    /// # Errors
    /// The device failed, or the size is beyond it.
    fn screenshot(&mut self, size: [u32; 2], transparent: bool) -> impl Future<Output = Result<Vec<u8>, ViewError>>;
}

type Change<P> = Box<dyn FnOnce(&mut P)>;

/// Draws one canvas.
pub struct Controller<P> {
    canvas: HtmlCanvasElement,
    /// Away while a picture is being saved.
    picture: RefCell<Option<P>>,
    /// To be done before the next frame.
    changes: RefCell<Vec<Change<P>>>,
    state: RefCell<State>,
    scheduled: Cell<bool>,
    closed: Cell<bool>,
    on_error: Box<dyn Fn(ViewError)>,
    on_interaction: Box<dyn Fn()>,
}

struct State {
    size: Option<CanvasSize>,
    rotating: bool,
    last_input: f64,
    last_frame: Option<f64>,
}

impl<P: Picture> Controller<P> {
    /// A controller for a canvas. `on_interaction` is told of the visitor's first movement, and of later ones.
    ///
    /// # Errors
    /// Neither WebGPU nor WebGL2 draws on this canvas.
    pub async fn new(
        canvas: HtmlCanvasElement,
        on_error: impl Fn(ViewError) + 'static,
        on_interaction: impl Fn() + 'static,
    ) -> Result<Rc<Self>, ViewError> {
        let picture = P::open(canvas.clone()).await?;
        let lost = picture.when_lost();
        let state = State { size: None, rotating: false, last_input: f64::NEG_INFINITY, last_frame: None };
        let controller = Rc::new(Self {
            canvas,
            picture: RefCell::new(Some(picture)),
            changes: RefCell::default(),
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
        self.picture.borrow().as_ref().map(P::backend).unwrap_or_default()
    }

    /// Changes the picture before its next frame, which this asks for.
    pub fn change(self: &Rc<Self>, change: impl FnOnce(&mut P) + 'static) {
        self.changes.borrow_mut().push(Box::new(change));
        self.schedule();
    }

    /// Asks the picture something, with all changes made; `None` while a picture is being saved.
    pub fn ask<R>(&self, question: impl FnOnce(&mut P) -> R) -> Option<R> {
        let mut picture = self.picture.borrow_mut();
        let picture = picture.as_mut()?;
        self.make_changes(picture);
        Some(question(picture))
    }

    /// Starts or stops turning by itself. Who asked for less motion starts it by hand only.
    pub fn set_rotating(self: &Rc<Self>, rotating: bool) {
        self.state.borrow_mut().rotating = rotating;
        self.schedule();
    }

    /// Fits the drawing to the canvas's size on the screen.
    pub fn fit(self: &Rc<Self>) {
        let ratio = window().device_pixel_ratio().clamp(1.0, 2.0);
        let css = [self.canvas.client_width(), self.canvas.client_height()];
        let pixels = css.map(|length| ((f64::from(length) * ratio).round() as u32).max(1));
        let size = CanvasSize { pixels, css: css.map(|length| length as f32), ratio: ratio as f32 };
        self.state.borrow_mut().size = Some(size);
        self.schedule();
    }

    /// Moves the camera for the visitor.
    pub fn steer(self: &Rc<Self>, movement: Movement) {
        self.state.borrow_mut().last_input = now();
        self.change(move |picture| picture.steer(movement));
        (self.on_interaction)();
    }

    /// A picture of what is shown, `longer` pixels along its longer side: RGBA, width, height.
    ///
    /// # Errors
    /// The device failed, or another picture is being taken.
    pub async fn picture(self: &Rc<Self>, longer: f64, transparent: bool) -> Result<(Vec<u8>, u32, u32), ViewError> {
        let picture = self.picture.borrow_mut().take();
        let Some(mut picture) = picture else {
            return Err(ViewError::ReadBack("another picture is being taken".to_owned()));
        };
        self.make_changes(&mut picture);
        let (width, height) = (f64::from(self.canvas.width().max(1)), f64::from(self.canvas.height().max(1)));
        let scale = longer / width.max(height);
        let size = [width, height].map(|side| ((side * scale).round() as u32).max(1));
        let pixels = picture.screenshot(size, transparent).await;
        *self.picture.borrow_mut() = Some(picture);
        self.schedule();
        Ok((pixels?, size[0], size[1]))
    }

    /// Pixels along the longer side of the canvas.
    pub fn longer_side(&self) -> f64 {
        f64::from(self.canvas.width().max(self.canvas.height()).max(1))
    }

    /// Ends drawing for good.
    pub fn close(&self) {
        self.closed.set(true);
        self.changes.borrow_mut().clear();
        drop(self.picture.borrow_mut().take());
    }

    fn make_changes(&self, picture: &mut P) {
        let changes = std::mem::take(&mut *self.changes.borrow_mut());
        changes.into_iter().for_each(|change| change(picture));
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
        match self.draw(now()) {
            Ok(true) => self.schedule(),
            Ok(false) => {}
            Err(error) => (self.on_error)(error),
        }
    }

    /// Draws one frame; answers whether another must follow.
    fn draw(&self, now: f64) -> Result<bool, ViewError> {
        let mut picture = self.picture.borrow_mut();
        let Some(picture) = picture.as_mut() else { return Ok(false) };
        if let Some(reason) = picture.lost() {
            return Err(ViewError::Lost(reason));
        }
        let (elapsed, moving, rotating) = {
            let mut state = self.state.borrow_mut();
            if let Some(size) = state.size.take() {
                picture.resize(size);
            }
            let moving = state.rotating || now - state.last_input < SETTLE_MS;
            let elapsed = state.last_frame.map(|last| now - last);
            state.last_frame = moving.then_some(now);
            (elapsed, moving, state.rotating)
        };
        self.make_changes(picture);
        if let Some(elapsed) = elapsed.filter(|_| rotating) {
            picture.steer(Movement::Orbit((elapsed.min(100.0) / 1000.0) as f32 * TURNS_PER_SECOND * 2.0, 0.0));
        }
        let drawn = picture.draw(if moving { Pace::Moving(elapsed) } else { Pace::Still })?;
        Ok(drawn && moving)
    }

    /// Whether any of the canvas is on the screen. Frames stop by themselves in a hidden tab.
    fn in_sight(&self) -> bool {
        let area = self.canvas.get_bounding_client_rect();
        let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(f64::INFINITY);
        !document().hidden() && area.bottom() > 0.0 && area.top() < height
    }
}

/// Whether something may turn by itself when the page opens.
pub fn may_rotate() -> bool {
    !preferences::reduced_motion()
}
