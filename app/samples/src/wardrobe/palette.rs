//! Colours, sRGB.

use super::dice::Dice;

/// Skin, light to dark in even steps of lightness: each is as likely as any other.
pub(super) const SKIN: [[u8; 3]; 10] = [
    [250, 226, 205],
    [243, 209, 178],
    [231, 190, 152],
    [217, 170, 128],
    [196, 146, 104],
    [170, 120, 82],
    [143, 97, 64],
    [117, 77, 51],
    [92, 60, 41],
    [69, 45, 33],
];

/// Hair that grows so, grey included, and hair that is dyed.
const NATURAL: [[u8; 3]; 9] = [
    [28, 24, 24],
    [44, 32, 28],
    [66, 44, 32],
    [98, 64, 42],
    [134, 92, 56],
    [190, 148, 92],
    [148, 72, 40],
    [150, 148, 146],
    [214, 212, 208],
];
const DYED: [[u8; 3]; 4] = [[176, 62, 92], [62, 96, 150], [92, 70, 138], [52, 120, 104]];

const TROUSERS: [[u8; 3]; 8] = [
    [52, 68, 98],
    [84, 110, 150],
    [38, 40, 46],
    [112, 104, 92],
    [186, 166, 132],
    [86, 92, 72],
    [98, 56, 54],
    [206, 204, 198],
];

/// Walls behind the person: each goes from one colour at the top to another at the bottom.
const WALLS: [[[u8; 3]; 2]; 8] = [
    [[232, 236, 240], [206, 214, 222]],
    [[244, 236, 224], [226, 212, 192]],
    [[216, 228, 222], [184, 204, 196]],
    [[234, 224, 232], [208, 192, 208]],
    [[206, 218, 234], [170, 188, 212]],
    [[248, 226, 212], [232, 196, 176]],
    [[198, 202, 206], [150, 156, 164]],
    [[120, 132, 146], [84, 94, 110]],
];

const CLOTH: [[u8; 3]; 18] = [
    [244, 243, 239],
    [236, 226, 208],
    [38, 40, 46],
    [126, 130, 136],
    [34, 54, 96],
    [66, 112, 176],
    [146, 190, 222],
    [40, 108, 96],
    [128, 168, 120],
    [84, 92, 54],
    [236, 196, 84],
    [226, 138, 62],
    [206, 78, 66],
    [132, 38, 52],
    [232, 160, 164],
    [150, 108, 164],
    [88, 60, 108],
    [134, 92, 66],
];

pub(super) fn hair(dice: &mut Dice) -> [u8; 3] {
    if dice.chance(0.9) { dice.one_of(&NATURAL) } else { dice.one_of(&DYED) }
}

pub(super) fn trousers(dice: &mut Dice) -> [u8; 3] {
    dice.one_of(&TROUSERS)
}

pub(super) fn wall(dice: &mut Dice) -> [[u8; 3]; 2] {
    dice.one_of(&WALLS)
}

/// A colour of cloth, and a second one that is seen on it.
pub(super) fn cloth(dice: &mut Dice) -> ([u8; 3], [u8; 3]) {
    let base = dice.one_of(&CLOTH);
    let seen: Vec<[u8; 3]> =
        CLOTH.into_iter().filter(|other| lightness(*other).abs_diff(lightness(base)) > 60).collect();
    (base, dice.one_of(&seen))
}

/// The cloths of headscarves.
pub(super) fn scarf(dice: &mut Dice) -> [u8; 3] {
    dice.one_of(&CLOTH)
}

/// A darker tone of a colour, or a lighter one where `by` is above 1.
pub(super) fn shaded(colour: [u8; 3], by: f32) -> [u8; 3] {
    colour.map(|value| (f32::from(value) * by + 0.5) as u8)
}

/// The mean of two colours, with `part` of the second.
pub(super) fn blended(a: [u8; 3], b: [u8; 3], part: f32) -> [u8; 3] {
    std::array::from_fn(|c| (f32::from(a[c]) + part * (f32::from(b[c]) - f32::from(a[c])) + 0.5) as u8)
}

/// 0 to 255, the green weighed most.
pub(super) fn lightness([r, g, b]: [u8; 3]) -> u32 {
    (3 * u32::from(r) + 6 * u32::from(g) + u32::from(b)) / 10
}
