//! Bit strings near a few references (spec §3 "Bit sequences", §5.4), word after word from the left, so that every string
//! has one history and its probability is known exactly.
//!
//! The authors' code for this task was not released. Hamming distances are those of gfnx: a word that is not there yet
//! counts as right, so that an unfinished string has a distance too, which the edit distance does not give.

use rand::Rng;
use samples::objects::{MeasureKind, Picture};

use super::{
    Method,
    task::{Effort, Seen, Task, measure},
};
use crate::{
    ModelError,
    gflownet::{
        environment::{
            BitDistance, BitReward, BitWords, Environment, EnvironmentError, Reward, SlotOrder, States,
            bit_words::reference_strings,
        },
        metrics::{hamming, spearman},
    },
    seed,
};

/// Bits of a string, of a word, and number of references (spec §5.4).
const BITS: usize = 40;
const WORD: usize = 4;
const REFERENCES: usize = 16;
/// A reference is found once a string is drawn that differs in no more bits.
const NEAR: usize = 5;
/// Bits that the strings of the test set differ by from a reference: one string each.
const TESTED: std::ops::Range<usize> = 0..12;
/// Bits of the chunks that references are made of.
const CHUNK: f64 = 8.0;
/// Strings in the list of the best.
const LISTED: usize = 20;
/// Seed of references and test set: the same for everyone.
const TASK_SEED: u64 = 4;

/// A bit-string problem.
pub struct BitTask {
    environment: BitWords,
    reward: BitReward,
    references: Vec<Vec<u8>>,
    tests: States,
}

impl BitTask {
    /// Strings with `R = exp(−exponent·distance/8)`, the distance over the bits of a chunk of references: at 8 as sharp as
    /// in Malkin et al. 2022, at 0.6 as in gfnx for strings of 40 bits.
    ///
    /// # Errors
    /// If the exponent is not a number ≥ 0.
    pub fn new(exponent: f64) -> Result<Self, ModelError> {
        Self::of(exponent).map_err(|error| ModelError::Parameters(error.to_string()))
    }

    fn of(exponent: f64) -> Result<Self, EnvironmentError> {
        let environment = BitWords::new(BITS, WORD, SlotOrder::LeftToRight)?;
        let mut rng = seed::stream(TASK_SEED, 0);
        let references = reference_strings(BITS, REFERENCES, &mut rng)?;
        let scale = exponent / CHUNK;
        let reward = BitReward::new(environment.clone(), references.clone(), BitDistance::Hamming, scale)?;
        let mut tests = States::new(environment.width());
        for (reference, flips) in references.iter().flat_map(|reference| TESTED.map(move |flips| (reference, flips))) {
            let text: String = mutated(reference, flips, &mut rng).iter().map(u8::to_string).collect();
            tests.push(&environment.read(&text)?);
        }
        Ok(Self { environment, reward, references, tests })
    }

    /// The bits of a finished string.
    fn bits(&self, string: &[i16]) -> Vec<u8> {
        self.environment.write(string).bytes().map(|bit| u8::from(bit == b'1')).collect()
    }
}

/// A string with `flips` other bits.
fn mutated(string: &[u8], flips: usize, rng: &mut impl Rng) -> Vec<u8> {
    let mut string = string.to_vec();
    for place in rand::seq::index::sample(rng, string.len(), flips) {
        string[place] ^= 1;
    }
    string
}

impl Task for BitTask {
    fn environment(&self) -> &dyn Environment {
        &self.environment
    }

    fn reward(&self) -> &dyn Reward {
        &self.reward
    }

    fn uniform_share(&self, _: Method) -> f64 {
        0.05
    }

    /// One way back: there is no other.
    fn effort(&self) -> Effort {
        Effort { backward: 1, ..Effort::default() }
    }

    fn tests(&self) -> Option<&States> {
        Some(&self.tests)
    }

    fn measures(&self) -> Vec<MeasureKind> {
        vec![
            measure("spearman", "Rank correlation of probability and reward", Some(1.0)),
            measure("mean_reward", "Mean reward of a string", None),
            measure("top_100", "Mean reward of the best 100 seen", Some(1.0)),
            measure("modes", "References found, to 5 bits", Some(REFERENCES as f64)),
        ]
    }

    fn target(&self) -> Option<Picture> {
        None
    }

    fn look(&self, seen: &mut Seen) -> (Vec<Option<f64>>, Picture) {
        let worth: Vec<f64> = self.tests.iter().map(|string| self.reward.log_reward(string)).collect();
        let best: Vec<(Vec<u8>, f64)> =
            seen.best.best(usize::MAX).map(|(log_reward, string)| (self.bits(string), log_reward.exp())).collect();
        let found = |reference: &&Vec<u8>| best.iter().any(|(string, _)| hamming(string, reference) <= NEAR);
        let values = vec![
            spearman(&seen.test_log_probs, &worth),
            Some(seen.mean(|_, log_reward| log_reward.exp())),
            seen.top_100(),
            Some(self.references.iter().filter(found).count() as f64),
        ];
        let mut ones = vec![0.0_f32; BITS];
        for (string, _) in &seen.recent {
            let bits = self.bits(string);
            ones.iter_mut().zip(bits).for_each(|(ones, bit)| *ones += f32::from(bit) / seen.recent.len() as f32);
        }
        let text = |bits: &[u8]| bits.iter().map(u8::to_string).collect::<String>();
        let listed = best.iter().take(LISTED).map(|(string, reward)| (text(string), *reward)).collect();
        let alphabet = ["0", "1"].map(str::to_owned).to_vec();
        let probability = ones.into_iter().map(|one| vec![1.0 - one, one]).collect();
        (values, Picture::Letters { alphabet, probability, best: listed })
    }
}
