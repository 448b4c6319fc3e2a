// What every shader of structures sees: the camera and the light. Eye coordinates have x right, y up and the viewer
// at the origin looking along -z; `depth` is the distance before the eye, -z. Lengths are in Å.

// Kept in step with `FrameUniform` in frame.rs.
struct Frame {
    view: mat4x4f,  // world to eye
    scale: vec4f,   // xy: from the eye's x and y (perspective: per depth) to -1..1; z: 1 if orthographic
    depth: vec4f,   // written depth = x + y / depth + z * depth; w: nearest depth
    fog: vec4f,     // rgb: background; w: how much far parts fade
    tile: vec4f,    // part of the picture that fills the target: factor and shift of -1..1
    figure: vec4f,  // x: depth where fading begins; y: 1 / its length; z: 1 for occlusion; w: width of the contour
}

@group(0) @binding(0) var<uniform> frame: Frame;

fn is_orthographic() -> bool {
    return frame.scale.z > 0.5;
}

// Clip position of a point in eye coordinates, with a depth that never leaves the view volume: for impostors, which
// write their own.
fn impostor_position(point: vec3f) -> vec4f {
    let w = select(-point.z, 1.0, is_orthographic());
    return vec4f(frame.scale.xy * point.xy * frame.tile.xy + frame.tile.zw * w, 0.5 * w, w);
}

// Clip position of a point in eye coordinates.
fn solid_position(point: vec3f) -> vec4f {
    let w = select(-point.z, 1.0, is_orthographic());
    let depth = frame.depth.x * w + frame.depth.y - frame.depth.z * point.z;
    return vec4f(frame.scale.xy * point.xy * frame.tile.xy + frame.tile.zw * w, depth, w);
}

fn written_depth(depth: f32) -> f32 {
    return frame.depth.x + frame.depth.y / depth + frame.depth.z * depth;
}

// A key light from the upper left behind the viewer, light from the front, and a little gloss. Normals have x right,
// y up and z towards the viewer; colours are lit as displayed, as the palettes were chosen.
const KEY: vec3f = vec3f(-0.4364, 0.5455, 0.7155);
const HALF_WAY: vec3f = vec3f(-0.2356, 0.2945, 0.9261); // between the key light and the viewer

// By the cosines of the normal with the key light, the half-way vector and the viewer.
fn lit(colour: vec3f, key: f32, half_way: f32, facing: f32) -> vec3f {
    let gloss2 = max(half_way, 0.0) * max(half_way, 0.0);
    let gloss4 = gloss2 * gloss2;
    let gloss8 = gloss4 * gloss4;
    let gloss32 = gloss8 * gloss8 * gloss8 * gloss8;
    return colour * (0.34 + 0.26 * facing + 0.46 * max(key, 0.0)) + 0.22 * gloss32;
}

fn faded(colour: vec3f, depth: f32) -> vec3f {
    let share = clamp((depth - frame.figure.x) * frame.figure.y, 0.0, 1.0);
    return mix(colour, frame.fog.rgb, frame.fog.w * share);
}

// What the passes write: the picture; the picture with depth and id for effects; the id alone.
struct Surface {
    colour: vec3f,
    alpha: f32,
    depth: f32,
    id: u32,
}

struct Seen {
    @location(0) colour: vec4f,
    @builtin(frag_depth) depth: f32,
}

struct SeenWithShape {
    @location(0) colour: vec4f,
    @location(1) shape: vec2u, // bits of the depth; id
    @builtin(frag_depth) depth: f32,
}

struct SeenId {
    @location(0) id: u32,
    @builtin(frag_depth) depth: f32,
}

fn seen(surface: Surface) -> Seen {
    let colour = faded(surface.colour, surface.depth);
    return Seen(vec4f(colour * surface.alpha, surface.alpha), written_depth(surface.depth));
}

fn seen_with_shape(surface: Surface) -> SeenWithShape {
    let picture = seen(surface);
    return SeenWithShape(picture.colour, vec2u(bitcast<u32>(surface.depth), surface.id), picture.depth);
}

fn seen_id(surface: Surface) -> SeenId {
    return SeenId(surface.id, written_depth(surface.depth));
}
