// Triangles: faces of polyhedra, and the cones of arrow heads.

struct Corner {
    @location(0) position: vec3f,
    @location(1) normal: vec3f,
    @location(2) colour: vec4f,
    @location(3) id: u32,
}

struct Cone {
    @location(0) base: vec3f,
    @location(1) radius: f32,
    @location(2) tip: vec3f,
    @location(3) colour: vec4f,
}

struct Fragment {
    @builtin(position) position: vec4f,
    @location(0) normal: vec3f, // eye axes
    @location(1) depth: f32,
    @location(2) @interpolate(flat) colour: vec4f,
    @location(3) @interpolate(flat) id: u32,
}

fn turned(vector: vec3f) -> vec3f {
    return (frame.view * vec4f(vector, 0.0)).xyz;
}

@vertex
fn vs_face(corner: Corner) -> Fragment {
    let point = (frame.view * vec4f(corner.position, 1.0)).xyz;
    return Fragment(solid_position(point), turned(corner.normal), -point.z, corner.colour, corner.id);
}

const SIDES: u32 = 16u; // `CONE_SIDES` in pipelines.rs

// Six vertices a side: a triangle of the mantle and one of the base.
@vertex
fn vs_cone(@builtin(vertex_index) index: u32, cone: Cone) -> Fragment {
    let base = (frame.view * vec4f(cone.base, 1.0)).xyz;
    let tip = (frame.view * vec4f(cone.tip, 1.0)).xyz;
    let span = tip - base;
    let size = max(length(span), 1e-6);
    let axis = span / size;
    let helper = select(vec3f(0.0, 0.0, 1.0), vec3f(1.0, 0.0, 0.0), abs(axis.z) > 0.9);
    let right = normalize(cross(axis, helper));
    let up = cross(axis, right);
    let side = index / 6u;
    let corner = index % 6u;
    let step = 6.2831853 / f32(SIDES);
    // Corners 0, 1 and 3, 4 are on the rim; 2 is the tip and 5 the middle of the base.
    let turn = (f32(side) + f32(corner % 3u)) * step;
    let outwards = right * cos(turn) + up * sin(turn);
    var point = base + outwards * cone.radius;
    var normal = normalize(outwards * size + axis * cone.radius);
    if corner == 2u {
        let middle = (f32(side) + 0.5) * step;
        point = tip;
        normal = normalize((right * cos(middle) + up * sin(middle)) * size + axis * cone.radius);
    }
    if corner >= 3u {
        normal = -axis;
        point = select(point, base, corner == 5u);
    }
    return Fragment(solid_position(point), normal, -point.z, cone.colour, 0u);
}

fn surface(fragment: Fragment) -> Surface {
    let length_ = max(length(fragment.normal), 1e-6);
    // Both sides of a face are lit alike.
    let normal = fragment.normal / length_ * select(-1.0, 1.0, fragment.normal.z > 0.0);
    let colour = lit(fragment.colour.rgb, dot(normal, KEY), dot(normal, HALF_WAY) * 0.9, normal.z);
    return Surface(colour, fragment.colour.a, fragment.depth, fragment.id);
}
