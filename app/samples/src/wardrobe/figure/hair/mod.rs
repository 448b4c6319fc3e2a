//! Hair and scarves, in the head's axes: x ± 1 are the temples, y −1 the crown, 1 the chin.

mod front;

use super::Brush;
use crate::wardrobe::{
    Group, HairStyle, Person,
    geometry::{Axes, Point, sine_cosine},
    palette::shaded,
    skeleton::Skeleton,
};

pub(super) use front::before;

const HAIR: Group = Group::Hair;

/// What hangs behind the neck and the shoulders.
pub(super) fn behind(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let (head, dark) = (&skeleton.head, shaded(person.hair_colour, 0.80));
    match person.hair {
        HairStyle::Bob => {
            brush.twin_shape(
                head,
                &[[0.0, -1.1], [0.9, -0.9], [1.24, -0.1], [1.30, 0.7], [1.02, 1.16], [0.4, 1.2], [0.0, 1.2]],
                HAIR,
                dark,
            );
        }
        HairStyle::Long => {
            brush.twin_shape(
                head,
                &[[0.0, -1.1], [0.9, -0.9], [1.22, -0.1], [1.36, 1.0], [1.5, 2.1], [0.9, 2.5], [0.0, 2.5]],
                HAIR,
                dark,
            );
        }
        HairStyle::Braid => {
            brush.twin_shape(
                head,
                &[[0.0, -1.1], [0.85, -0.9], [1.12, -0.1], [1.06, 0.6], [0.6, 1.0], [0.0, 1.0]],
                HAIR,
                dark,
            );
        }
        HairStyle::LongCurls => curls(
            brush,
            head,
            dark,
            &[
                (1.25, 0.2, 0.42),
                (1.42, 0.8, 0.44),
                (1.46, 1.4, 0.44),
                (1.2, 1.85, 0.42),
                (0.7, 1.9, 0.5),
                (0.3, 1.7, 0.5),
            ],
        ),
        HairStyle::Curls => curls(brush, head, dark, &[(1.12, 0.15, 0.34), (1.05, 0.5, 0.26)]),
        HairStyle::Bun => brush.oval(head, [0.0, -1.42], [0.46, 0.36], HAIR, dark),
        _ => {}
    }
}

/// What lies over the collar, but behind the face.
pub(super) fn under_face(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let (head, colour) = (&skeleton.head, person.hair_colour);
    if person.hair == HairStyle::Scarf {
        let fall =
            [[0.0, -0.6], [0.9, -0.2], [1.02, 0.6], [1.06, 1.15], [1.7, 1.75], [1.3, 2.25], [0.6, 2.55], [0.0, 2.62]];
        brush.twin_shape(head, &fall, HAIR, colour);
        let dark = shaded(colour, 0.84);
        brush.shape(head, &[[-0.98, 1.02], [-0.2, 1.5], [0.9, 1.25], [0.2, 1.62], [-0.5, 1.5]], HAIR, dark);
        brush.shape(head, &[[-1.3, 1.75], [-0.2, 2.1], [1.2, 1.7], [0.2, 2.24], [-0.7, 2.12]], HAIR, dark);
        brush.twin_shape(
            head,
            &[[0.0, -1.26], [0.72, -1.1], [1.14, -0.45], [1.16, 0.3], [0.86, 0.95], [0.0, 1.22]],
            HAIR,
            colour,
        );
    }
}

/// Hair around the skull: `halves` wide and high, down to `hairline` over the forehead and to `low` before the ears.
fn cap(brush: &mut Brush, head: &Axes, halves: [f32; 2], hairline: f32, low: f32, colour: [u8; 3]) {
    let [x, y] = halves;
    let half = [
        [0.0, -y],
        [0.66 * x, -0.86 * y],
        [0.98 * x, -0.42],
        [0.99 * x, low],
        [0.90, low],
        [0.84, 0.5 * hairline],
        [0.60, 0.9 * hairline],
        [0.0, 1.08 * hairline],
    ];
    brush.twin_shape(head, &half, HAIR, colour);
}

/// Curls on both sides: `(x, y, radius)`, each a ring of small bumps.
fn curls(brush: &mut Brush, head: &Axes, colour: [u8; 3], balls: &[(f32, f32, f32)]) {
    const BUMPS: usize = 5;
    for &(x, y, radius) in balls {
        for side in [-1.0, 1.0] {
            let bumps: Vec<Point> = (0..2 * BUMPS)
                .map(|bump| {
                    let [sine, cosine] = sine_cosine(180.0 * bump as f32 / BUMPS as f32);
                    let reach = if bump % 2 == 0 { 1.0 } else { 0.88 } * radius;
                    [side * x + reach * sine, y + 0.8 * reach * cosine]
                })
                .collect();
            brush.shape(head, &bumps, HAIR, colour);
        }
    }
}
