//! Where each of several volumes is drawn.

/// A part of a picture in pixels, y down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left border.
    pub x: f32,
    /// Upper border.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Rect {
    /// Width over height.
    pub fn aspect(self) -> f32 {
        self.width / self.height
    }
}

/// Equal parts for `count` volumes: beside each other, or one below the other where the picture is taller than
/// wide. Pages place their captions by it.
pub fn side_by_side(count: usize, width: u32, height: u32) -> Vec<Rect> {
    let (width, height) = (width.max(1) as f32, height.max(1) as f32);
    let parts = count.max(1) as f32;
    (0..count)
        .map(|i| {
            let i = i as f32;
            if width >= height {
                Rect { x: (i * width / parts).round(), y: 0.0, width: (width / parts).floor().max(1.0), height }
            } else {
                Rect { x: 0.0, y: (i * height / parts).round(), width, height: (height / parts).floor().max(1.0) }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_along_the_longer_side_and_inside_the_picture() {
        assert_eq!(side_by_side(1, 300, 200), [Rect { x: 0.0, y: 0.0, width: 300.0, height: 200.0 }]);
        assert_eq!(side_by_side(2, 301, 200)[1], Rect { x: 151.0, y: 0.0, width: 150.0, height: 200.0 });
        assert_eq!(side_by_side(2, 200, 400)[1], Rect { x: 0.0, y: 200.0, width: 200.0, height: 200.0 });
        assert!(side_by_side(0, 10, 10).is_empty());
    }
}
