//! The part of the hair that is before the face and the shoulders.

use super::{super::Brush, HAIR, cap, curls};
use crate::wardrobe::{
    Group, HairStyle, Person,
    palette::{blended, shaded},
    skeleton::Skeleton,
};

/// What frames the face and falls over the shoulders.
pub(in super::super) fn before(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let (head, colour) = (&skeleton.head, person.hair_colour);
    let light = blended(colour, [255, 255, 255], 0.14);
    let dark = shaded(colour, 0.82);
    match person.hair {
        HairStyle::Bald => {
            brush.shape(
                head,
                &[[-0.45, -0.86], [-0.1, -0.95], [0.1, -0.9], [-0.2, -0.8]],
                Group::Face,
                blended(person.skin, [255, 255, 255], 0.25),
            );
        }
        HairStyle::Buzz => cap(brush, head, [1.0, 1.07], -0.62, -0.02, blended(colour, person.skin, 0.28)),
        HairStyle::Short => {
            cap(brush, head, [1.10, 1.22], -0.55, -0.05, colour);
            brush.shape(
                head,
                &[[0.92, -0.42], [0.5, -0.66], [-0.1, -0.6], [-0.55, -0.28], [-0.8, -0.5], [-0.5, -0.98], [0.3, -1.1]],
                HAIR,
                colour,
            );
            brush.shape(head, &[[-0.5, -0.98], [0.1, -1.08], [0.6, -0.9], [0.1, -0.98]], HAIR, light);
        }
        HairStyle::Flat => {
            cap(brush, head, [1.04, 1.1], -0.60, -0.02, dark);
            brush.twin_shape(
                head,
                &[[0.0, -0.66], [0.6, -0.6], [0.96, -0.5], [1.06, -1.1], [0.9, -1.46], [0.0, -1.54]],
                HAIR,
                colour,
            );
        }
        HairStyle::Bob => {
            cap(brush, head, [1.14, 1.2], -0.36, 0.3, colour);
            brush.both(
                head,
                &[[0.84, -0.4], [1.16, -0.2], [1.28, 0.5], [1.14, 1.12], [0.86, 1.1], [0.92, 0.4]],
                HAIR,
                colour,
            );
            brush.shape(head, &[[-0.7, -0.75], [-0.2, -1.02], [0.4, -0.98], [-0.1, -0.9]], HAIR, light);
        }
        HairStyle::Long => {
            cap(brush, head, [1.12, 1.2], -0.62, 0.3, colour);
            let strand = [
                [0.80, -0.55],
                [1.12, -0.3],
                [1.24, 0.6],
                [1.42, 1.6],
                [1.30, 2.7],
                [1.06, 2.9],
                [0.86, 2.5],
                [0.98, 1.5],
                [0.94, 0.5],
            ];
            brush.both(head, &strand, HAIR, colour);
            brush.both(head, &[[1.05, 0.7], [1.16, 1.5], [1.10, 2.5], [1.04, 1.6]], HAIR, light);
            brush.shape(head, &[[0.0, -1.16], [0.03, -0.66], [-0.03, -0.66]], HAIR, dark);
        }
        HairStyle::Curls => {
            curls(
                brush,
                head,
                colour,
                &[
                    (1.05, -0.25, 0.30),
                    (0.98, -0.65, 0.34),
                    (0.72, -1.0, 0.38),
                    (0.38, -1.24, 0.40),
                    (0.0, -1.32, 0.40),
                    (0.3, -0.86, 0.26),
                    (0.62, -0.72, 0.25),
                ],
            );
            brush.oval(head, [-0.3, -1.34], [0.2, 0.1], HAIR, light);
        }
        HairStyle::LongCurls => {
            curls(
                brush,
                head,
                colour,
                &[
                    (1.08, -0.25, 0.34),
                    (0.92, -0.72, 0.38),
                    (0.5, -1.08, 0.40),
                    (0.0, -1.16, 0.38),
                    (0.5, -0.78, 0.25),
                    (1.16, 0.25, 0.30),
                    (1.24, 0.75, 0.30),
                    (1.3, 1.25, 0.32),
                    (1.24, 1.75, 0.32),
                    (1.12, 2.15, 0.26),
                ],
            );
            brush.oval(head, [-0.4, -1.2], [0.22, 0.1], HAIR, light);
        }
        HairStyle::Bun => {
            cap(brush, head, [1.04, 1.1], -0.64, -0.02, colour);
            brush.oval(head, [0.0, -1.42], [0.38, 0.28], HAIR, colour);
            brush.oval(head, [-0.1, -1.5], [0.14, 0.07], HAIR, light);
        }
        HairStyle::Braid => {
            cap(brush, head, [1.08, 1.14], -0.58, 0.24, colour);
            for knot in 0..7 {
                let y = 0.85 + 0.34 * knot as f32;
                let shade = if knot % 2 == 0 { colour } else { light };
                brush.oval(head, [1.0 + 0.05 * knot as f32, y], [0.25 - 0.012 * knot as f32, 0.24], HAIR, shade);
            }
            brush.oval(head, [1.33, 3.12], [0.11, 0.06], HAIR, [204, 92, 96]);
        }
        HairStyle::Scarf => {
            // The edge of the scarf around the face.
            let band = [
                [0.0, -1.26],
                [0.72, -1.1],
                [1.14, -0.45],
                [1.16, 0.3],
                [0.9, 0.92],
                [0.70, 0.86],
                [0.86, 0.4],
                [0.86, -0.2],
                [0.60, -0.62],
                [0.0, -0.74],
            ];
            brush.twin_shape(head, &band, HAIR, colour);
            brush.twin_shape(
                head,
                &[[0.0, -0.74], [0.60, -0.62], [0.86, -0.2], [0.80, -0.2], [0.56, -0.56], [0.0, -0.67]],
                HAIR,
                shaded(colour, 0.8),
            );
        }
    }
}
