//! What of the pictures is in view, and where one ends and the other begins.

/// Pictures are enlarged no further than this, beyond what fits.
const MOST_ZOOM: f64 = 64.0;

/// The point of view. Places on the picture are fractions of its width and height, places on the view of the view's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// How much larger than what fits.
    pub zoom: f64,
    /// The picture's place in the middle of the view.
    pub centre: [f64; 2],
    /// Where on the view the left picture ends, from the left.
    pub split: f64,
    /// The picture's place under the loupe.
    pub spot: [f64; 2],
}

impl Default for Sight {
    fn default() -> Self {
        Self { zoom: 1.0, centre: [0.5; 2], split: 0.5, spot: [0.5; 2] }
    }
}

impl Sight {
    /// The picture's place at a place of the view.
    pub fn on_picture(&self, at: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| self.centre[axis] + (at[axis] - 0.5) / self.zoom)
    }

    /// Looks at that place with the loupe.
    pub fn look(&mut self, at: [f64; 2]) {
        self.spot = self.on_picture(at).map(|x| x.clamp(0.0, 1.0));
    }

    /// Moves the loupe by fractions of the picture.
    pub fn shift_spot(&mut self, by: [f64; 2]) {
        self.spot = [0, 1].map(|axis| (self.spot[axis] + by[axis]).clamp(0.0, 1.0));
    }

    /// Moves the border between the two pictures.
    pub fn set_split(&mut self, split: f64) {
        self.split = split.clamp(0.0, 1.0);
    }

    /// Moves the picture by fractions of the view.
    pub fn pan(&mut self, by: [f64; 2]) {
        let to = [0, 1].map(|axis| self.centre[axis] - by[axis] / self.zoom);
        self.move_to(to);
    }

    /// Comes nearer by `factor`, or goes away, while the place at `at` of the view stays. `least`: the zoom that is not
    /// gone below, 1 or that of single pixels where the picture is smaller than the view.
    pub fn zoom_by(&mut self, factor: f64, at: [f64; 2], least: f64) {
        let kept = self.on_picture(at);
        self.zoom = (self.zoom * factor).clamp(least.min(1.0), MOST_ZOOM.max(least));
        let to = [0, 1].map(|axis| kept[axis] - (at[axis] - 0.5) / self.zoom);
        self.move_to(to);
    }

    /// The whole picture.
    pub fn fit(&mut self) {
        self.zoom = 1.0;
        self.centre = [0.5; 2];
    }

    fn move_to(&mut self, centre: [f64; 2]) {
        // No further than to the picture's edge; a picture smaller than the view stands in the middle.
        let margin = (0.5 / self.zoom).min(0.5);
        self.centre = centre.map(|x| x.clamp(margin, 1.0 - margin));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_under_the_pointer_stays_when_zooming() {
        let mut sight = Sight::default();
        let at = [0.25, 0.75];
        for factor in [2.0, 3.0, 0.5] {
            let before = sight.on_picture(at);
            sight.zoom_by(factor, at, 1.0);
            let after = sight.on_picture(at);
            assert!((before[0] - after[0]).abs() < 1e-12 && (before[1] - after[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_beyond_the_edge_comes_into_view() {
        let mut sight = Sight::default();
        sight.pan([0.3, 0.3]);
        assert_eq!(sight.centre, [0.5; 2]);
        sight.zoom_by(4.0, [0.5; 2], 1.0);
        sight.pan([10.0, -10.0]);
        assert_eq!(sight.on_picture([0.0, 0.0])[0], 0.0);
        assert_eq!(sight.on_picture([1.0, 1.0])[1], 1.0);
        sight.zoom_by(1e-9, [0.0; 2], 1.0);
        assert_eq!((sight.zoom, sight.centre), (1.0, [0.5; 2]));
    }

    #[test]
    fn a_picture_smaller_than_the_view_can_be_seen_pixel_by_pixel() {
        let mut sight = Sight::default();
        sight.zoom_by(0.01, [0.0; 2], 0.25);
        assert_eq!((sight.zoom, sight.centre), (0.25, [0.5; 2]));
        sight.zoom_by(1e9, [0.5; 2], 0.25);
        assert_eq!(sight.zoom, MOST_ZOOM);
    }

    #[test]
    fn the_loupe_stays_on_the_picture() {
        let mut sight = Sight::default();
        sight.look([1.5, -0.5]);
        assert_eq!(sight.spot, [1.0, 0.0]);
        sight.shift_spot([-0.25, 0.5]);
        assert_eq!(sight.spot, [0.75, 0.5]);
        sight.set_split(1.2);
        assert_eq!(sight.split, 1.0);
    }
}
