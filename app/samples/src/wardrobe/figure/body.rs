//! Torso, neck and trousers.

use super::Brush;
use crate::wardrobe::{Group, Person, palette::shaded, skeleton::Skeleton};

/// The skin that garment and trousers may leave bare.
pub(super) fn torso(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let build = &person.build;
    let top = -Skeleton::TORSO;
    let half = [
        [0.0, top - 0.09],
        [1.05 * build.neck, top - 0.088],
        [1.5 * build.neck, top - 0.058],
        [0.9 * build.shoulder, top - 0.03],
        [1.02 * build.shoulder, top + 0.02],
        [build.chest, top + 0.12],
        [build.waist, top + 0.22],
        [build.hip, -0.03],
        [0.0, 0.02],
    ];
    brush.twin_shape(&skeleton.torso, &half, Group::Background, person.skin);
}

/// The neck, in the shadow of the chin.
pub(super) fn neck(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let build = &person.build;
    let (neck, top) = (build.neck, -Skeleton::TORSO);
    let base = [[-1.5 * neck, top - 0.008], [0.0, top + 0.05], [1.5 * neck, top - 0.008]];
    let [left, low, right] = base.map(|point| skeleton.torso.place(point));
    let reach = neck / 0.057;
    let [upper_left, upper_right] = [-reach, reach].map(|x| skeleton.head.place([x, 0.5]));
    let [middle_left, middle_right] = [-1.02 * neck, 1.02 * neck].map(|x| skeleton.torso.place([x, top - 0.034]));
    let outline = [upper_left, middle_left, left, low, right, middle_right, upper_right];
    brush.plain(&outline, Group::Background, shaded(person.skin, 0.93));
    let shadow = [[-reach, 0.5], [-reach, 1.0], [0.0, 1.36], [reach, 1.0], [reach, 0.5]];
    brush.plain(&skeleton.head.place_all(&shadow), Group::Background, shaded(person.skin, 0.80));
}

/// Trousers, from the waist to below the picture.
pub(super) fn trousers(brush: &mut Brush, person: &Person, skeleton: &Skeleton) {
    let (build, colour) = (&person.build, person.trousers);
    let (dark, axes) = (shaded(colour, 0.82), &skeleton.hips);
    let (waist, hip) = (build.waist, 1.05 * build.hip);
    let leg = [
        [0.0, -0.09],
        [waist, -0.09],
        [hip, 0.0],
        [1.02 * hip, 0.12],
        [0.96 * hip, 0.28],
        [0.88 * hip, 0.46],
        [0.20 * hip, 0.46],
        [0.10 * hip, 0.26],
        [0.0, 0.12],
    ];
    brush.both(axes, &leg, Group::Bottom, colour);
    // The inside of the legs and the fly.
    let inside = [[0.004, 0.115], [0.10 * hip, 0.26], [0.20 * hip, 0.46], [0.34 * hip, 0.46], [0.20 * hip, 0.24]];
    brush.both(axes, &inside, Group::Bottom, dark);
    brush.shape(axes, &[[-0.003, -0.05], [0.003, -0.05], [0.004, 0.12], [-0.004, 0.12]], Group::Bottom, dark);
    // Pockets.
    let pocket = [[0.92 * waist, -0.055], [0.95 * hip, 0.005], [0.91 * hip, 0.008], [0.86 * waist, -0.055]];
    brush.both(axes, &pocket, Group::Bottom, dark);
}
