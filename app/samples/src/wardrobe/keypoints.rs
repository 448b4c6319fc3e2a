//! Joints of a person, numbered as OpenPose's COCO model numbers its 18.

use super::WardrobeError;

/// A joint; right and left are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Joint {
    /// Nose.
    Nose,
    /// Between the shoulders.
    Neck,
    /// Right shoulder.
    RightShoulder,
    /// Right elbow.
    RightElbow,
    /// Right wrist.
    RightWrist,
    /// Left shoulder.
    LeftShoulder,
    /// Left elbow.
    LeftElbow,
    /// Left wrist.
    LeftWrist,
    /// Right hip.
    RightHip,
    /// Right knee.
    RightKnee,
    /// Right ankle.
    RightAnkle,
    /// Left hip.
    LeftHip,
    /// Left knee.
    LeftKnee,
    /// Left ankle.
    LeftAnkle,
    /// Right eye.
    RightEye,
    /// Left eye.
    LeftEye,
    /// Right ear.
    RightEar,
    /// Left ear.
    LeftEar,
}

impl Joint {
    /// How many there are.
    pub const COUNT: usize = 18;

    /// All of them, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Nose,
        Self::Neck,
        Self::RightShoulder,
        Self::RightElbow,
        Self::RightWrist,
        Self::LeftShoulder,
        Self::LeftElbow,
        Self::LeftWrist,
        Self::RightHip,
        Self::RightKnee,
        Self::RightAnkle,
        Self::LeftHip,
        Self::LeftKnee,
        Self::LeftAnkle,
        Self::RightEye,
        Self::LeftEye,
        Self::RightEar,
        Self::LeftEar,
    ];

    /// Shoulder, elbow, wrist, hip, knee and ankle of the right side, then of the left.
    pub(super) const SIDES: [[Self; 6]; 2] = [
        [Self::RightShoulder, Self::RightElbow, Self::RightWrist, Self::RightHip, Self::RightKnee, Self::RightAnkle],
        [Self::LeftShoulder, Self::LeftElbow, Self::LeftWrist, Self::LeftHip, Self::LeftKnee, Self::LeftAnkle],
    ];

    /// Its name, for sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nose => "nose",
            Self::Neck => "neck",
            Self::RightShoulder => "right shoulder",
            Self::RightElbow => "right elbow",
            Self::RightWrist => "right wrist",
            Self::LeftShoulder => "left shoulder",
            Self::LeftElbow => "left elbow",
            Self::LeftWrist => "left wrist",
            Self::RightHip => "right hip",
            Self::RightKnee => "right knee",
            Self::RightAnkle => "right ankle",
            Self::LeftHip => "left hip",
            Self::LeftKnee => "left knee",
            Self::LeftAnkle => "left ankle",
            Self::RightEye => "right eye",
            Self::LeftEye => "left eye",
            Self::RightEar => "right ear",
            Self::LeftEar => "left ear",
        }
    }

    /// Whether it is a knee or an ankle: pictures of tops end above them.
    pub fn is_below_hips(self) -> bool {
        matches!(self, Self::RightKnee | Self::LeftKnee | Self::RightAnkle | Self::LeftAnkle)
    }
}

/// Where the joints of a person are in a picture.
///
/// In pixels: the centre of the top left pixel is (0, 0), x goes to the right, y down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keypoints {
    places: [Option<[f32; 2]>; Joint::COUNT],
}

impl Keypoints {
    /// Keypoints from places in the order of [`Joint::ALL`]; `None` where a joint is not seen.
    pub fn new(places: [Option<[f32; 2]>; Joint::COUNT]) -> Self {
        Self { places }
    }

    /// Where a joint is, if it is seen.
    pub fn get(&self, joint: Joint) -> Option<[f32; 2]> {
        self.places[joint as usize]
    }

    /// Where a joint is that nothing can be done without.
    pub(super) fn require(&self, joint: Joint) -> Result<[f32; 2], WardrobeError> {
        self.get(joint).filter(|place| place.iter().all(|c| c.is_finite())).ok_or(WardrobeError::Unseen(joint))
    }

    /// All places, in the order of [`Joint::ALL`].
    pub fn places(&self) -> &[Option<[f32; 2]>; Joint::COUNT] {
        &self.places
    }
}
