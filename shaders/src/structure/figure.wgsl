// Effects for figures, over the whole picture: hollows are darkened (scalable ambient obscurance, McGuire et al.
// 2012) and the contour of what lies before something deeper is drawn. Both go by the depth of every pixel.

@group(0) @binding(1) var picture: texture_2d<f32>; // premultiplied
@group(0) @binding(2) var shapes: texture_2d<u32>;  // bits of the depth, 0 for nothing; id

struct Pixel {
    @builtin(position) position: vec4f,
}

@vertex
fn vs_figure(@builtin(vertex_index) index: u32) -> Pixel {
    let corner = vec2f(f32((index << 1u) & 2u), f32(index & 2u));
    return Pixel(vec4f(corner * 2.0 - 1.0, 0.0, 1.0));
}

const NOTHING: f32 = 1e9;

fn depth_at(pixel: vec2i) -> f32 {
    let size = vec2i(textureDimensions(shapes));
    let bits = textureLoad(shapes, clamp(pixel, vec2i(0), size - 1), 0).r;
    return select(bitcast<f32>(bits), NOTHING, bits == 0u);
}

// Eye coordinates with z towards the viewer as a depth: (x, y, depth).
fn point_at(pixel: vec2i, depth: f32) -> vec3f {
    let size = vec2f(textureDimensions(shapes));
    let ndc = (vec2f(pixel) + 0.5) / size * vec2f(2.0, -2.0) + vec2f(-1.0, 1.0);
    let across = ndc / frame.scale.xy;
    return vec3f(select(across * depth, across, is_orthographic()), depth);
}

// The nearer in depth of the two neighbours along an axis: the other may lie beyond an edge.
fn slope(pixel: vec2i, step: vec2i, here: vec3f) -> vec3f {
    let ahead = depth_at(pixel + step);
    let behind = depth_at(pixel - step);
    if abs(ahead - here.z) < abs(behind - here.z) {
        return point_at(pixel + step, ahead) - here;
    }
    return here - point_at(pixel - step, behind);
}

const SAMPLES: i32 = 24;
const TURNS: f32 = 7.0;
const RADIUS: f32 = 2.6;    // Å
const MOST_PIXELS: f32 = 160.0;

fn light_that_reaches(pixel: vec2i, here: vec3f) -> f32 {
    let cross_ = cross(slope(pixel, vec2i(1, 0), here), slope(pixel, vec2i(0, -1), here));
    let size = length(cross_);
    if size < 1e-12 {
        return 1.0;
    }
    // x right, y up, depth away: the cross product points away from the viewer, so the normal is its opposite.
    var normal = cross_ / size;
    normal = select(normal, -normal, normal.z > 0.0);
    let height = f32(textureDimensions(shapes).y);
    let per_length = 0.5 * height * frame.scale.y / select(here.z, 1.0, is_orthographic());
    let reach = min(RADIUS * per_length, MOST_PIXELS);
    // Interleaved gradient noise (Jimenez 2014) turns the pattern from pixel to pixel.
    let noise = fract(52.9829189 * fract(dot(vec2f(pixel), vec2f(0.06711056, 0.00583715))));
    var hidden = 0.0;
    for (var i = 0; i < SAMPLES; i++) {
        let share = (f32(i) + 0.5) / f32(SAMPLES);
        let angle = 6.2831853 * (share * TURNS + noise);
        let beside = pixel + vec2i(round(vec2f(cos(angle), sin(angle)) * reach * share));
        let depth = depth_at(beside);
        let towards = point_at(beside, depth) - here;
        let square = dot(towards, towards);
        let room = max(RADIUS * RADIUS - square, 0.0);
        hidden += room * room * room * max(dot(towards, normal) - 0.05 * RADIUS, 0.0) / (square + 0.01);
    }
    let cube = RADIUS * RADIUS * RADIUS;
    let obscurance = hidden * RADIUS / (cube * cube * f32(SAMPLES));
    // Saturates softly: the deepest hollow keeps its colour.
    return mix(0.3, 1.0, exp(-2.0 * obscurance));
}

// 1 on the contour: inside, where something much deeper lies within its width.
fn contour(pixel: vec2i, depth: f32) -> f32 {
    let width = max(1, i32(round(frame.figure.w)));
    var farthest = 0.0;
    for (var i = 0; i < 8; i++) {
        let angle = 0.78539816 * f32(i);
        let beside = pixel + vec2i(round(vec2f(cos(angle), sin(angle)) * f32(width)));
        farthest = max(farthest, depth_at(beside) - depth);
    }
    return smoothstep(0.25, 0.6, farthest);
}

@fragment
fn fs_figure(input: Pixel) -> @location(0) vec4f {
    let pixel = vec2i(input.position.xy);
    let colour = textureLoad(picture, pixel, 0);
    let depth = depth_at(pixel);
    if depth == NOTHING {
        return colour;
    }
    let here = point_at(pixel, depth);
    var light = 1.0;
    if frame.figure.z > 0.5 {
        light = light_that_reaches(pixel, here);
    }
    if frame.figure.w > 0.0 {
        light *= 1.0 - 0.85 * contour(pixel, depth);
    }
    return vec4f(colour.rgb * light, colour.a);
}
