// The solid where the field passes one half, and flat caps where the box or the clip plane cuts it.

const OUTSIDE: f32 = -1.0;

// Steepest slope of the field per voxel: from a value below one half the surface is at least this far away.
const STEEPEST: f32 = 0.55;
const SHORTEST_STEP: f32 = 0.35;

// Distance along the ray to the solid, or OUTSIDE. The start of the span must be outside the solid.
fn march_to_solid(ray: Ray, start: f32, end: f32) -> f32 {
    var near = start;
    var t = start;
    let scale = frame.forward.w;
    for (var crossed = 0; crossed < 2048; crossed++) {
        if t >= end {
            return OUTSIDE;
        }
        let brick = brick_at(ray.origin + t * ray.direction);
        let leave = min(brick_exit(ray, brick) + NUDGE, end);
        let range = textureLoad(bricks, brick, 0);
        if max(solid_from(range.r), solid_from(range.g)) <= 0.5 {
            near = leave;
            t = max(leave, t + NUDGE);
            continue;
        }
        for (var i = 0; i < 64; i++) {
            let solid = solid_at(ray.origin + t * ray.direction);
            if solid > 0.5 {
                return refine(ray, near, t);
            }
            near = t;
            t += max(SHORTEST_STEP, (0.5 - solid) / STEEPEST) * scale;
            if t > leave {
                break;
            }
        }
    }
    return OUTSIDE;
}

// Four bisections and a secant between a point outside and a point inside.
fn refine(ray: Ray, outside: f32, inside: f32) -> f32 {
    var a = outside;
    var b = inside;
    for (var i = 0; i < 4; i++) {
        let middle = 0.5 * (a + b);
        if solid_at(ray.origin + middle * ray.direction) > 0.5 {
            b = middle;
        } else {
            a = middle;
        }
    }
    let below = 0.5 - solid_at(ray.origin + a * ray.direction);
    let above = solid_at(ray.origin + b * ray.direction) - 0.5;
    return mix(a, b, clamp(below / max(below + above, 1e-5), 0.0, 1.0));
}

@fragment
fn fs_surface(pixel: Pixel) -> @location(0) vec4f {
    let ray = pixel_ray(pixel.ndc);
    let span = clipped_span(ray);
    if span.near >= span.far {
        discard;
    }
    let slice = nearest_slice(ray, span);
    let end = min(span.far, slice.distance);
    let start = span.near + NUDGE;
    var distance = start;
    var normal = span.normal;
    if solid_at(ray.origin + start * ray.direction) <= 0.5 {
        distance = march_to_solid(ray, start, end);
        normal = surface_normal(ray.origin + distance * ray.direction, -ray.direction);
    }
    if distance > OUTSIDE && distance <= slice.distance {
        let q = ray.origin + distance * ray.direction;
        let colour = lit(q, normal, -ray.direction, frame.solid.rgb);
        return vec4f(with_distance(colour, distance), 1.0);
    }
    if slice.distance > 1e29 {
        discard;
    }
    return vec4f(slice.colour, 1.0);
}
