//! A ray tracer of the plainest kind, in double precision: what the impostors must look like.

use glam::{DVec3, Vec3};
use shaders::structure::{Projection, StructureCamera};

/// A ball or a rod with flat ends.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    Ball { centre: DVec3, radius: f64 },
    Rod { begin: DVec3, end: DVec3, radius: f64 },
}

/// A ray.
#[derive(Clone, Copy, Debug)]
pub struct Ray {
    pub origin: DVec3,
    pub direction: DVec3,
}

/// The ray through a point of the picture, pixels from the upper left corner.
pub fn ray(camera: &StructureCamera, x: f64, y: f64, width: u32, height: u32) -> Ray {
    let (width, height) = (f64::from(width), f64::from(height));
    let half = camera.half_view((width / height) as f32).as_dvec2();
    let (across, up) = ((2.0 * x / width - 1.0) * half.x, (1.0 - 2.0 * y / height) * half.y);
    let world = |v: DVec3| (camera.rotation.inverse() * v.as_vec3()).as_dvec3();
    let eye = camera.eye().as_dvec3();
    match camera.projection {
        Projection::Perspective => Ray { origin: eye, direction: world(DVec3::new(across, up, -1.0)).normalize() },
        Projection::Orthographic => {
            Ray { origin: eye + world(DVec3::new(across, up, 0.0)), direction: world(DVec3::NEG_Z) }
        }
    }
}

impl Body {
    pub fn ball(centre: Vec3, radius: f32) -> Self {
        Self::Ball { centre: centre.as_dvec3(), radius: f64::from(radius) }
    }

    pub fn rod(begin: Vec3, end: Vec3, radius: f32) -> Self {
        Self::Rod { begin: begin.as_dvec3(), end: end.as_dvec3(), radius: f64::from(radius) }
    }

    /// Distance along the ray.
    pub fn hit(self, ray: Ray) -> Option<f64> {
        match self {
            Self::Ball { centre, radius } => {
                let to = ray.origin - centre;
                let b = to.dot(ray.direction);
                let room = b * b - to.length_squared() + radius * radius;
                (room >= 0.0).then(|| -b - room.sqrt())
            }
            Self::Rod { begin, end, radius } => {
                let axis = (end - begin).normalize();
                let size = (end - begin).length();
                let across = |v: DVec3| v - axis * v.dot(axis);
                let (o, d) = (across(ray.origin - begin), across(ray.direction));
                let (a, b, c) = (d.length_squared(), o.dot(d), o.length_squared() - radius * radius);
                let room = b * b - a * c;
                let mut hits = Vec::new();
                if a > 1e-18 && room >= 0.0 {
                    let t = (-b - room.sqrt()) / a;
                    let along = (ray.origin + ray.direction * t - begin).dot(axis);
                    hits.extend((0.0..=size).contains(&along).then_some(t));
                }
                for cap in [begin, end] {
                    let t = (cap - ray.origin).dot(axis) / ray.direction.dot(axis);
                    let inside = (ray.origin + ray.direction * t - cap).length() <= radius;
                    hits.extend((t.is_finite() && inside).then_some(t));
                }
                hits.into_iter().reduce(f64::min)
            }
        }
    }
}

/// The nearest body, if one is hit.
pub fn nearest(bodies: &[Body], ray: Ray) -> Option<usize> {
    let hits = bodies.iter().enumerate().filter_map(|(i, body)| body.hit(ray).filter(|t| *t > 0.0).map(|t| (i, t)));
    hits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
}

/// Pixels that each body covers, and those of none; with the sum of positions.
pub fn cover(bodies: &[Body], camera: &StructureCamera, width: u32, height: u32) -> Vec<(f64, [f64; 2])> {
    const FINE: u32 = 3;
    let mut found = vec![(0.0, [0.0; 2]); bodies.len()];
    for j in 0..height * FINE {
        for i in 0..width * FINE {
            let (x, y) = ((f64::from(i) + 0.5) / f64::from(FINE), (f64::from(j) + 0.5) / f64::from(FINE));
            if let Some(hit) = nearest(bodies, ray(camera, x, y, width, height)) {
                let share = 1.0 / f64::from(FINE * FINE);
                found[hit].0 += share;
                found[hit].1[0] += share * x;
                found[hit].1[1] += share * y;
            }
        }
    }
    found.into_iter().map(|(count, sum)| (count, sum.map(|s| s / f64::max(count, 1e-9)))).collect()
}
