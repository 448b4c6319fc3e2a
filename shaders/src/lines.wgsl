// Segments of a width in pixels, drawn as quads with soft borders. The ends are points in the world moved by
// pixels, so letters can hang beside an edge at a fixed size.

struct View {
    matrix: mat4x4f,
    pixels: vec4f, // xy: size of the viewport; z: width of a line; w: pixels per unit of `*_pixels`
}

@group(0) @binding(0) var<uniform> view: View;

struct Segment {
    @location(0) begin: vec3f,
    @location(1) begin_pixels: vec2f,
    @location(2) end: vec3f,
    @location(3) end_pixels: vec2f,
    @location(4) colour: vec4f, // linear, not premultiplied
}

struct Fragment {
    @builtin(position) position: vec4f,
    @location(0) colour: vec4f,
    @location(1) across: f32, // pixels from the middle of the line
}

const NEAR: f32 = 0.01;

@vertex
fn vs_line(@builtin(vertex_index) index: u32, segment: Segment) -> Fragment {
    var begin = view.matrix * vec4f(segment.begin, 1.0);
    var end = view.matrix * vec4f(segment.end, 1.0);
    if max(begin.w, end.w) < NEAR {
        return Fragment(vec4f(0.0, 0.0, 2.0, 1.0), vec4f(0.0), 0.0);
    }
    // Cut what lies behind the eye.
    if begin.w < NEAR {
        begin = mix(begin, end, (NEAR - begin.w) / (end.w - begin.w));
    } else if end.w < NEAR {
        end = mix(end, begin, (NEAR - end.w) / (begin.w - end.w));
    }
    let half_size = 0.5 * view.pixels.xy;
    let from_pixel = begin.xy / begin.w * half_size + segment.begin_pixels * view.pixels.w;
    let to_pixel = end.xy / end.w * half_size + segment.end_pixels * view.pixels.w;
    let span = to_pixel - from_pixel;
    let along = select(vec2f(1.0, 0.0), span / max(length(span), 1e-6), length(span) > 1e-6);
    let across = vec2f(-along.y, along.x);
    let reach = 0.5 * view.pixels.z + 1.0;
    let at_end = f32(index & 1u);
    let side = f32((index >> 1u) & 1u) * 2.0 - 1.0;
    // Half a width beyond each end closes the corners where segments meet.
    let overhang = (at_end * 2.0 - 1.0) * 0.4 * view.pixels.z;
    let pixel = mix(from_pixel, to_pixel, at_end) + along * overhang + across * side * reach;
    // Where depth matters, a line lies at its own.
    let depth = mix(begin.z / begin.w, end.z / end.w, at_end);
    return Fragment(vec4f(pixel / half_size, depth, 1.0), segment.colour, side * reach);
}

@fragment
fn fs_line(fragment: Fragment) -> @location(0) vec4f {
    let cover = clamp(0.5 * view.pixels.z + 0.5 - abs(fragment.across), 0.0, 1.0);
    let alpha = fragment.colour.a * cover * min(1.0, view.pixels.z);
    return vec4f(fragment.colour.rgb * alpha, alpha);
}
