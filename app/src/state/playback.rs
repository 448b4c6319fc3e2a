//! Where in its history a specimen is shown, and how that moves.

/// Frames per second that can be chosen.
pub const SPEEDS: [u32; 5] = [2, 5, 10, 20, 30];

/// The head of the player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Playback {
    /// The moment shown, from 0.
    pub at: usize,
    /// Whether it moves.
    pub playing: bool,
    /// Frames per second.
    pub speed: u32,
    /// Begins again after the last moment.
    pub looped: bool,
    /// Shows each new moment of a growing specimen as it comes.
    pub following: bool,
}

impl Default for Playback {
    fn default() -> Self {
        Self { at: 0, playing: false, speed: 10, looped: false, following: true }
    }
}

impl Playback {
    /// Takes note that there are now `moments`.
    pub fn grown_to(&mut self, moments: usize) {
        if self.following {
            self.at = moments.saturating_sub(1);
        }
        self.at = self.at.min(moments.saturating_sub(1));
    }

    /// Another specimen with `moments` is shown: at its end, standing still.
    pub fn show_end(&mut self, moments: usize) {
        self.at = moments.saturating_sub(1);
        self.playing = false;
    }

    /// The visitor goes to a moment.
    pub fn seek(&mut self, at: usize, moments: usize) {
        self.at = at.min(moments.saturating_sub(1));
        self.playing = false;
        self.following = false;
    }

    /// Play or pause; at the end playing begins at the start.
    pub fn toggle(&mut self, moments: usize) {
        self.playing = !self.playing && moments > 1;
        self.following = false;
        if self.playing && self.at + 1 >= moments {
            self.at = 0;
        }
    }

    /// One frame further.
    pub fn tick(&mut self, moments: usize) {
        if !self.playing {
            return;
        }
        if self.at + 1 < moments {
            self.at += 1;
        } else if self.looped {
            self.at = 0;
        } else {
            self.playing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_moment_is_followed_until_the_visitor_looks_back() {
        let mut playback = Playback::default();
        playback.grown_to(3);
        assert_eq!(playback.at, 2);
        playback.seek(1, 3);
        playback.grown_to(5);
        assert_eq!(playback.at, 1);
        playback.seek(99, 5);
        assert_eq!(playback.at, 4);
        playback.grown_to(0);
        assert_eq!(playback.at, 0);
    }

    #[test]
    fn playing_stops_at_the_end_or_begins_again() {
        let mut playback = Playback { at: 2, ..Playback::default() };
        playback.toggle(3);
        assert_eq!((playback.at, playback.playing), (0, true), "from the end it starts over");
        for _ in 0..3 {
            playback.tick(3);
        }
        assert_eq!((playback.at, playback.playing), (2, false));
        playback.looped = true;
        playback.toggle(3);
        for _ in 0..3 {
            playback.tick(3);
        }
        assert_eq!((playback.at, playback.playing), (0, true));
        playback.toggle(3);
        playback.tick(3);
        assert_eq!(playback.at, 0, "a paused player stays");
        playback.toggle(1);
        assert!(!playback.playing, "one moment cannot be played");
    }
}
