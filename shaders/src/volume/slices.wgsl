// Three orthogonal planes that show the voxels as they are: nearest voxel, no lighting.

struct Slice {
    distance: f32, // along the ray; beyond the span if no plane is met
    colour: vec3f, // linear
}

fn nearest_slice(ray: Ray, span: Span) -> Slice {
    var slice = Slice(1e30, vec3f(0.0));
    if frame.slices.w < 0.5 {
        return slice;
    }
    let distances = (frame.slices.xyz - ray.origin) * ray.inverse;
    var inside = vec3f(0.0);
    for (var axis = 0u; axis < 3u; axis++) {
        let distance = distances[axis];
        if distance >= span.near - NUDGE && distance <= span.far + NUDGE && distance > 0.0 && distance < slice.distance {
            slice.distance = distance;
            inside = ray.origin + distance * ray.direction;
            inside[axis] = frame.slices[axis];
        }
    }
    if slice.distance < 1e30 {
        let voxel = clamp(vec3i(floor(inside)), vec3i(0), vec3i(frame.shape.xyz) - 1);
        let value = textureLoad(raw, voxel, 0).r;
        slice.colour = linear_from_srgb(mix(frame.slice_low.rgb, frame.slice_high.rgb, value));
    }
    return slice;
}

@fragment
fn fs_slices(pixel: Pixel) -> @location(0) vec4f {
    let ray = pixel_ray(pixel.ndc);
    let span = clipped_span(ray);
    let slice = nearest_slice(ray, span);
    if span.near >= span.far || slice.distance > 1e29 {
        discard;
    }
    return vec4f(slice.colour, 1.0);
}
