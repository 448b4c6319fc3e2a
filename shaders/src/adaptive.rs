//! Holds the frame rate by spending less per frame while the picture moves.

use crate::VolumeStyle;

/// Frames count as too slow above this multiple of the target.
const SLOW: f64 = 1.25;
/// Frames count as fast enough for a little more quality below this multiple of the target. A browser never
/// reports less than the display's interval, so this must lie above 1.
const FAST: f64 = 1.08;
/// A time this long, in milliseconds, is a pause if it comes alone.
const PAUSE: f64 = 1000.0;
/// Fast frames in a row before quality is raised: raising is slow, lowering at once, so that it does not swing.
const PATIENCE: u32 = 12;
/// The largest reduction of work: steps 2.5 times as long and a tenth of the pixels.
const MOST_REDUCTION: f64 = 25.0;
/// Steps are lengthened first, up to this factor; more would step over thin walls.
const LONGEST_STEP: f64 = 2.5;

/// A controller from frame times to [`VolumeStyle::step_scale`] and [`VolumeStyle::pixel_scale`].
///
/// While the picture moves, call [`update`](Self::update) with each frame's duration and draw with
/// [`apply_moving`](Self::apply_moving); when it comes to rest draw one frame with
/// [`apply_still`](Self::apply_still).
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveQuality {
    target_ms: f64,
    smoothed_ms: f64,
    /// Factor by which the work per frame is cut, 1..=[`MOST_REDUCTION`].
    reduction: f64,
    fast_frames: u32,
    /// The last time was as long as a pause.
    paused: bool,
}

impl AdaptiveQuality {
    /// A controller that aims at `target_ms` milliseconds a frame (16.7 for 60 Hz).
    pub fn new(target_ms: f64) -> Self {
        let target_ms = if target_ms.is_finite() { target_ms.max(1.0) } else { 1000.0 / 60.0 };
        Self { target_ms, smoothed_ms: target_ms, reduction: 1.0, fast_frames: 0, paused: false }
    }

    /// Takes the time between two moving frames and answers with the step scale for the next one.
    ///
    /// Times that are not positive numbers are ignored, and so is a pause above a second (a tab in the background); two
    /// such in a row are no pauses but an adapter that slow.
    pub fn update(&mut self, frame_ms: f64) -> f32 {
        if !(frame_ms > 0.0 && frame_ms.is_finite()) {
            return self.step_scale();
        }
        let first = frame_ms >= PAUSE && !self.paused;
        self.paused = frame_ms >= PAUSE;
        if first {
            return self.step_scale();
        }
        self.smoothed_ms += 0.3 * (frame_ms - self.smoothed_ms);
        let load = self.smoothed_ms / self.target_ms;
        if load > SLOW {
            self.reduction = (self.reduction * load).min(MOST_REDUCTION);
            // The average would go on to count the frames before this cut against it.
            self.smoothed_ms = self.target_ms;
            self.fast_frames = 0;
        } else if load < FAST {
            self.fast_frames += 1;
            if self.fast_frames >= PATIENCE {
                self.reduction = (self.reduction / 1.15).max(1.0);
                self.fast_frames = 0;
            }
        } else {
            self.fast_frames = 0;
        }
        self.step_scale()
    }

    /// Step length for moving frames, 1 to 2.5.
    pub fn step_scale(&self) -> f32 {
        self.reduction.min(LONGEST_STEP) as f32
    }

    /// Rendered pixels per canvas pixel (along a side) for moving frames, 1 down to about 0.3.
    pub fn pixel_scale(&self) -> f32 {
        (LONGEST_STEP / self.reduction.max(LONGEST_STEP)).sqrt() as f32
    }

    /// As [`Self::pixel_scale`] for pictures that have no other knob, such as those of structures: the whole reduction
    /// in pixels, 1 down to 0.2.
    pub fn pixel_scale_alone(&self) -> f32 {
        self.reduction.sqrt().recip() as f32
    }

    /// Sets both knobs of a style for a moving frame.
    pub fn apply_moving(&self, style: &mut VolumeStyle) {
        style.step_scale = self.step_scale();
        style.pixel_scale = self.pixel_scale();
    }

    /// Sets both knobs of a style for a still frame: full steps, four samples a pixel. On an adapter that needed
    /// a large reduction while moving one sample must do, or the still frame would take seconds.
    pub fn apply_still(&self, style: &mut VolumeStyle) {
        style.step_scale = 1.0;
        style.pixel_scale = if self.reduction > 6.0 { 1.0 } else { 2.0 };
    }
}

impl Default for AdaptiveQuality {
    fn default() -> Self {
        Self::new(1000.0 / 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An adapter whose frame time is `full_ms` at full quality and falls with the work.
    fn settle(full_ms: f64) -> (AdaptiveQuality, f64) {
        let mut quality = AdaptiveQuality::default();
        let mut frame_ms = full_ms;
        for _ in 0..400 {
            quality.update(frame_ms);
            let work = f64::from(quality.pixel_scale()).powi(2) / f64::from(quality.step_scale());
            frame_ms = (full_ms * work).max(1000.0 / 60.0);
        }
        (quality, frame_ms)
    }

    #[test]
    fn a_fast_adapter_keeps_full_quality() {
        let (quality, _) = settle(5.0);
        assert_eq!((quality.step_scale(), quality.pixel_scale(), quality.pixel_scale_alone()), (1.0, 1.0, 1.0));
    }

    #[test]
    fn a_slow_adapter_settles_near_the_target() {
        for full_ms in [30.0, 60.0, 150.0, 350.0] {
            let (_, frame_ms) = settle(full_ms);
            assert!(frame_ms < 1.35 * 1000.0 / 60.0, "{full_ms} ms settles at {frame_ms} ms");
        }
    }

    #[test]
    fn a_hopeless_adapter_stops_at_the_largest_reduction() {
        let quality = [900.0, 1500.0, 60_000.0].map(|full_ms| {
            let (quality, _) = settle(full_ms);
            assert!((quality.step_scale() - 2.5).abs() < 1e-6, "{full_ms} ms");
            assert!((0.3..0.33).contains(&quality.pixel_scale()), "{}", quality.pixel_scale());
            assert!((quality.pixel_scale_alone() - 0.2).abs() < 1e-6);
            quality
        });
        let mut style = VolumeStyle::default();
        quality[0].apply_still(&mut style);
        assert_eq!((style.step_scale, style.pixel_scale), (1.0, 1.0));
    }

    #[test]
    fn nonsense_times_change_nothing() {
        let mut quality = AdaptiveQuality::default();
        for ms in [f64::NAN, -3.0, 0.0, f64::INFINITY, 60_000.0, 5.0, 60_000.0] {
            assert_eq!(quality.update(ms), 1.0);
        }
    }
}
