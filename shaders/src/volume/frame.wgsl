// What every volume shader sees: one frame of one volume, the ray through a pixel, and the part of that ray
// inside the clipped box. Everything is in voxel coordinates: voxel i spans i..i+1, the box is 0..shape.

// Kept in step with `FrameUniform` in uniform.rs.
struct Frame {
    eye: vec4f,        // xyz: the eye
    right: vec4f,      // xyz: across half the view, at distance 1
    up: vec4f,         // xyz: up half the view, at distance 1
    forward: vec4f,    // xyz: into the view; w: step scale
    shape: vec4f,      // xyz: voxels; w: last mip level of the field
    clip: vec4f,       // keeps the points with dot(xyz, q) <= w
    slices: vec4f,     // xyz: positions of the planes; w: 1 if drawn
    light: vec4f,      // xyz: towards the key light; w: 1 for occlusion and shadows
    background: vec4f, // linear
    solid: vec4f,      // rgb: linear; w: 1 if grain is the solid, -1 if pore is
    low: vec4f,        // density, pore: linear colour; w: extinction per voxel
    high: vec4f,       // density, grain: linear colour; w: extinction per voxel
    slice_low: vec4f,  // sRGB
    slice_high: vec4f, // sRGB
    transfer: vec4f,   // density: values where pore ends and grain begins, step in voxels
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var raw: texture_3d<f32>;     // the voxels
@group(0) @binding(2) var field: texture_3d<f32>;   // the same, smoothed within half a voxel, with mips
@group(0) @binding(3) var bricks: texture_3d<f32>;  // per 4³ voxels: min, max of the field; min, max of raw
@group(0) @binding(4) var linear_sampler: sampler;

const BRICK: f32 = 4.0;
const NUDGE: f32 = 0.002; // voxels; gets a point off the border that was just computed

struct Pixel {
    @builtin(position) position: vec4f,
    @location(0) ndc: vec2f,
}

@vertex
fn vs_view(@builtin(vertex_index) index: u32) -> Pixel {
    let corner = vec2f(f32((index << 1u) & 2u), f32(index & 2u));
    let ndc = corner * 2.0 - 1.0;
    return Pixel(vec4f(ndc, 0.0, 1.0), ndc);
}

struct Ray {
    origin: vec3f,
    direction: vec3f, // unit
    inverse: vec3f,
}

fn pixel_ray(ndc: vec2f) -> Ray {
    let towards = normalize(frame.forward.xyz + ndc.x * frame.right.xyz + ndc.y * frame.up.xyz);
    // A zero component would make 0 · ∞ below.
    let direction = select(towards, vec3f(1e-6), abs(towards) < vec3f(1e-6));
    return Ray(frame.eye.xyz, direction, 1.0 / direction);
}

// The part of a ray inside the clipped box, and the outward normal of the face it enters by.
struct Span {
    near: f32,
    far: f32,
    normal: vec3f,
}

fn clipped_span(ray: Ray) -> Span {
    let a = (vec3f(0.0) - ray.origin) * ray.inverse;
    let b = (frame.shape.xyz - ray.origin) * ray.inverse;
    let enter = min(a, b);
    let leave = max(a, b);
    var span = Span(max(enter.x, max(enter.y, enter.z)), min(leave.x, min(leave.y, leave.z)), vec3f(0.0));
    let face = vec3f(vec3f(span.near) == enter);
    span.normal = -sign(ray.direction) * face / max(1.0, face.x + face.y + face.z);
    let along = dot(frame.clip.xyz, ray.direction);
    let room = frame.clip.w - dot(frame.clip.xyz, ray.origin);
    if along > 1e-6 {
        span.far = min(span.far, room / along);
    } else if along < -1e-6 {
        if room / along > span.near {
            span.near = room / along;
            span.normal = frame.clip.xyz;
        }
    } else if room < 0.0 {
        span.far = -1.0;
    }
    span.near = max(span.near, 0.0);
    return span;
}

fn brick_at(q: vec3f) -> vec3i {
    return clamp(vec3i(floor(q / BRICK)), vec3i(0), vec3i(textureDimensions(bricks)) - 1);
}

// Where a ray leaves a brick.
fn brick_exit(ray: Ray, brick: vec3i) -> f32 {
    let lower = vec3f(brick) * BRICK;
    let ahead = select(lower, lower + BRICK, ray.direction > vec3f(0.0));
    let leave = (ahead - ray.origin) * ray.inverse;
    return min(leave.x, min(leave.y, leave.z));
}

// Interleaved gradient noise (Jimenez 2014): 0..1, fixed to the pixel, so it does not flicker.
fn pixel_noise(position: vec2f) -> f32 {
    return fract(52.9829189 * fract(dot(floor(position), vec2f(0.06711056, 0.00583715))));
}

fn linear_from_srgb(colour: vec3f) -> vec3f {
    return select(pow((colour + 0.055) / 1.055, vec3f(2.4)), colour / 12.92, colour <= vec3f(0.04045));
}
