// Light on the solid: a key light that follows the camera, a sky above and a warm ground below, both dimmed by
// what surrounds the point (cones through the mips of the field).

const CONE_START: f32 = 1.6;    // voxels off the surface, where the point's own solid no longer shades it
const AMBIENT_REACH: f32 = 22.0; // voxels

// Light that comes through a cone: 1 = nothing in the way.
fn cone_light(q: vec3f, direction: vec3f, spread: f32, reach: f32) -> f32 {
    var light = 1.0;
    var distance = CONE_START;
    for (var i = 0; i < 14; i++) {
        let at = q + direction * distance;
        if !in_clipped_box(at) {
            // The box is convex and empty outside: nothing more can be in the way.
            break;
        }
        let width = max(1.0, spread * distance);
        // Whole levels: half the texture reads of a mix of two.
        let solid = occupancy(at, floor(log2(width) + 0.5));
        light *= 1.0 - smoothstep(0.1, 0.95, solid) * (1.0 - distance / reach);
        distance += max(1.2, 0.9 * width);
        if distance > reach || light < 0.03 {
            break;
        }
    }
    return light;
}

// Light from the hemisphere around a normal.
fn ambient_light(q: vec3f, normal: vec3f) -> f32 {
    let straight = cone_light(q, normal, 1.0, AMBIENT_REACH);
    if frame.forward.w > 1.5 {
        // Moving on a slow adapter: one cone stands for all.
        return straight * (0.6 + 0.4 * straight);
    }
    let helper = select(vec3f(1.0, 0.0, 0.0), vec3f(0.0, 0.0, 1.0), abs(normal.z) < 0.7);
    let tangent = normalize(cross(normal, helper));
    let bitangent = cross(normal, tangent);
    var light = 0.3 * straight;
    for (var i = 0; i < 5; i++) {
        let angle = 1.2566371 * f32(i) + 0.4;
        let aside = tangent * cos(angle) + bitangent * sin(angle);
        light += 0.14 * cone_light(q, normalize(0.55 * normal + 0.835 * aside), 1.0, AMBIENT_REACH);
    }
    return light;
}

fn lit(q: vec3f, normal: vec3f, view: vec3f, colour: vec3f) -> vec3f {
    let facing = dot(normal, view);
    let key = max(0.0, dot(normal, frame.light.xyz));
    var ambient = 1.0;
    var shadow = 1.0;
    if frame.light.w > 0.5 {
        ambient = ambient_light(q, normal);
        if key > 0.0 {
            shadow = cone_light(q, frame.light.xyz, 0.25, 40.0);
        }
    }
    // Light that bounced off the same colour: hollows stay warm instead of turning grey.
    let bounced = ambient * ambient / (1.0 - colour * 0.6 * (1.0 - ambient));
    let sky = mix(vec3f(0.44, 0.40, 0.37), vec3f(0.62, 0.66, 0.72), 0.5 + 0.5 * normal.z);
    let half_way = normalize(frame.light.xyz + view);
    let gloss = pow(max(0.0, dot(normal, half_way)), 28.0) * shadow * 0.06;
    let rim = 1.0 - 0.4 * pow(1.0 - clamp(facing, 0.0, 1.0), 3.0);
    return (colour * (sky * bounced + vec3f(0.70, 0.67, 0.63) * key * shadow) + gloss) * rim;
}

// Far parts fade a little into the background, for depth.
fn with_distance(colour: vec3f, distance: f32) -> vec3f {
    let radius = 0.5 * length(frame.shape.xyz);
    let middle = dot(0.5 * frame.shape.xyz - frame.eye.xyz, frame.forward.xyz);
    let depth = (distance - middle + radius) / (2.0 * radius);
    return mix(colour, frame.background.rgb, 0.28 * smoothstep(0.25, 1.0, depth));
}
