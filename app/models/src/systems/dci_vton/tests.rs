//! From a request to pictures, with weights that know nothing.

use catalog::{
    SampleRequest,
    systems::dci_vton::{GARMENT, GARMENT_MASK, MASK, PERSON},
};
use samples::{
    Image, Inputs, Pictures, Preview, Sample,
    image::Decoded,
    wardrobe::{Scene, TEST_PAIRS, measures, pair, test_pair},
};
use serde_json::{Value, json};

use super::{
    dress::{composite, lay},
    network::to_file,
    paper::PaperRefiner,
    refiner::{Refiner, RefinerConfig},
    *,
};
use crate::{
    appearance_flow::{Alignment, WarpConfig, WarpNetwork},
    registry, sampling, seed, weights,
};

fn model() -> Box<dyn Model> {
    registry::load("dci-vton", "small", file(), &Device::flex()).unwrap()
}

/// The weights of the small networks, as they are before any training.
fn file() -> Vec<u8> {
    let (device, rng) = (Device::flex(), &mut seed::stream(5, 0));
    let warp = WarpNetwork::random(&WarpConfig::small(), rng, &device);
    to_file(&warp, &Refiner::random(&RefinerConfig::small(), rng, &device)).unwrap()
}

fn request(parameters: Value, seed: u64) -> SampleRequest {
    SampleRequest {
        system: "dci-vton".into(),
        preset: "small".into(),
        parameters,
        seed,
        count: 1,
        device: Default::default(),
    }
}

fn decoded(image: Image) -> Decoded {
    image.into()
}

/// The pictures of a request, and the frames on the way.
fn made(
    model: &dyn Model,
    parameters: Value,
    seed: u64,
    inputs: &Inputs,
) -> Result<(Pictures, Vec<Image>), ModelError> {
    let mut sampling = model.sample(&request(parameters, seed), inputs, 0..1)?;
    let mut frames = Vec::new();
    for _ in 0..sampling.total_steps() {
        sampling::advance(sampling.as_mut())?;
        if let Some(previews) = sampling.previews() {
            let Preview::Patch(patch) = sampling::only(previews.read()?)? else { panic!("a patch") };
            assert_eq!(patch.role, "result");
            frames.push(patch.image);
        }
    }
    let Sample::Pictures(pictures) = sampling::only(sampling.finish()?.read()?)? else { panic!("pictures") };
    Ok((pictures, frames))
}

fn picture<'a>(pictures: &'a Pictures, role: &str) -> &'a Image {
    &pictures.pictures.iter().find(|picture| picture.role == role).unwrap_or_else(|| panic!("no {role}")).image
}

#[test]
fn kept_pixels_are_the_pictures_own_bit_for_bit() {
    let model = model();
    for parameters in [
        json!({ "steps": 3 }),
        json!({ "steps": 3, "solver": "plms" }),
        json!({ "steps": 2, "method": "noise-start" }),
        json!({ "steps": 2, "method": "no-warp" }),
        json!({ "method": "composite", "warp": "affine" }),
        json!({ "method": "blend" }),
        json!({ "method": "blend", "seam": "poisson" }),
    ] {
        let (pictures, _) = made(model.as_ref(), parameters.clone(), 3, &Inputs::default()).unwrap();
        let (result, before, mask) =
            (picture(&pictures, "result"), picture(&pictures, "original"), picture(&pictures, "mask"));
        let mut kept = 0;
        for i in (0..mask.pixels().len()).filter(|&i| mask.pixels()[i] == 255) {
            assert_eq!(result.pixels()[i], before.pixels()[i], "{parameters}: value {i}");
            kept += 1;
        }
        assert!(kept > 3000, "{kept}");
        assert_ne!(result, before, "{parameters}");
        assert!(pictures.measures.contains_key("end_point_error"), "the truth is drawn");
        let text = &pictures.pictures[0].text;
        assert!(text.iter().any(|(_, says)| says.contains("generated")), "{text:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_picture_and_another_is_another() {
    let model = model();
    let with = |seed| made(model.as_ref(), json!({ "steps": 2 }), seed, &Inputs::default()).unwrap();
    let (first, frames) = with(1);
    assert_eq!(first, with(1).0);
    assert_ne!(picture(&first, "result"), picture(&with(2).0, "result"));
    // The composite, then a frame a step but the last, which is the result.
    assert_eq!(frames.len(), 2);
    assert_eq!(&frames[0], picture(&first, "composite"));
}

#[test]
fn a_mask_of_the_visitors_decides_what_is_repainted() {
    let model = model();
    let mask = |width, height, black: fn(usize, usize) -> bool| {
        let pixels = (0..width * height).flat_map(|i| [255 * u8::from(!black(i % width, i / width)); 3]).collect();
        Inputs::default().with(MASK, decoded(Image::new(width, height, pixels).unwrap()))
    };
    let with = |inputs: &Inputs| made(model.as_ref(), json!({ "steps": 1 }), 1, inputs);
    let (pictures, _) = with(&mask(48, 64, |x, y| (10..20).contains(&x) && (30..40).contains(&y))).unwrap();
    let (result, before) = (picture(&pictures, "result"), picture(&pictures, "original"));
    let differs = |i: &usize| result.pixels()[3 * i..3 * i + 3] != before.pixels()[3 * i..3 * i + 3];
    let changed: Vec<_> = (0..48 * 64).filter(differs).collect();
    assert!(
        !changed.is_empty() && changed.iter().all(|i| (10..20).contains(&(i % 48)) && (30..40).contains(&(i / 48)))
    );
    for (inputs, says) in [
        (mask(48, 63, |x, _| x < 9), "48 × 63"),
        (mask(48, 64, |_, _| false), "all white"),
        (mask(48, 64, |_, _| true), "all black"),
    ] {
        let error = with(&inputs).expect_err("refused").to_string();
        assert!(error.starts_with("inputs.mask: ") && error.contains(says), "{error}");
    }
}

/// The networks that find people.
const PEOPLE: &[u8] = include_bytes!("../../../../../assets/weights/dci-vton/people.safetensors");

#[test]
fn a_picture_of_a_garment_is_cut_out_and_worn() {
    let mut model = model();
    model.equip(PEOPLE).unwrap();
    let scene = Scene::render(&test_pair(4).person, &test_pair(4).garment, 150, 200).unwrap();
    let inputs = Inputs::default().with(GARMENT, decoded(scene.garment.clone()));
    let (pictures, _) = made(model.as_ref(), json!({ "method": "composite" }), 1, &inputs).unwrap();
    assert!(pictures.measures.is_empty(), "nobody has drawn the truth");
    let mask = picture(&pictures, "cut-out").clone();
    let white = |image: &Image| image.pixels().iter().filter(|&&value| value == 255).count() / 3;
    let drawn = scene.garment_mask.count();
    assert!(white(&mask).abs_diff(drawn) < drawn / 50, "{} of {drawn}", white(&mask));
    let blank = Image::new(40, 40, vec![200; 4800]).unwrap();
    let refused = made(model.as_ref(), json!({}), 1, &Inputs::default().with(GARMENT, decoded(blank)));
    let error = refused.expect_err("refused").to_string();
    assert!(error.starts_with("inputs.garment: "), "{error}");
    let unknown = made(model.as_ref(), json!({ "method": "composite", "warp": "thin-plate" }), 1, &inputs);
    assert!(unknown.expect_err("refused").to_string().starts_with("parameters.warp: "));
}

#[test]
fn a_cut_out_of_the_visitors_decides_what_the_garment_is() {
    let model = model();
    let scene = Scene::render(&test_pair(4).person, &test_pair(4).garment, 150, 200).unwrap();
    let picture_of = |[width, height]: [usize; 2], white: &dyn Fn(usize, usize) -> bool| {
        let pixels = (0..width * height).flat_map(|i| [255 * u8::from(white(i % width, i / width)); 3]).collect();
        decoded(Image::new(width, height, pixels).unwrap())
    };
    let with = |mask: Decoded| Inputs::default().with(GARMENT, decoded(scene.garment.clone())).with(GARMENT_MASK, mask);
    let run = |inputs: &Inputs| made(model.as_ref(), json!({ "method": "composite", "warp": "paste" }), 1, inputs);
    let left = |x: usize, y: usize| x < 75 && scene.garment_mask.at(x, y);
    let (pictures, _) = run(&with(picture_of([150, 200], &left))).expect("nothing has to be looked at");
    let found = picture(&pictures, "cut-out");
    assert_eq!(found.pixels()[0..3], [0; 3]);
    assert!((0..200).all(|y| found.row(y)[3 * 75..].iter().all(|&value| value == 0)), "the right half is cut away");
    for (inputs, says) in [
        (with(picture_of([150, 199], &left)), "150 × 199"),
        (with(picture_of([150, 200], &|_, _| false)), "no garment"),
        (with(picture_of([150, 200], &|x, y| x < 9 && y < 9)), "2 %"),
        (Inputs::default().with(GARMENT_MASK, picture_of([150, 200], &left)), "give its picture"),
    ] {
        let error = run(&inputs).expect_err("refused").to_string();
        assert!(error.starts_with("inputs.garment_mask: ") && error.contains(says), "{error}");
    }
}

#[test]
fn a_garment_in_a_see_through_picture_is_what_is_not_see_through() {
    let mut model = model();
    model.equip(PEOPLE).unwrap();
    let scene = Scene::render(&test_pair(4).person, &test_pair(4).garment, 150, 200).unwrap();
    // White on white, which colours cannot tell.
    let white = Image::new(150, 200, vec![255; 3 * 150 * 200]).unwrap();
    let opacity = scene.garment_mask.values.iter().map(|&is| 255 * u8::from(is)).collect();
    let with = |opacity| {
        let inputs = Inputs::default().with(GARMENT, Decoded { opacity, ..decoded(white.clone()) });
        made(model.as_ref(), json!({ "method": "composite", "warp": "paste" }), 1, &inputs)
    };
    let (pictures, _) = with(Some(opacity)).unwrap();
    let found = picture(&pictures, "cut-out");
    assert!(
        scene.garment_mask.values.iter().zip(found.pixels().as_chunks::<3>().0).all(|(&is, p)| is == (p[0] == 255))
    );
    assert!(with(None).is_err());
}

#[test]
fn photos_need_the_networks_that_find_people() {
    let mut model = model();
    let wall = Inputs::default().with(PERSON, decoded(Image::new(300, 400, vec![90; 360_000]).unwrap()));
    assert!(matches!(made(model.as_ref(), json!({}), 1, &wall), Err(ModelError::Weights(_))));
    assert!(model.equip(b"nothing").is_err());
    model.equip(PEOPLE).unwrap();
    let error = made(model.as_ref(), json!({}), 1, &wall).expect_err("nobody is there").to_string();
    assert!(error.starts_with("inputs.person: nobody"), "{error}");
}

#[test]
fn the_small_model_refines_whom_it_knows_and_blends_photos() {
    let model = model();
    let with = |method| made(model.as_ref(), json!({ "method": method, "steps": 2 }), 1, &Inputs::default());
    assert_eq!(with("auto").unwrap().0, with("refine").unwrap().0);
    let photo = Inputs::default().with(PERSON, decoded(Image::new(300, 400, vec![90; 360_000]).unwrap()));
    let steps = |inputs| model.sample(&request(json!({ "steps": 2 }), 1), inputs, 0..1).unwrap().total_steps();
    // Two looks and an outline in place of two steps of the diffusion.
    assert_eq!([steps(&Inputs::default()), steps(&photo)], [4, 5]);
}

/// The path of the paper's size, with networks that a test can hold: pictures are squeezed to a canvas of other
/// proportions, the flow comes from smaller ones, and CLIP sees the garment.
#[test]
fn the_papers_networks_dress_people_too() {
    let (device, rng) = (Device::flex(), &mut seed::stream(6, 0));
    let (warp, refiner) = (WarpConfig { alignment: Alignment::Edges, ..WarpConfig::small() }, paper::tests::tiny());
    let networks = Networks {
        sizes: Sizes { pictures: [48, 64], warp: [24, 32], canvas: [64, 64] },
        warp: WarpNetwork::random(&warp, rng, &device),
        painter: Painter::Paper(Box::new(PaperRefiner::random(&refiner, rng, &device))),
    };
    let model = TryOn::new(networks, &device);
    for method in ["auto", "noise-start", "no-warp", "blend"] {
        let parameters = json!({ "steps": 2, "solver": "plms", "method": method });
        let (pictures, frames) = made(&model, parameters, 3, &Inputs::default()).unwrap();
        let [result, before, mask] = ["result", "original", "mask"].map(|role| picture(&pictures, role));
        let same = |i: &usize| result.pixels()[*i] == before.pixels()[*i];
        assert!((0..mask.pixels().len()).filter(|&i| mask.pixels()[i] == 255).all(|i| same(&i)), "{method}");
        assert_ne!(result, before);
        assert_eq!(frames[0].width(), 48);
    }
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let device = Device::flex();
    assert!(load("small", b"no file".to_vec(), &device).is_err());
    let warp = WarpNetwork::random(&WarpConfig::small(), &mut seed::stream(5, 0), &device);
    let warp = weights::to_safetensors(&warp, burn::tensor::DType::F16).unwrap();
    let half = weights::join(&[("warp", &warp)]).unwrap();
    assert!(matches!(load("small", half, &device), Err(ModelError::Weights(_))), "its refiner is missing");
    assert!(matches!(load("large", vec![], &device), Err(ModelError::UnknownPreset { .. })));
}

#[test]
fn the_true_flow_lays_the_garment_where_it_is_worn() {
    for index in 0..10 {
        let pair = test_pair(index % TEST_PAIRS);
        let fitting = Fitting::drawn(&pair.person, &pair.garment, &pair.garment, Sizes::SMALL.pictures).unwrap();
        let truth = fitting.truth.clone().unwrap();
        let laid = lay(&truth.flow, &fitting.garment, &fitting.garment_mask, &fitting.keep);
        assert!(measures::mask_iou(&laid.warped_mask, &truth.worn).unwrap() > 0.95);
        let composite = composite(&fitting, &laid).unwrap();
        assert!(measures::masked_l1(&composite, &truth.person, &truth.certain).unwrap() < 0.05);
    }
}

#[test]
fn somebody_elses_garment_has_a_truth_too() {
    let (first, second) = (pair(1), pair(2));
    let fitting = Fitting::drawn(&first.person, &first.garment, &second.garment, Sizes::SMALL.pictures).unwrap();
    let truth = fitting.truth.unwrap();
    assert_eq!(fitting.garment, truth.garment);
    assert_ne!(fitting.person, truth.person);
}
