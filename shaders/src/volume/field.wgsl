// The solid as a field: above one half inside.

fn solid_from(value: f32) -> f32 {
    return 0.5 + frame.solid.w * (value - 0.5);
}

fn solid_at(q: vec3f) -> f32 {
    return solid_from(textureSampleLevel(field, linear_sampler, q / frame.shape.xyz, 0.0).r);
}

fn in_clipped_box(q: vec3f) -> bool {
    return all(q >= vec3f(0.0)) && all(q <= frame.shape.xyz) && dot(frame.clip.xyz, q) <= frame.clip.w;
}

// Share of solid in a blob of 2^level voxels.
fn occupancy(q: vec3f, level: f32) -> f32 {
    return solid_from(textureSampleLevel(field, linear_sampler, q / frame.shape.xyz, min(level, frame.shape.w)).r);
}

// Weights of the cubic B-spline, folded into two linear taps a side: the sums g of the first and last two weights
// and the offsets h of the taps from the voxel below (Sigg and Hadwiger, GPU Gems 2, chapter 20).
struct Taps {
    low_weight: vec3f,
    high_weight: vec3f,
    low: vec3f,  // texture coordinates
    high: vec3f,
}

fn value_taps(base: vec3f, a: vec3f) -> Taps {
    let b = 1.0 - a;
    let w0 = b * b * b / 6.0;
    let w1 = (4.0 - 6.0 * a * a + 3.0 * a * a * a) / 6.0;
    let w3 = a * a * a / 6.0;
    let w2 = 1.0 - w0 - w1 - w3;
    return Taps(w0 + w1, w2 + w3, tap(base, -1.0 + w1 / (w0 + w1)), tap(base, 1.0 + w3 / (w2 + w3)));
}

// The same for the spline's derivative.
fn slope_taps(base: vec3f, a: vec3f) -> Taps {
    let b = 1.0 - a;
    let w0 = -0.5 * b * b;
    let w1 = 1.5 * a * a - 2.0 * a;
    let w3 = 0.5 * a * a;
    let w2 = -(w0 + w1 + w3);
    return Taps(w0 + w1, w2 + w3, tap(base, -1.0 + w1 / (w0 + w1)), tap(base, 1.0 + w3 / (w2 + w3)));
}

fn tap(base: vec3f, offset: vec3f) -> vec3f {
    return (base + offset + 0.5) / frame.shape.xyz;
}

fn field_at(x: f32, y: f32, z: f32) -> f32 {
    return textureSampleLevel(field, linear_sampler, vec3f(x, y, z), 0.0).r;
}

fn weighted(x: vec4f, y: vec4f, z: vec4f) -> f32 {
    // Each argument: weights (xy) and coordinates (zw) of the two taps of one axis.
    let near = y.x * (x.x * field_at(x.z, y.z, z.z) + x.y * field_at(x.w, y.z, z.z))
        + y.y * (x.x * field_at(x.z, y.w, z.z) + x.y * field_at(x.w, y.w, z.z));
    let far = y.x * (x.x * field_at(x.z, y.z, z.w) + x.y * field_at(x.w, y.z, z.w))
        + y.y * (x.x * field_at(x.z, y.w, z.w) + x.y * field_at(x.w, y.w, z.w));
    return z.x * near + z.y * far;
}

fn axis_taps(taps: Taps, axis: u32) -> vec4f {
    return vec4f(taps.low_weight[axis], taps.high_weight[axis], taps.low[axis], taps.high[axis]);
}

// Outward unit normal of the solid: the gradient of the tricubic B-spline through the field, which is smooth
// where the gradient of the trilinear field has creases at every voxel.
fn surface_normal(q: vec3f, fallback: vec3f) -> vec3f {
    let base = floor(q - 0.5);
    let a = q - 0.5 - base;
    let value = value_taps(base, a);
    let slope = slope_taps(base, a);
    let gradient = vec3f(
        weighted(axis_taps(slope, 0u), axis_taps(value, 1u), axis_taps(value, 2u)),
        weighted(axis_taps(value, 0u), axis_taps(slope, 1u), axis_taps(value, 2u)),
        weighted(axis_taps(value, 0u), axis_taps(value, 1u), axis_taps(slope, 2u)),
    ) * -frame.solid.w;
    let size = length(gradient);
    return select(fallback, gradient / max(size, 1e-6), size > 1e-5);
}
