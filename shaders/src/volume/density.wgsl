// A translucent body: pore and grain each have a colour and an extinction; front to back, until the ray is opaque.

const OPAQUE: f32 = 0.02; // of the light behind; less does not show

fn grain_share(value: f32) -> f32 {
    return smoothstep(frame.transfer.x, frame.transfer.y, value);
}

fn value_at(q: vec3f) -> f32 {
    return textureSampleLevel(raw, linear_sampler, q / frame.shape.xyz, 0.0).r;
}

struct Light {
    colour: vec3f,  // collected so far
    through: f32,   // share of what lies behind that comes through
}

// Adds a stretch of the ray with one value. `rise` is how much the value rises towards the light: a pore is lit
// where grain lies towards the light, and the other way round.
fn absorb(light: Light, share: f32, rise: f32, stretch: f32) -> Light {
    let pore = frame.low.w * (1.0 - share);
    let grain = frame.high.w * share;
    let alpha = 1.0 - exp(-(pore + grain) * stretch);
    let relief = clamp(vec2f(0.5) + 1.6 * vec2f(rise, -rise), vec2f(0.0), vec2f(1.0));
    let shade = mix(vec2f(0.4), vec2f(1.2), relief);
    let colour = (pore * shade.x * frame.low.rgb + grain * shade.y * frame.high.rgb) / max(pore + grain, 1e-6);
    return Light(light.colour + light.through * alpha * colour, light.through * (1.0 - alpha));
}

@fragment
fn fs_density(pixel: Pixel) -> @location(0) vec4f {
    let ray = pixel_ray(pixel.ndc);
    let span = clipped_span(ray);
    if span.near >= span.far {
        discard;
    }
    let slice = nearest_slice(ray, span);
    let end = min(span.far, slice.distance);
    let step = frame.transfer.z * frame.forward.w;
    let noise = pixel_noise(pixel.position.xy);
    let towards_light = frame.light.xyz * max(1.0, 0.02 * frame.shape.x);
    var light = Light(vec3f(0.0), 1.0);
    var t = span.near;
    var before = -1.0; // share at the last sample
    for (var crossed = 0; crossed < 2048; crossed++) {
        if t >= end || light.through < OPAQUE {
            break;
        }
        let brick = brick_at(ray.origin + (t + NUDGE) * ray.direction);
        let leave = clamp(brick_exit(ray, brick), t + NUDGE, end);
        let range = textureLoad(bricks, brick, 0);
        let share = vec2f(grain_share(range.b), grain_share(range.a));
        if share.x == share.y {
            // One phase all through: the stretch has a closed form.
            light = absorb(light, share.x, 0.0, leave - t);
            before = share.x;
        } else {
            let count = ceil((leave - t) / step);
            let stretch = (leave - t) / count;
            for (var i = 0.0; i < count; i += 1.0) {
                let q = ray.origin + (t + (i + noise) * stretch) * ray.direction;
                let value = value_at(q);
                let share = grain_share(value);
                var rise = 0.0;
                // Only at a border, and only of matter that is dense enough to show it, is there relief.
                let border = share != before || (share > 0.0 && share < 1.0);
                if border && mix(frame.low.w, frame.high.w, share) * stretch > 0.02 {
                    rise = value_at(q + towards_light) - value;
                }
                before = share;
                light = absorb(light, share, rise, stretch);
                if light.through < OPAQUE {
                    break;
                }
            }
        }
        t = leave;
    }
    if slice.distance < 1e29 {
        return vec4f(light.colour + light.through * slice.colour, 1.0);
    }
    return vec4f(light.colour, 1.0 - light.through);
}
