//! Pairs of photos in a folder laid out as VITON-HD is, for operators who may use such photos.
//!
//! ```text
//! train_pairs.txt                          a line a pair: photo, flat garment (when unpaired)
//! train/image/NAME.jpg                     people, who wear the garment of their own name
//! train/cloth/NAME.jpg                     garments lying flat
//! train/cloth-mask/NAME.jpg                white where the garment is
//! train/image-parse-v3/NAME.png            labels 0 to 19 of human parsing, as indices
//! train/openpose_json/NAME_keypoints.json  25 joints, in pixels of the photo
//! train/image-densepose/NAME.jpg           only for the networks of the paper
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use models::systems::dci_vton::Fitting;
use samples::{
    Image,
    image::{Limits, decode, resize::bicubic},
    wardrobe::{Group, Joint, Keypoints, Mask, Parse, agnostic::keep_v2, framing::resized},
};
use serde::Deserialize;

/// Labels of human parsing, and what they are to a try-on.
const GROUPS: [Group; 20] = [
    Group::Background,
    Group::Hair,
    Group::Hair,
    Group::Noise,
    Group::Face,
    Group::Upper,
    Group::Upper,
    Group::Upper,
    Group::Socks,
    Group::Bottom,
    Group::Background,
    Group::Noise,
    Group::Bottom,
    Group::Face,
    Group::LeftArm,
    Group::RightArm,
    Group::LeftLeg,
    Group::RightLeg,
    Group::LeftShoe,
    Group::RightShoe,
];

/// Where OpenPose's 25 joints have the 18 of [`Joint`].
const JOINTS: [usize; Joint::COUNT] = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];

/// The people of one part, `train` or `test`.
#[derive(Clone, Debug)]
pub struct Folder {
    part: PathBuf,
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Pose {
    people: Vec<PosePerson>,
}

#[derive(Deserialize)]
struct PosePerson {
    pose_keypoints_2d: Vec<f32>,
}

impl Folder {
    /// Opens `<root>/<part>` with the list `<root>/<part>_pairs.txt`.
    ///
    /// # Errors
    /// If the list cannot be read, or names nobody.
    pub fn open(root: &Path, part: &str) -> Result<Self> {
        let list = root.join(format!("{part}_pairs.txt"));
        let lines = fs::read_to_string(&list).with_context(|| format!("reading {}", list.display()))?;
        let first = |line: &str| line.split_whitespace().next().map(str::to_owned);
        let names: Vec<String> = lines.lines().filter_map(first).collect();
        ensure!(!names.is_empty(), "{} names nobody", list.display());
        let plain = |name: &String| Path::new(name).file_name().is_some_and(|file| file == name.as_str());
        if let Some(odd) = names.iter().find(|name| !plain(name)) {
            bail!("{}: `{odd}` is no name of a file", list.display());
        }
        Ok(Self { part: root.join(part), names })
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is nobody; [`Self::open`] refuses that.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A person who tries on what they wear, at `sides` (width, height); with DensePose's picture if `densepose`.
    ///
    /// # Errors
    /// If a file is missing or not what it should be, or shoulders and hips are not seen.
    ///
    /// # Panics
    /// If there are not so many people.
    pub fn fitting(&self, index: usize, sides: [usize; 2], densepose: bool) -> Result<Fitting> {
        let [width, height] = sides;
        let name = &self.names[index];
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let photo = self.picture("image", name)?;
        let keypoints =
            self.keypoints(stem, [width as f32 / photo.width() as f32, height as f32 / photo.height() as f32]);
        let keypoints = keypoints.with_context(|| format!("the joints of {name}"))?;
        let parse = self.parse(stem, sides).with_context(|| format!("the parse of {name}"))?;
        let keep = keep_v2(&keypoints, &parse).with_context(|| format!("the pose of {name}"))?;
        let small = |folder: &str| Ok::<_, anyhow::Error>(bicubic(&self.picture(folder, name)?, width, height));
        let white = self.picture("cloth-mask", name)?;
        let white = Mask {
            width: white.width(),
            height: white.height(),
            values: white.pixels().iter().step_by(3).map(|&value| value >= 128).collect(),
        };
        Ok(Fitting {
            person: bicubic(&photo, width, height),
            keypoints,
            parse,
            keep,
            garment: small("cloth")?,
            garment_mask: resized(&white, width, height),
            landmarks: None,
            truth: None,
            framing: None,
            densepose: densepose.then(|| small("image-densepose")).transpose()?,
        })
    }

    fn read(&self, folder: &str, name: &str) -> Result<Vec<u8>> {
        let path = self.part.join(folder).join(name);
        fs::read(&path).with_context(|| format!("reading {}", path.display()))
    }

    fn picture(&self, folder: &str, name: &str) -> Result<Image> {
        let decoded = decode(&self.read(folder, name)?, &Limits::PHOTO);
        Ok(decoded.with_context(|| format!("{folder}/{name}"))?.image)
    }

    fn keypoints(&self, stem: &str, scale: [f32; 2]) -> Result<Keypoints> {
        let file = self.read("openpose_json", &format!("{stem}_keypoints.json"))?;
        let pose: Pose = serde_json::from_slice(&file)?;
        let person = pose.people.first().context("nobody was found")?;
        let joints = person.pose_keypoints_2d.as_chunks::<3>().0;
        ensure!(joints.len() == 25, "{} joints, where OpenPose finds 25", joints.len());
        // Who is not seen is at the origin.
        let place = |joint: usize| {
            let [x, y, _] = joints[joint];
            (x.is_finite() && y.is_finite() && (x, y) != (0.0, 0.0)).then(|| [x * scale[0], y * scale[1]])
        };
        Ok(Keypoints::new(JOINTS.map(place)))
    }

    fn parse(&self, stem: &str, [width, height]: [usize; 2]) -> Result<Parse> {
        let file = self.read("image-parse-v3", &format!("{stem}.png"))?;
        let mut reader = png::Decoder::new(std::io::Cursor::new(file));
        reader.set_transformations(png::Transformations::IDENTITY);
        let mut reader = reader.read_info()?;
        let (columns, rows, kind) = (reader.info().width, reader.info().height, reader.output_color_type());
        let plain = matches!(kind, (png::ColorType::Indexed | png::ColorType::Grayscale, png::BitDepth::Eight));
        ensure!(plain, "labels are indices of 8 bits, not {kind:?}");
        let pixels = u64::from(columns) * u64::from(rows);
        ensure!(pixels <= Limits::PHOTO.pixels, "{columns} × {rows} labels are too many");
        let mut labels = vec![0; pixels as usize];
        reader.next_frame(&mut labels)?;
        // The nearest label, as PyTorch and Pillow find it.
        let at = |i: usize, side: usize, all: u32| ((2 * i + 1) * all as usize / (2 * side)).min(all as usize - 1);
        let groups = (0..width * height).map(|i| {
            let (x, y) = (at(i % width, width, columns), at(i / width, height, rows));
            let label = labels[y * columns as usize + x];
            GROUPS.get(usize::from(label)).copied().with_context(|| format!("there is no label {label}"))
        });
        Ok(Parse { width, height, groups: groups.collect::<Result<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use models::systems::dci_vton::Sizes;
    use samples::{
        image::encode,
        wardrobe::{Scene, test_pair},
    };
    use serde_json::json;

    use super::*;
    use crate::training::{Trainer, dci_vton::TryOnTraining, dci_vton::score};

    /// A drawn person as somebody's photo with everything that belongs to it.
    fn write(root: &Path, part: &str, name: &str, scene: &Scene) {
        let folder = |folder: &str| {
            let path = root.join(part).join(folder);
            fs::create_dir_all(&path).unwrap();
            path
        };
        let file = |of: &str, image: &Image| {
            fs::write(folder(of).join(format!("{name}.jpg")), encode::jpeg(image, 95).unwrap()).unwrap();
        };
        let mask = scene.garment_mask.values.iter().flat_map(|&garment| [255 * u8::from(garment); 3]).collect();
        file("image", &scene.person);
        file("image-densepose", &scene.person);
        file("cloth", &scene.garment);
        file("cloth-mask", &Image::new(scene.garment_mask.width, scene.garment_mask.height, mask).unwrap());
        let labels: Vec<u8> = scene
            .parse
            .groups
            .iter()
            .map(|group| GROUPS.iter().position(|other| other == group).unwrap() as u8)
            .collect();
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, scene.parse.width as u32, scene.parse.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette((0..20).flat_map(|i| [i * 12; 3]).collect::<Vec<u8>>());
        encoder.write_header().unwrap().write_image_data(&labels).unwrap();
        fs::write(folder("image-parse-v3").join(format!("{name}.png")), png).unwrap();
        let mut joints = vec![0.0; 75];
        for (place, at) in scene.keypoints.places().iter().zip(JOINTS) {
            let [x, y] = place.unwrap_or_default();
            joints[3 * at..3 * at + 3].copy_from_slice(&[x, y, 1.0]);
        }
        let pose = json!({ "people": [{ "pose_keypoints_2d": joints }] }).to_string();
        fs::write(folder("openpose_json").join(format!("{name}_keypoints.json")), pose).unwrap();
    }

    #[test]
    fn both_networks_learn_from_photos() {
        let assets = tempfile::tempdir().unwrap();
        let root = assets.path().join("data/dci-vton/viton-hd");
        for (part, first) in [("train", 1), ("test", 3)] {
            for (name, i) in ["a", "b"].into_iter().zip(first..) {
                let pair = test_pair(i);
                write(&root, part, name, &Scene::render(&pair.person, &pair.garment, 96, 128).unwrap());
            }
            fs::write(root.join(format!("{part}_pairs.txt")), "a.jpg b.jpg\nb.jpg a.jpg\n").unwrap();
        }
        let parameters = json!({ "people": "photos", "warp_iterations": 2, "iterations": 1, "batch_size": 2 });
        let request = catalog::TrainRequest {
            system: "dci-vton".into(),
            preset: "small".into(),
            parameters,
            seed: 1,
            device: Default::default(),
        };
        let request = request.check().unwrap().request;
        let device = burn::tensor::Device::flex();
        let mut training = TryOnTraining::start(&request, None, assets.path(), &device).unwrap();
        assert_eq!(training.total_steps(), 3);
        while training.step() < 3 {
            training.advance().unwrap();
        }
        let out = tempfile::tempdir().unwrap();
        training.publish(out.path()).unwrap();
        let card: serde_json::Value = serde_json::from_slice(&fs::read(out.path().join("card.json")).unwrap()).unwrap();
        assert_eq!(card["measures"]["pairs"], 2);
        assert!(card["measures"]["mask_iou"].is_number() && card["measures"]["end_point_error"].is_null(), "{card}");
        assert!(card["data"]["name"].as_str().unwrap().contains("photos"));
    }

    #[test]
    fn photos_are_read_as_the_people_that_they_show() {
        let root = tempfile::tempdir().unwrap();
        let scenes = [1, 2].map(|i| Scene::render(&test_pair(i).person, &test_pair(i).garment, 192, 256).unwrap());
        for (scene, name) in scenes.iter().zip(["a", "b"]) {
            write(root.path(), "test", name, scene);
        }
        fs::write(root.path().join("test_pairs.txt"), "a.jpg b.jpg\nb.jpg a.jpg\n").unwrap();
        let folder = Folder::open(root.path(), "test").unwrap();
        let sides = Sizes::SMALL.pictures;
        let fittings = score::photographed(&folder, 9, sides, true).unwrap();
        assert_eq!(fittings.len(), 2);
        for (fitting, i) in fittings.iter().zip([1, 2]) {
            let small = Scene::render(&test_pair(i).person, &test_pair(i).garment, sides[0], sides[1]).unwrap();
            let same = fitting.parse.groups.iter().zip(&small.parse.groups).filter(|(a, b)| a == b).count();
            assert!(same > 48 * 64 * 19 / 20, "{same}");
            for (ours, theirs) in fitting.keypoints.places().iter().zip(small.keypoints.places()) {
                assert_eq!(ours.is_some(), theirs.is_some());
                let apart = ours.iter().flatten().zip(theirs.iter().flatten()).map(|(a, b)| (a - b).abs());
                assert!(apart.fold(0.0, f32::max) < 1.0);
            }
            let [a, b] = [&fitting.person, &small.person].map(Image::pixels);
            let apart = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() as f64 / a.len() as f64;
            assert!(apart < 6.0, "{apart}");
            assert!(fitting.densepose.is_some() && fitting.truth.is_none());
        }
        let broken = |file: &str, bytes: &[u8], says: &str| {
            let path = root.path().join("test").join(file);
            let before = fs::read(&path).unwrap();
            fs::write(&path, bytes).unwrap();
            let error = format!("{:#}", folder.fitting(0, sides, false).unwrap_err());
            assert!(error.contains(says), "{error}");
            fs::write(&path, before).unwrap();
        };
        broken("image-parse-v3/a.png", b"no picture", "the parse of a.jpg");
        broken("openpose_json/a_keypoints.json", br#"{"people":[]}"#, "nobody was found");
        broken("openpose_json/a_keypoints.json", br#"{"people":[{"pose_keypoints_2d":[1,2,3]}]}"#, "1 joints");
        broken("cloth/a.jpg", b"", "cloth/a.jpg");
        fs::write(root.path().join("test_pairs.txt"), "../a.jpg b.jpg\n").unwrap();
        assert!(Folder::open(root.path(), "test").unwrap_err().to_string().contains("no name of a file"));
    }
}
