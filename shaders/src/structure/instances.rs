//! What the vertex stage reads, one record per thing drawn. Positions are in Å from the middle of the scene.

use bytemuck::{Pod, Zeroable};
use glam::Vec3;

/// sRGB and opacity, 8 bits each, not premultiplied.
pub type Colour = [u8; 4];

/// From 0..1.
pub fn colour([r, g, b]: [f32; 3], alpha: f32) -> Colour {
    [r, g, b, alpha].map(|channel| (channel.clamp(0.0, 1.0) * 255.0).round() as u8)
}

/// A sphere.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Sphere {
    pub centre: Vec3,
    pub radius: f32,
    pub colour: Colour,
    /// 0: not to be picked.
    pub id: u32,
}

/// A cylinder with flat ends; each half has a colour.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Cylinder {
    pub begin: Vec3,
    pub radius: f32,
    pub end: Vec3,
    pub id: u32,
    pub colours: [Colour; 2],
}

/// The head of an arrow.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Cone {
    pub base: Vec3,
    pub radius: f32,
    pub tip: Vec3,
    pub colour: Colour,
}

/// A corner of a flat face.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Corner {
    pub position: Vec3,
    pub normal: Vec3,
    pub colour: Colour,
    pub id: u32,
}
