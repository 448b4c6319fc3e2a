//! Pieces of a mask, joined along edges of pixels.

use crate::wardrobe::Mask;

/// The largest piece; the first of several as large. `None` if the mask is empty.
pub(super) fn largest(mask: &Mask) -> Option<Mask> {
    let (labels, sizes) = label(mask, true);
    let largest = (0..sizes.len()).rev().max_by_key(|&piece| sizes[piece])?;
    Some(Mask { values: labels.iter().map(|&label| label == largest as u32 + 1).collect(), ..*mask })
}

/// The mask with those pieces of its outside filled that do not touch the picture's edge and have at most `size` pixels.
pub(super) fn without_holes(mask: &Mask, size: usize) -> Mask {
    let (labels, sizes) = label(mask, false);
    let mut fill: Vec<bool> = sizes.iter().map(|&pixels| pixels <= size).collect();
    for (i, &label) in labels.iter().enumerate() {
        if label > 0 && super::is_border(i, mask.width, mask.height) {
            fill[label as usize - 1] = false;
        }
    }
    let values = mask.values.iter().zip(&labels).map(|(&inside, &label)| inside || fill[label as usize - 1]);
    Mask { values: values.collect(), ..*mask }
}

/// The number of each pixel's piece of `value`, from 1; 0 for other pixels; and the pieces' sizes.
fn label(mask: &Mask, value: bool) -> (Vec<u32>, Vec<usize>) {
    let (width, height) = (mask.width, mask.height);
    let mut labels = vec![0_u32; width * height];
    let (mut sizes, mut waiting) = (Vec::new(), Vec::new());
    for start in 0..labels.len() {
        if labels[start] != 0 || mask.values[start] != value {
            continue;
        }
        let label = sizes.len() as u32 + 1;
        labels[start] = label;
        waiting.push(start);
        let mut size = 0;
        while let Some(pixel) = waiting.pop() {
            size += 1;
            let (x, y) = (pixel % width, pixel / width);
            let mut visit = |next: usize| {
                if labels[next] == 0 && mask.values[next] == value {
                    labels[next] = label;
                    waiting.push(next);
                }
            };
            if x > 0 {
                visit(pixel - 1);
            }
            if x + 1 < width {
                visit(pixel + 1);
            }
            if y > 0 {
                visit(pixel - width);
            }
            if y + 1 < height {
                visit(pixel + width);
            }
        }
        sizes.push(size);
    }
    (labels, sizes)
}
