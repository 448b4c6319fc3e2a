// Cylinders with flat ends as quads around their silhouette. The ray is turned into the cylinder's own axes, in units
// of its radius; there it is linear over the picture, so the vertex stage does the turning.

struct Cylinder {
    @location(0) begin: vec3f,
    @location(1) radius: f32,
    @location(2) end: vec3f,
    @location(3) id: u32,
    @location(4) first: vec4f,
    @location(5) second: vec4f,
}

struct Fragment {
    @builtin(position) position: vec4f,
    @location(0) origin: vec3f,    // of the ray, at the depth of the beginning
    @location(1) direction: vec3f, // per Å of depth
    @location(2) @interpolate(flat) sizes: vec2f, // length in radii; depth of the beginning
    // The key light, the half-way vector and the viewer in the cylinder's axes.
    @location(3) @interpolate(flat) key: vec3f,
    @location(4) @interpolate(flat) half_way: vec3f,
    @location(5) @interpolate(flat) viewer: vec3f,
    @location(6) @interpolate(flat) first: vec4f,
    @location(7) @interpolate(flat) second: vec4f,
    @location(8) @interpolate(flat) id: u32,
}

// A disc of the picture plane (perspective: at depth 1) that holds a ball.
struct Disc {
    centre: vec2f,
    radius: f32,
}

fn disc_of(ball: vec3f, radius: f32) -> Disc {
    if is_orthographic() {
        return Disc(ball.xy, radius);
    }
    let depth = -ball.z;
    let inverse = 1.0 / max(depth * depth - radius * radius, 1e-6);
    return Disc(ball.xy * depth * inverse, radius * sqrt(max(dot(ball, ball) - radius * radius, 0.0)) * inverse);
}

@vertex
fn vs_cylinder(@builtin(vertex_index) index: u32, cylinder: Cylinder) -> Fragment {
    let begin = (frame.view * vec4f(cylinder.begin, 1.0)).xyz;
    let end = (frame.view * vec4f(cylinder.end, 1.0)).xyz;
    let radius = cylinder.radius;
    let orthographic = is_orthographic();
    let span = end - begin;
    let size = length(span);
    let nearest = max(frame.depth.w, 1.05 * radius);
    if size < 1e-5 || (!orthographic && max(-begin.z, -end.z) <= nearest) {
        let none = vec3f(0.0);
        return Fragment(vec4f(0.0, 0.0, 2.0, 1.0), none, none, vec2f(0.0), none, none, none, vec4f(0.0), vec4f(0.0), 0u);
    }
    // The part before the eye bounds what can be seen.
    var seen_begin = begin;
    var seen_end = end;
    if !orthographic {
        if -begin.z < nearest {
            seen_begin = mix(begin, end, (nearest + begin.z) / (begin.z - end.z));
        } else if -end.z < nearest {
            seen_end = mix(end, begin, (nearest + end.z) / (end.z - begin.z));
        }
    }
    let a = disc_of(seen_begin, radius);
    let b = disc_of(seen_end, radius);
    let reach = max(a.radius, b.radius);
    let between = b.centre - a.centre;
    let apart = length(between);
    let along = select(vec2f(1.0, 0.0), between / max(apart, 1e-12), apart > 1e-9);
    let across = vec2f(-along.y, along.x);
    let at_end = f32(index & 1u);
    let side = f32((index >> 1u) & 1u) * 2.0 - 1.0;
    let at = mix(a.centre, b.centre, at_end) + reach * (along * (2.0 * at_end - 1.0) + across * side);

    let axis = span / size;
    let helper = select(vec3f(0.0, 0.0, 1.0), vec3f(1.0, 0.0, 0.0), abs(axis.z) > 0.9);
    let right = normalize(cross(axis, helper));
    let up = cross(axis, right);
    let to_axes = transpose(mat3x3f(right, up, axis));
    let depth = -begin.z;
    let origin = select(at * depth, at, orthographic) - begin.xy;
    let direction = select(vec3f(at, -1.0), vec3f(0.0, 0.0, -1.0), orthographic);
    return Fragment(
        vec4f(frame.scale.xy * at * frame.tile.xy + frame.tile.zw, 0.5, 1.0),
        to_axes * vec3f(origin, 0.0) / radius,
        to_axes * direction / radius,
        vec2f(size / radius, depth),
        to_axes * KEY,
        to_axes * HALF_WAY,
        vec3f(right.z, up.z, axis.z),
        cylinder.first,
        cylinder.second,
        cylinder.id,
    );
}

fn surface(fragment: Fragment) -> Surface {
    let origin = fragment.origin;
    let direction = fragment.direction;
    let a = max(dot(direction.xy, direction.xy), 1e-12);
    let b = dot(origin.xy, direction.xy);
    let room = b * b - a * (dot(origin.xy, origin.xy) - 1.0);
    if room < 0.0 {
        discard;
    }
    let size = fragment.sizes.x;
    var t = -(b + sqrt(room)) / a;
    var along = origin.z + t * direction.z;
    var normal = vec3f(origin.xy + t * direction.xy, 0.0);
    if along < 0.0 || along > size {
        // Beside the wall; an end may be in the way. A ray across the axis meets none.
        along = select(0.0, size, direction.z < 0.0);
        t = (along - origin.z) / select(direction.z, 1e-12, abs(direction.z) < 1e-12);
        let at = origin.xy + t * direction.xy;
        if dot(at, at) > 1.0 {
            discard;
        }
        normal = vec3f(0.0, 0.0, select(-1.0, 1.0, direction.z < 0.0));
    }
    let depth = fragment.sizes.y + t;
    if depth < frame.depth.w {
        discard;
    }
    let colour = select(fragment.second, fragment.first, along < 0.5 * size);
    let facing = dot(normal, fragment.viewer);
    return Surface(
        lit(colour.rgb, dot(normal, fragment.key), dot(normal, fragment.half_way), facing),
        colour.a,
        depth,
        fragment.id,
    );
}
