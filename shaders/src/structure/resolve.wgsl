// Resamples the picture onto its target. Colours stay as they are; the target is not premultiplied.

@group(0) @binding(0) var picture: texture_2d<f32>; // premultiplied
@group(0) @binding(1) var picture_sampler: sampler;

struct Pixel {
    @builtin(position) position: vec4f,
    @location(0) uv: vec2f,
}

@vertex
fn vs_resolve(@builtin(vertex_index) index: u32) -> Pixel {
    let corner = vec2f(f32((index << 1u) & 2u), f32(index & 2u));
    return Pixel(vec4f(corner * 2.0 - 1.0, 0.0, 1.0), vec2f(corner.x, 1.0 - corner.y));
}

@fragment
fn fs_resolve(pixel: Pixel) -> @location(0) vec4f {
    // With two samples a side one linear tap between four texels is their mean.
    let texel = textureSampleLevel(picture, picture_sampler, pixel.uv, 0.0);
    return vec4f(texel.rgb / max(texel.a, 1e-4), texel.a);
}
