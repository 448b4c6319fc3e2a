// A translucent body: the value picks opacity and colour, front to back, until the ray is opaque.

fn opacity_of(value: f32) -> f32 {
    return smoothstep(frame.transfer.x, frame.transfer.y, value);
}

fn value_at(q: vec3f) -> f32 {
    return textureSampleLevel(raw, linear_sampler, q / frame.shape.xyz, 0.0).r;
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
    let step = frame.transfer.w * frame.forward.w;
    // The value a little towards the light tells how much of the body lies in front of this point.
    let towards_light = frame.light.xyz * max(1.0, 0.02 * frame.shape.x);
    var t = span.near + step * pixel_noise(pixel.position.xy);
    var colour = vec3f(0.0);
    var through = 1.0;
    for (var crossed = 0; crossed < 2048; crossed++) {
        if t >= end || through < 0.015 {
            break;
        }
        let brick = brick_at(ray.origin + t * ray.direction);
        let leave = min(brick_exit(ray, brick) + NUDGE, end);
        if textureLoad(bricks, brick, 0).a <= frame.transfer.x {
            // Whole steps only: the sampling keeps its phase, so no brick pattern shows.
            t += max(1.0, ceil((leave - t) / step)) * step;
            continue;
        }
        for (var i = 0; i < 512; i++) {
            let q = ray.origin + t * ray.direction;
            let value = value_at(q);
            let opacity = opacity_of(value);
            if opacity > 0.0 {
                let alpha = 1.0 - exp(-frame.transfer.z * opacity * step);
                let relief = clamp(0.5 + 1.6 * (value - value_at(q + towards_light)), 0.0, 1.0);
                let shade = mix(0.55, 1.15, relief);
                colour += through * alpha * shade * mix(frame.low.rgb, frame.high.rgb, value);
                through *= 1.0 - alpha;
            }
            t += step;
            if t > leave || through < 0.015 {
                break;
            }
        }
    }
    if slice.distance < 1e29 {
        return vec4f(colour + through * slice.colour, 1.0);
    }
    return vec4f(colour, 1.0 - through);
}
