//! Mouse, touch and keyboard on the canvas, as movements of whatever is shown.

use std::{cell::RefCell, rc::Rc};

use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

/// Share of the view's height that one press of an arrow key turns or moves.
const KEY_STEP: f32 = 0.06;
/// Factor of one press of + or −.
const KEY_ZOOM: f32 = 1.15;
/// A pointer that moved less than this between down and up has clicked, CSS pixels.
const CLICK_PIXELS: f32 = 5.0;

/// A change of the point of view. Lengths are in units of the view's height, x to the right, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Movement {
    /// Turns.
    Orbit(f32, f32),
    /// Moves.
    Pan(f32, f32),
    /// Comes nearer (above 1) or goes away.
    Zoom(f32),
    /// Back to where it began.
    Reset,
}

/// What a pointer does without steering. Places are CSS pixels from the canvas's upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointing {
    /// It is over this place.
    At(f32, f32),
    /// It went away.
    Away,
    /// It clicked; `adds`: with Shift, Control or Meta.
    Click {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// Whether a modifier was held.
        adds: bool,
    },
}

/// The pointers that are down. One turns (with Shift or another button: moves); two move and zoom.
#[derive(Clone, Default)]
pub struct Pointers(Rc<RefCell<Vec<Pointer>>>);

#[derive(Clone, Copy)]
struct Pointer {
    id: i32,
    x: f32,
    y: f32,
    pans: bool,
    /// Where it came down, and whether it has left there; CSS pixels.
    began: (f32, f32),
    strayed: bool,
}

impl Pointers {
    /// A pointer came down.
    pub fn down(&self, event: &PointerEvent, height: f32) {
        let mut pointers = self.0.borrow_mut();
        pointers.retain(|p| p.id != event.pointer_id());
        if pointers.len() < 2 {
            let strayed = !pointers.is_empty() || event.button() > 0;
            pointers.push(Pointer { pans: event.shift_key() || event.button() > 0, strayed, ..at(event, height) });
        }
    }

    /// A pointer went up: a click, if it had stayed where it came down.
    pub fn up(&self, event: &PointerEvent) -> Option<Pointing> {
        let clicked = {
            let pointers = self.0.borrow();
            pointers.iter().any(|p| p.id == event.pointer_id() && !p.strayed)
        };
        self.cancel(event);
        let adds = event.shift_key() || event.ctrl_key() || event.meta_key();
        clicked.then(|| Pointing::Click { x: event.offset_x() as f32, y: event.offset_y() as f32, adds })
    }

    /// A pointer was taken away.
    pub fn cancel(&self, event: &PointerEvent) {
        self.0.borrow_mut().retain(|p| p.id != event.pointer_id());
    }

    /// Whether any pointer is down.
    pub fn any(&self) -> bool {
        !self.0.borrow().is_empty()
    }

    /// A pointer moved; the movements that follow if it is down.
    pub fn moved(&self, event: &PointerEvent, height: f32) -> Vec<Movement> {
        let mut pointers = self.0.borrow_mut();
        let Some(index) = pointers.iter().position(|p| p.id == event.pointer_id()) else { return Vec::new() };
        let before = pointers[index];
        let now = at(event, height);
        let far = (now.began.0 - before.began.0).hypot(now.began.1 - before.began.1) > CLICK_PIXELS;
        let after = Pointer { pans: before.pans, began: before.began, strayed: before.strayed || far, ..now };
        pointers[index] = after;
        if !after.strayed {
            // Not yet: the hand trembles, and a click must not turn the view.
            pointers[index] = Pointer { x: before.x, y: before.y, ..after };
            return Vec::new();
        }
        let (dx, dy) = (after.x - before.x, after.y - before.y);
        match pointers.iter().find(|p| p.id != after.id) {
            Some(other) => {
                let distance = |p: Pointer| (p.x - other.x).hypot(p.y - other.y).max(0.01);
                vec![Movement::Zoom(distance(after) / distance(before)), Movement::Pan(dx / 2.0, dy / 2.0)]
            }
            None if after.pans => vec![Movement::Pan(dx, dy)],
            None => vec![Movement::Orbit(dx, dy)],
        }
    }
}

/// Position in units of the view's height.
fn at(event: &PointerEvent, height: f32) -> Pointer {
    let height = height.max(1.0);
    let (x, y) = (event.client_x() as f32, event.client_y() as f32);
    Pointer { id: event.pointer_id(), x: x / height, y: y / height, pans: false, began: (x, y), strayed: false }
}

/// The zoom of a turn of the wheel, whatever unit the browser counts in.
pub fn wheel_movement(event: &WheelEvent) -> Movement {
    let pixels = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => event.delta_y() * 16.0,
        WheelEvent::DOM_DELTA_PAGE => event.delta_y() * 400.0,
        _ => event.delta_y(),
    };
    Movement::Zoom((-pixels.clamp(-400.0, 400.0) as f32 * 0.0015).exp())
}

/// What a key does; `None` for keys that are not ours.
pub fn key_movement(event: &KeyboardEvent) -> Option<Movement> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let (dx, dy) = match event.key().as_str() {
        "ArrowLeft" => (-KEY_STEP, 0.0),
        "ArrowRight" => (KEY_STEP, 0.0),
        "ArrowUp" => (0.0, -KEY_STEP),
        "ArrowDown" => (0.0, KEY_STEP),
        "+" | "=" => return Some(Movement::Zoom(KEY_ZOOM)),
        "-" | "_" => return Some(Movement::Zoom(1.0 / KEY_ZOOM)),
        "0" | "Home" => return Some(Movement::Reset),
        _ => return None,
    };
    Some(if event.shift_key() { Movement::Pan(dx, dy) } else { Movement::Orbit(dx, dy) })
}
