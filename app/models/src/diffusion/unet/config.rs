//! Sizes of the network, and what follows from them.

use serde::{Deserialize, Serialize};

/// How attention is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heads {
    /// Into so many heads.
    Count(usize),
    /// Into heads of so many channels.
    Width(usize),
}

/// Sizes. All channels are multiples of `groups`, those with attention also of the heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UNetConfig {
    /// Of the input: noisy latent, and what else is known of each place.
    pub in_channels: usize,
    /// Of the result.
    pub out_channels: usize,
    /// Channels of each level, which has half the sides of the one before.
    pub channels: Vec<usize>,
    /// Residual blocks of a level on the way down; on the way up there is one more.
    pub residual_blocks: usize,
    /// How much smaller than the full sides maps are that have attention: 1, 2, 4 ….
    pub attention: Vec<usize>,
    /// Heads of the attention.
    pub heads: Heads,
    /// Width of the context's tokens.
    pub context: usize,
    /// Blocks of a transformer.
    pub depth: usize,
    /// Groups of channels that are normalised together.
    pub groups: usize,
}

/// What a block of the way down or up has: channels of the input and of the result, or of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// A plain convolution.
    pub convolution: Option<[usize; 2]>,
    /// A residual block.
    pub residual: Option<[usize; 2]>,
    /// A transformer.
    pub attention: Option<usize>,
    /// Halves the sides.
    pub down: Option<usize>,
    /// Doubles the sides.
    pub up: Option<usize>,
    /// How much smaller than the full sides its input is.
    pub factor: usize,
}

impl UNetConfig {
    /// That of Stable Diffusion 1 with the nine input channels of Paint-by-Example and DCI-VTON: noisy latent, inpaint
    /// latent, mask.
    pub fn paper() -> Self {
        Self {
            in_channels: 9,
            out_channels: 4,
            channels: vec![320, 640, 1280, 1280],
            residual_blocks: 2,
            attention: vec![1, 2, 4],
            heads: Heads::Count(8),
            context: 768,
            depth: 1,
            groups: 32,
        }
    }

    /// Channels at the full sides.
    ///
    /// # Panics
    /// If there is no level.
    pub fn top(&self) -> usize {
        self.channels[0]
    }

    /// Channels at the smallest sides.
    ///
    /// # Panics
    /// If there is no level.
    pub fn bottom(&self) -> usize {
        self.channels[self.channels.len() - 1]
    }

    /// Width of the time's embedding.
    pub fn embedding(&self) -> usize {
        4 * self.top()
    }

    /// Heads of `channels`.
    ///
    /// # Panics
    /// If they do not divide.
    pub fn heads(&self, channels: usize) -> usize {
        let heads = match self.heads {
            Heads::Count(count) => count,
            Heads::Width(width) => channels / width.max(1),
        };
        assert!(heads > 0 && channels.is_multiple_of(heads), "{channels} channels do not make {heads} heads");
        heads
    }

    /// The way down.
    pub fn down(&self) -> Vec<Block> {
        let (top, levels) = (self.top(), &self.channels);
        let mut blocks = vec![Block { convolution: Some([self.in_channels, top]), factor: 1, ..Block::default() }];
        let mut from = top;
        for (level, &channels) in levels.iter().enumerate() {
            let factor = 1 << level;
            for _ in 0..self.residual_blocks {
                blocks.push(Block { residual: Some([from, channels]), ..self.attentive(channels, factor) });
                from = channels;
            }
            if level + 1 < levels.len() {
                blocks.push(Block { down: Some(channels), factor, ..Block::default() });
            }
        }
        blocks
    }

    /// The way up: residual blocks see what comes from below and what the way down has left there.
    pub fn up(&self) -> Vec<Block> {
        let mut left: Vec<usize> = self.down().iter().map(Block::outputs).collect();
        let mut from = self.bottom();
        let mut blocks = Vec::new();
        for (level, &channels) in self.channels.iter().enumerate().rev() {
            for index in 0..=self.residual_blocks {
                let beside = left.pop().expect("as many blocks up as down");
                let up = (index == self.residual_blocks && level > 0).then_some(channels);
                let residual = Some([from + beside, channels]);
                blocks.push(Block { residual, up, ..self.attentive(channels, 1 << level) });
                from = channels;
            }
        }
        blocks
    }

    fn attentive(&self, channels: usize, factor: usize) -> Block {
        let attention = self.attention.contains(&factor).then_some(channels);
        Block { attention, factor, ..Block::default() }
    }
}

impl Block {
    /// Channels of the result.
    pub fn outputs(&self) -> usize {
        let last = self.residual.or(self.convolution).map(|[_, to]| to);
        last.or(self.down).or(self.up).unwrap_or(0)
    }
}
