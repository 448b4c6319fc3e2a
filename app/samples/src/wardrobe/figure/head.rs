//! The face.

use super::Brush;
use crate::wardrobe::{
    Group, HairStyle, Person,
    geometry::{Axes, mix},
    outline::circle,
    palette::{blended, lightness, shaded},
    skeleton::Skeleton,
};

/// Lips are the skin with this in it.
const LIPS: [u8; 3] = [176, 60, 66];
const EYES: [u8; 3] = [44, 34, 32];
const FRAMES: [u8; 3] = [40, 40, 46];

/// Head, face, beard and glasses; hair is drawn apart.
pub(super) fn draw(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let (head, skin, jaw) = (&skeleton.head, person.skin, person.build.jaw);
    let face = Group::Face;
    if person.hair != HairStyle::Scarf {
        for side in [-1.0, 1.0] {
            brush.oval(head, [0.97 * side, 0.13], [0.15, 0.21], face, shaded(skin, 0.86));
        }
    }
    let outline = [
        [0.0, -1.0],
        [0.56, -0.87],
        [0.90, -0.45],
        [0.95, 0.05],
        [mix(0.95, 0.86 * jaw, 0.8), 0.48],
        [0.50 * jaw, 0.88],
        [0.0, 1.02],
    ];
    brush.twin_shape(head, &outline, face, skin);
    // Cheeks.
    for side in [-1.0, 1.0] {
        brush.oval(head, [0.52 * side, 0.42], [0.19, 0.13], face, blended(skin, LIPS, 0.16));
    }
    if person.beard {
        beard(brush, person, head);
    }
    features(brush, person, head);
    if person.glasses {
        glasses(brush, head);
    }
}

fn features(brush: &mut Brush, person: &Person, head: &Axes) {
    let (skin, face) = (person.skin, Group::Face);
    let brow = if person.hair == HairStyle::Scarf || lightness(person.hair_colour) > 150 {
        shaded(skin, 0.5)
    } else {
        shaded(person.hair_colour, 0.9)
    };
    let white = blended([250, 248, 244], skin, 0.12);
    brush.both(head, &[[0.20, -0.20], [0.42, -0.29], [0.62, -0.20], [0.42, -0.22]], face, brow);
    for side in [-1.0, 1.0] {
        brush.oval(head, [0.40 * side, 0.04], [0.17, 0.085], face, white);
        brush.oval(head, [0.40 * side, 0.035], [0.085, 0.085], face, EYES);
        brush.oval(head, [0.40 * side + 0.03, 0.005], [0.025, 0.02], face, white);
    }
    brush.both(head, &[[0.22, 0.03], [0.40, -0.065], [0.59, 0.03], [0.40, -0.03]], face, shaded(skin, 0.45));
    brush.shape(
        head,
        &[[-0.02, 0.08], [0.06, 0.3], [0.13, 0.40], [0.0, 0.44], [-0.12, 0.40], [-0.02, 0.37]],
        face,
        shaded(skin, 0.86),
    );
    let lips = blended(shaded(skin, 0.9), LIPS, 0.55);
    brush.shape(
        head,
        &[[-0.28, 0.63], [0.0, 0.61], [0.28, 0.63], [0.14, 0.73], [0.0, 0.76], [-0.14, 0.73]],
        face,
        lips,
    );
    brush.shape(head, &[[-0.28, 0.63], [0.0, 0.65], [0.28, 0.63], [0.0, 0.69]], face, shaded(lips, 0.62));
}

fn beard(brush: &mut Brush, person: &Person, head: &Axes) {
    let jaw = person.build.jaw;
    let colour = if person.hair == HairStyle::Scarf { shaded(person.skin, 0.4) } else { person.hair_colour };
    let half = [
        [0.0, 0.50],
        [0.26, 0.50],
        [0.52, 0.58],
        [0.80 * jaw, 0.16],
        [0.97, 0.02],
        [mix(0.95, 0.88 * jaw, 0.8), 0.52],
        [0.54 * jaw, 0.96],
        [0.0, 1.14],
    ];
    brush.twin_shape(head, &half, Group::Face, blended(colour, person.skin, 0.12));
}

fn glasses(brush: &mut Brush, head: &Axes) {
    const RIM: f32 = 0.055;
    let face = Group::Face;
    for side in [-1.0, 1.0] {
        // A rim is a ring: out along the outer circle, back along the inner one.
        let outer = circle([0.42 * side, 0.05], 0.27);
        let mut ring = outer.clone();
        ring.push(outer[0]);
        let inner = circle([0.42 * side, 0.05], 0.27 - RIM);
        ring.push(inner[0]);
        ring.extend(inner.iter().rev());
        brush.plain(&head.place_all(&ring), face, FRAMES);
        let bar = [[0.69 * side, -0.01], [0.96 * side, -0.04], [0.96 * side, 0.02], [0.69 * side, 0.05]];
        brush.plain(&head.place_all(&bar), face, FRAMES);
    }
    brush.plain(&head.place_all(&[[-0.16, 0.0], [0.16, 0.0], [0.16, 0.055], [-0.16, 0.055]]), face, FRAMES);
}
