// Spheres as quads. The quad lies through the centre, across the line from the eye to it, and is enlarged to hold
// the silhouette in perspective, so spheres at the border of the picture are whole.

struct Sphere {
    @location(0) centre: vec3f,
    @location(1) radius: f32,
    @location(2) colour: vec4f,
    @location(3) id: u32,
}

struct Fragment {
    @builtin(position) position: vec4f,
    @location(0) at: vec2f, // on the quad, in radii
    // Depth of a point on the sphere: w + dot(xyz, normal), with the normal in the quad's axes.
    @location(1) @interpolate(flat) depth: vec4f,
    @location(2) @interpolate(flat) colour: vec4f,
    @location(3) @interpolate(flat) shape: vec2f, // x: radius over distance, 0 if orthographic; y: unused
    @location(4) @interpolate(flat) id: u32,
}

@vertex
fn vs_sphere(@builtin(vertex_index) index: u32, sphere: Sphere) -> Fragment {
    let centre = (frame.view * vec4f(sphere.centre, 1.0)).xyz;
    let distance = length(centre);
    let orthographic = is_orthographic();
    if !orthographic && (distance <= 1.001 * sphere.radius || -centre.z + sphere.radius <= frame.depth.w) {
        // Around or behind the eye.
        return Fragment(vec4f(0.0, 0.0, 2.0, 1.0), vec2f(0.0), vec4f(0.0), vec4f(0.0), vec2f(0.0), 0u);
    }
    let forward = select(centre / distance, vec3f(0.0, 0.0, -1.0), orthographic);
    let right = normalize(vec3f(-forward.z, 0.0, forward.x));
    let up = cross(right, forward);
    let share = select(sphere.radius / distance, 0.0, orthographic);
    let corner = vec2f(f32(index & 1u), f32((index >> 1u) & 1u)) * 2.0 - 1.0;
    let at = corner * inverseSqrt(1.0 - share * share);
    let point = centre + sphere.radius * (right * at.x + up * at.y);
    let depth = vec4f(-sphere.radius * vec3f(right.z, up.z, forward.z), -centre.z);
    return Fragment(impostor_position(point), at, depth, sphere.colour, vec2f(share, 0.0), sphere.id);
}

// The ray through `at` meets the sphere nearest to the eye. In the quad's axes, with k = radius / distance, the ray
// passes the centre at the share w = 1 / (1 + k² at²) of its way to the quad.
fn surface(fragment: Fragment) -> Surface {
    let k = fragment.shape.x;
    let square = dot(fragment.at, fragment.at);
    let w = 1.0 / (1.0 + k * k * square);
    let room = 1.0 - square * w;
    if room < 0.0 {
        discard;
    }
    let back = sqrt(room * w); // half the chord, along the line of sight
    let normal = vec3f(fragment.at * (w - k * back), -(k * square * w + back));
    let depth = fragment.depth.w + dot(fragment.depth.xyz, normal);
    if depth < frame.depth.w {
        discard;
    }
    let towards = vec3f(normal.xy, -normal.z);
    let colour = lit(fragment.colour.rgb, dot(towards, KEY), dot(towards, HALF_WAY), towards.z);
    return Surface(colour, fragment.colour.a, depth, fragment.id);
}
