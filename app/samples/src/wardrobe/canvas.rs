//! Polygons on 4 × 4 samples a pixel.
//!
//! Each sample remembers the topmost layer only; what a pixel looks like is decided afterwards, layer by layer. So a
//! pixel on a seam is shared by the layers that are seen, and nothing shines through between two that touch.

use super::geometry::Point;

/// Samples along each side of a pixel.
pub(super) const SIDE: usize = 4;
/// Samples of a pixel.
pub(super) const SAMPLES: usize = SIDE * SIDE;

/// How the world (height 1, x from the middle) lies in a picture.
///
/// Pixel coordinates are indices: the centre of the top left pixel is (0, 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) width: usize,
    pub(super) height: usize,
    scale: f32,
    left: f32,
    top: f32,
}

impl Frame {
    /// The largest 3 : 4 window in the middle of the picture.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let (w, h) = (width as f32, height as f32);
        let scale = h.min(w / 0.75);
        Self { width, height, scale, left: w / 2.0 - 0.5, top: (h - scale) / 2.0 - 0.5 }
    }

    pub(super) fn pixel(&self, [x, y]: Point) -> Point {
        [x * self.scale + self.left, y * self.scale + self.top]
    }

    pub(super) fn world(&self, [x, y]: Point) -> Point {
        [(x - self.left) / self.scale, (y - self.top) / self.scale]
    }
}

/// The samples of a picture and the layers `L` that they belong to.
pub(super) struct Canvas<L> {
    frame: Frame,
    samples: Vec<u8>,
    layers: Vec<L>,
    /// For each row of samples, where the polygon's edges cross it, and whether they go down or up.
    crossings: Vec<Vec<(f32, i32)>>,
}

impl<L: Copy + PartialEq> Canvas<L> {
    /// A canvas that is all `ground`.
    pub(super) fn new(frame: Frame, ground: L) -> Self {
        let rows = frame.height * SIDE;
        Self {
            frame,
            samples: vec![0; rows * frame.width * SIDE],
            layers: vec![ground],
            crossings: vec![Vec::new(); rows],
        }
    }

    pub(super) fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Lays a polygon of world points on top; inside is where its edges wind around.
    pub(super) fn fill(&mut self, polygon: &[Point], layer: L) {
        if self.layers.last() != Some(&layer) {
            assert!(self.layers.len() <= usize::from(u8::MAX), "a figure has fewer layers than that");
            self.layers.push(layer);
        }
        let id = (self.layers.len() - 1) as u8;
        let Some((first, end)) = self.cross(polygon) else { return };
        let columns = self.frame.width * SIDE;
        for row in first..end {
            let crossings = &mut self.crossings[row];
            crossings.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let samples = &mut self.samples[row * columns..][..columns];
            let (mut winding, mut start) = (0, 0.0);
            for &(x, turn) in crossings.iter() {
                if winding == 0 {
                    start = x;
                }
                winding += turn;
                if winding == 0 {
                    // The samples with start ≤ column + ½ < x; the conversion saturates.
                    let [from, to] = [start, x].map(|x| ((x - 0.5).ceil() as usize).min(columns));
                    samples[from..to.max(from)].fill(id);
                }
            }
            crossings.clear();
        }
    }

    /// Notes where the edges cross the rows of samples; the rows that any does.
    fn cross(&mut self, polygon: &[Point]) -> Option<(usize, usize)> {
        let sampled = |point: &Point| self.frame.pixel(*point).map(|c| (c + 0.5) * SIDE as f32);
        let rows = self.crossings.len();
        let mut touched: Option<(usize, usize)> = None;
        let mut from = sampled(polygon.last()?);
        for point in polygon {
            let to = sampled(point);
            let (top, bottom, turn) = if from[1] <= to[1] { (from, to, 1) } else { (to, from, -1) };
            // The rows with top ≤ row + ½ < bottom.
            let [first, end] = [top[1], bottom[1]].map(|y| ((y - 0.5).ceil() as usize).min(rows));
            if first < end {
                let slope = (bottom[0] - top[0]) / (bottom[1] - top[1]);
                for row in first..end {
                    self.crossings[row].push((top[0] + (row as f32 + 0.5 - top[1]) * slope, turn));
                }
                touched = Some(touched.map_or((first, end), |(a, b)| (a.min(first), b.max(end))));
            }
            from = to;
        }
        touched
    }

    /// The layers of a pixel's samples, row by row.
    pub(super) fn pixel(&self, x: usize, y: usize) -> Pixel<'_, L> {
        let columns = self.frame.width * SIDE;
        let mut ids = [0; SAMPLES];
        for (row, ids) in ids.chunks_exact_mut(SIDE).enumerate() {
            ids.copy_from_slice(&self.samples[(y * SIDE + row) * columns + x * SIDE..][..SIDE]);
        }
        Pixel { ids, layers: &self.layers }
    }
}

/// One pixel's samples.
pub(super) struct Pixel<'a, L> {
    ids: [u8; SAMPLES],
    layers: &'a [L],
}

impl<L: Copy> Pixel<'_, L> {
    /// Calls `each` for every layer in the pixel, with how many samples it holds.
    pub(super) fn layers(&self, mut each: impl FnMut(L, usize)) {
        let first = self.ids[0];
        if self.ids == [first; SAMPLES] {
            return each(self.layers[usize::from(first)], SAMPLES);
        }
        let mut ids = self.ids;
        ids.sort_unstable();
        for run in ids.chunk_by(|a, b| a == b) {
            each(self.layers[usize::from(run[0])], run.len());
        }
    }

    /// The layer of each sample, row by row.
    pub(super) fn samples(&self) -> impl Iterator<Item = L> {
        self.ids.iter().map(|&id| self.layers[usize::from(id)])
    }
}
