//! Pictures on the command line.

use std::fs::{self, File};

use crate::{
    cli::refused,
    support::{
        Folders,
        child::{output, stderr, stdout},
        form::picture,
    },
};

#[test]
fn pictures_that_are_missing_given_twice_or_none_are_refused_in_one_line() {
    let folders = Folders::new();
    let path = |name: &str| folders.path().join(name);
    fs::write(path("small.png"), picture(12, 8)).unwrap();
    fs::write(path("text.png"), "no picture").unwrap();
    fs::write(path("half.png"), &picture(12, 8)[..40]).unwrap();
    fs::write(path("empty.png"), "").unwrap();
    // Larger than any photo, without filling the disk.
    File::create(path("large.png")).unwrap().set_len(1 << 40).unwrap();
    let base = ["sample", "dlv-irn", "--preset", "x2-small", "--out", "out"];
    let cases: [&[&str]; 10] = [
        &[],
        &["--input", "none.png"],
        &["--input", "text.png"],
        &["--input", "half.png"],
        &["--input", "empty.png"],
        &["--input", "large.png"],
        &["--input", "."],
        &["--set", "picture=none.png"],
        &["--input", "small.png", "--set", "picture=small.png"],
        &["--set", "picture=small.png", "--set", "picture=small.png"],
    ];
    for arguments in cases {
        refused(&output(&folders, &[&base, arguments].concat()), &["inputs.picture"]);
    }
    let unknown = output(&folders, &[&base, &["--set", "photo=small.png"][..]].concat());
    refused(&unknown, &["parameters.photo"]);
    assert!(stderr(&unknown).contains("picture"), "{}", stderr(&unknown));
    assert!(!path("out").exists());
}

#[test]
fn systems_that_work_on_no_pictures_take_none() {
    let folders = Folders::new();
    fs::write(folders.path().join("small.png"), picture(12, 8)).unwrap();
    for (arguments, field) in [
        (["sample", "porous-gan", "--input", "small.png"], "input"),
        (["sample", "fl-gfn", "--input", "small.png"], "input"),
        (["sample", "porous-gan", "--set", "picture=small.png"], "parameters.picture"),
        (["sample", "crysbfn", "--set", "picture=small.png"], "parameters.picture"),
    ] {
        refused(&output(&folders, &[&arguments[..], &["--out", "out"]].concat()), &[field]);
    }
    let train = ["train", "dlv-irn", "--set", "picture=small.png", "--checkpoints", "steps", "--out", "out"];
    refused(&output(&folders, &train), &["parameters.picture"]);
}

#[test]
fn the_catalogue_lists_inputs_beside_parameters() {
    let list = stdout(&output(&Folders::new(), &["systems"]));
    let entry = list.split("\ndlv-irn ").nth(1).unwrap();
    assert!(entry.contains("    picture          Picture (required): "), "{entry}");
}

#[test]
fn files_beside_a_sample_are_not_written_over_either() {
    let folders = Folders::new();
    fs::create_dir(folders.path().join("out")).unwrap();
    fs::write(folders.path().join("out/sample-0000-small.png"), "mine").unwrap();
    fs::write(folders.path().join("small.png"), picture(12, 8)).unwrap();
    let sample = ["sample", "dlv-irn", "--preset", "x2-small", "--input", "small.png", "--out", "out"];
    refused(&output(&folders, &sample), &["out"]);
    assert_eq!(fs::read(folders.path().join("out/sample-0000-small.png")).unwrap(), b"mine");
}

#[test]
fn models_are_evaluated_with_weights_of_ones_own() {
    let folders = Folders::new();
    fs::create_dir(folders.path().join("photos")).unwrap();
    fs::write(folders.path().join("photos/one.png"), picture(48, 40)).unwrap();
    fs::copy(
        folders.assets().join("weights/dlv-irn/x2-small/weights.safetensors"),
        folders.path().join("mine.safetensors"),
    )
    .unwrap();
    let evaluate = |arguments: &[&str]| {
        output(&folders, &[&["evaluate", "dlv-irn", "--pictures", "photos", "--json", "--preset"], arguments].concat())
    };
    let (shipped, mine) = (evaluate(&["x2-small"]), evaluate(&["x2-small", "--weights", "mine.safetensors"]));
    assert!(stdout(&shipped).contains("restored_psnr"), "{}", stderr(&shipped));
    assert_eq!(stdout(&shipped), stdout(&mine), "{}", stderr(&mine));
    refused(&evaluate(&["x2-small", "--weights", "none.safetensors"]), &["weights"]);
    refused(&evaluate(&["x2-sr"]), &["weights"]);
}
