//! Mouse, touch and keyboard on the canvas.

use std::{cell::RefCell, rc::Rc};

use shaders::OrbitCamera;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

use super::controller::Controller;

/// Share of the view's height that one press of an arrow key turns or moves.
const KEY_STEP: f32 = 0.06;
/// Factor of one press of + or −.
const KEY_ZOOM: f32 = 1.15;

/// The pointers that are down. One turns (with Shift or another button: moves); two move and zoom.
#[derive(Clone, Default)]
pub struct Pointers(Rc<RefCell<Vec<Pointer>>>);

#[derive(Clone, Copy)]
struct Pointer {
    id: i32,
    x: f32,
    y: f32,
    pans: bool,
}

impl Pointers {
    /// A pointer came down.
    pub fn down(&self, event: &PointerEvent, height: f32) {
        let mut pointers = self.0.borrow_mut();
        pointers.retain(|p| p.id != event.pointer_id());
        if pointers.len() < 2 {
            pointers.push(Pointer { pans: event.shift_key() || event.button() > 0, ..at(event, height) });
        }
    }

    /// A pointer went up or was taken away.
    pub fn up(&self, event: &PointerEvent) {
        self.0.borrow_mut().retain(|p| p.id != event.pointer_id());
    }

    /// A pointer moved; steers the camera if it is down.
    pub fn moved(&self, event: &PointerEvent, height: f32, controller: &Rc<Controller>) {
        let mut pointers = self.0.borrow_mut();
        let Some(index) = pointers.iter().position(|p| p.id == event.pointer_id()) else { return };
        let before = pointers[index];
        let after = Pointer { pans: before.pans, ..at(event, height) };
        pointers[index] = after;
        let (dx, dy) = (after.x - before.x, after.y - before.y);
        let other = pointers.iter().find(|p| p.id != after.id).copied();
        drop(pointers);
        controller.steer(|camera| match other {
            Some(other) => {
                let distance = |p: Pointer| (p.x - other.x).hypot(p.y - other.y).max(0.01);
                camera.zoom(distance(after) / distance(before));
                camera.pan(dx / 2.0, dy / 2.0);
            }
            None if after.pans => camera.pan(dx, dy),
            None => camera.orbit(dx, dy),
        });
    }
}

/// Position in units of the view's height.
fn at(event: &PointerEvent, height: f32) -> Pointer {
    let height = height.max(1.0);
    Pointer {
        id: event.pointer_id(),
        x: event.client_x() as f32 / height,
        y: event.client_y() as f32 / height,
        pans: false,
    }
}

/// The zoom factor of a turn of the wheel, whatever unit the browser counts in.
pub fn wheel_factor(event: &WheelEvent) -> f32 {
    let pixels = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => event.delta_y() * 16.0,
        WheelEvent::DOM_DELTA_PAGE => event.delta_y() * 400.0,
        _ => event.delta_y(),
    };
    (-pixels.clamp(-400.0, 400.0) as f32 * 0.0015).exp()
}

/// A change of the camera.
type Movement = Box<dyn FnOnce(&mut OrbitCamera)>;

/// What a key does to the camera; `None` for keys that are not ours.
pub fn key_movement(event: &KeyboardEvent) -> Option<Movement> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let (dx, dy) = match event.key().as_str() {
        "ArrowLeft" => (-KEY_STEP, 0.0),
        "ArrowRight" => (KEY_STEP, 0.0),
        "ArrowUp" => (0.0, -KEY_STEP),
        "ArrowDown" => (0.0, KEY_STEP),
        "+" | "=" => return Some(Box::new(|camera| camera.zoom(KEY_ZOOM))),
        "-" | "_" => return Some(Box::new(|camera| camera.zoom(1.0 / KEY_ZOOM))),
        "0" | "Home" => return Some(Box::new(OrbitCamera::reset)),
        _ => return None,
    };
    let pans = event.shift_key();
    Some(Box::new(move |camera| if pans { camera.pan(dx, dy) } else { camera.orbit(dx, dy) }))
}
