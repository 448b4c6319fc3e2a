//! `crysbfn` from the command line and over HTTP: formulas in, CIF out.

use std::fs;

use axum::http::StatusCode;
use samples::structure::{Composition, Structure, formats};
use serde_json::{Value, json};

use crate::support::{
    App, Folders,
    child::{output, stderr},
};

fn formula_of(path: &std::path::Path) -> String {
    let file = formats::read("sample.cif", &fs::read(path).unwrap()).unwrap();
    let Structure::Crystal(crystal) = &file.trajectory.frames[0].structure else { panic!("not a crystal") };
    Composition::of(crystal.elements()).to_string()
}

#[test]
fn a_formula_becomes_the_same_crystals_twice() {
    let folders = Folders::new();
    for out in ["one", "two"] {
        let arguments = [
            "sample",
            "crysbfn",
            "--preset",
            "perov-small",
            "--set",
            "composition=SrTiO3",
            "--set",
            "steps=5",
            "--count",
            "2",
            "--out",
            out,
        ];
        let output = output(&folders, &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let path = |out: &str, name: &str| folders.path().join(out).join(name);
    for name in ["sample-0000.cif", "sample-0001.cif", "metrics.json"] {
        assert_eq!(fs::read(path("one", name)).unwrap(), fs::read(path("two", name)).unwrap(), "{name}");
    }
    assert_ne!(fs::read(path("one", "sample-0000.cif")).unwrap(), fs::read(path("one", "sample-0001.cif")).unwrap());
    assert_eq!(formula_of(&path("one", "sample-0000.cif")), "SrTiO3");
    let metrics: Value = serde_json::from_slice(&fs::read(path("one", "metrics.json")).unwrap()).unwrap();
    assert_eq!(metrics["samples"][0]["measures"]["formula"], "SrTiO3");
    assert!(metrics["samples"][1]["measures"]["density"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_file_of_formulas_gives_samples_of_each_and_a_bad_line_is_named() {
    let folders = Folders::new();
    let file = |name: &str, text: &str| fs::write(folders.path().join(name), text).unwrap();
    let sample = |input: &str, out: &str| {
        output(
            &folders,
            &[
                "sample",
                "crysbfn",
                "--preset",
                "perov-small",
                "--input",
                input,
                "--count",
                "2",
                "--set",
                "steps=5",
                "--out",
                out,
            ],
        )
    };
    file("formulas.txt", "# perovskites\nSrTiO3\n\nBaZrO3\n");
    let done = sample("formulas.txt", "made");
    assert!(done.status.success(), "{}", stderr(&done));
    let formulas: Vec<_> =
        (0..4).map(|i| formula_of(&folders.path().join(format!("made/sample-000{i}.cif")))).collect();
    assert_eq!(formulas, ["SrTiO3", "SrTiO3", "BaZrO3", "BaZrO3"]);
    for (name, text, line) in [
        ("unknown.txt", "SrTiO3\nXq2\n", "line 2"),
        ("unlearnt.txt", "SrTiO3\nCsPbI3\n", "line 2"),
        ("huge.txt", "Sr999999999O\n", "line 1"),
    ] {
        file(name, text);
        let refused = sample(name, "refused");
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            stderr(&refused).starts_with("error: input: ") && stderr(&refused).contains(line),
            "{}",
            stderr(&refused)
        );
    }
    file("empty.txt", "\n# nothing\n");
    assert_eq!(sample("empty.txt", "refused").status.code(), Some(2));
    assert_eq!(sample("absent.txt", "refused").status.code(), Some(2));
}

#[test]
fn structures_are_converted_and_measured() {
    let folders = Folders::new();
    let salt = "NaCl\n1.0\n5.64 0 0\n0 5.64 0\n0 0 5.64\nNa Cl\n4 4\nDirect\n0 0 0\n0 .5 .5\n.5 0 .5\n.5 .5 0\n.5 .5 .5\n.5 0 0\n0 .5 0\n0 0 .5\n";
    fs::write(folders.path().join("salt.vasp"), salt).unwrap();
    for arguments in [
        ["export", "salt.vasp", "--out", "salt.cif"],
        ["export", "salt.cif", "--out", "salt.extxyz"],
        ["export", "salt.extxyz", "--out", "salt.glb"],
        ["export", "salt.cif", "--measures", "salt.json"],
    ] {
        let done = output(&folders, &arguments);
        assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
    }
    let measures: Value = serde_json::from_slice(&fs::read(folders.path().join("salt.json")).unwrap()).unwrap();
    assert_eq!(measures["space_group"]["number"], 225);
    assert!((measures["density"].as_f64().unwrap() - 2.164).abs() < 0.005, "{measures}");
    assert!(fs::read(folders.path().join("salt.glb")).unwrap().starts_with(b"glTF"));
    fs::write(folders.path().join("broken.cif"), "data_x\nloop_\n_atom_site_label\n").unwrap();
    for arguments in [
        ["export", "broken.cif", "--out", "x.vasp"],
        ["export", "salt.cif", "--out", "x.docx"],
        ["export", "salt.cif", "--out", "salt.vasp"],
    ] {
        assert_eq!(output(&folders, &arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[tokio::test]
async fn compositions_that_mean_nothing_are_named() {
    let app = App::idle().await;
    for composition in ["Xq", "Sr0", "(", "H999999999999", "Ti🙂", "SrTiO3 and more", "CsPbI3"] {
        let parameters = json!({ "composition": composition });
        let body = json!({ "system": "crysbfn", "preset": "perov-small", "parameters": parameters });
        let answer = app.post("/api/samples", body).await;
        assert_eq!(answer.problem(StatusCode::UNPROCESSABLE_ENTITY), ["parameters.composition"], "{composition}");
    }
}

/// The formula that such a network needs may come from the file.
#[test]
fn a_file_of_formulas_serves_models_that_need_one() {
    let folders = Folders::new();
    fs::write(folders.path().join("formulas.txt"), "SrTiO3\n").unwrap();
    let sample = |steps: &str| {
        let steps = format!("steps={steps}");
        let arguments =
            ["sample", "crysbfn", "--preset", "paper-csp", "--set", &steps, "--input", "formulas.txt", "--out", "made"];
        stderr(&output(&folders, &arguments))
    };
    // No weights are shipped; everything else is in order.
    assert!(sample("1000").contains("weights"), "{}", sample("1000"));
    assert!(sample("20").contains("parameters.steps"), "{}", sample("20"));
}

#[tokio::test]
async fn what_the_networks_of_the_papers_size_cannot_do_is_named() {
    let app = App::idle().await;
    for (preset, parameters, bad) in [
        ("paper-csp", json!({ "steps": 1000 }), "parameters.composition"),
        ("paper-mpts-csp", json!({ "steps": 20, "composition": "SrTiO3" }), "parameters.steps"),
        ("paper-carbon", json!({ "steps": 1000, "composition": "C6" }), "parameters.composition"),
    ] {
        let body = json!({ "system": "crysbfn", "preset": preset, "parameters": parameters });
        assert_eq!(app.post("/api/samples", body).await.problem(StatusCode::UNPROCESSABLE_ENTITY), [bad], "{preset}");
    }
}

#[test]
fn a_training_on_an_operators_own_tables_says_where_they_belong() {
    let folders = Folders::new();
    for (preset, table) in [("paper", "mp_20/train.csv"), ("paper-mpts-csp", "mpts_52/train.csv")] {
        let done =
            output(&folders, &["train", "crysbfn", "--preset", preset, "--checkpoints", "steps", "--out", "made"]);
        assert_eq!(done.status.code(), Some(2));
        assert!(stderr(&done).contains(table), "{}", stderr(&done));
        assert!(!folders.path().join("made").exists(), "nothing is left of it");
    }
}

#[tokio::test]
async fn a_training_whose_tables_are_missing_or_no_tables_is_refused_at_once() {
    let app = App::idle().await;
    let request = json!({ "system": "crysbfn", "preset": "paper-perov-csp" });
    let tables = app.folders.assets().join("data/crysbfn/perov_5");
    fs::create_dir_all(&tables).unwrap();
    let answer = |text: Option<String>| {
        if let Some(text) = text {
            fs::write(tables.join("train.csv"), &text).unwrap();
            fs::write(tables.join("test.csv"), text).unwrap();
        }
        app.post_as_admin("/api/runs", request.clone())
    };
    for (text, what) in [
        (None, "No such file"),
        (Some(""), "no column `cif`"),
        (Some("material_id,cif\n"), "no crystal"),
        (Some("material_id,cif\n1,data_x\n"), "row 1"),
    ] {
        let refused = answer(text.map(str::to_owned)).await;
        assert!(refused.text().contains(what), "{}", refused.text());
        assert_eq!(refused.problem(StatusCode::UNPROCESSABLE_ENTITY), ["preset"]);
    }
    let cif = "data_x\n_cell_length_a 4\n_cell_length_b 4\n_cell_length_c 4\n_cell_angle_alpha 90\n_cell_angle_beta 90\n\
               _cell_angle_gamma 90\nloop_\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n\
               _atom_site_fract_z\nSr 0 0 0\nTi .5 .5 .5\nO .5 .5 0\nO .5 0 .5\nO 0 .5 .5\n";
    let good = answer(Some(format!("material_id,cif\n1,\"{cif}\"\n"))).await;
    assert_eq!(good.status, StatusCode::ACCEPTED, "{}", good.text());
}

/// Untrained weights give a cell without volume now and then: that costs the other samples nothing.
#[test]
fn an_answer_that_is_no_crystal_is_told_and_the_others_are_kept() {
    let folders = Folders::new();
    let arguments =
        ["sample", "crysbfn", "--set", "composition=SrTiO3", "--set", "steps=20", "--count", "12", "--out", "made"];
    let done = output(&folders, &arguments);
    assert!(done.status.success(), "{}", stderr(&done));
    let metrics: Value = serde_json::from_slice(&fs::read(folders.path().join("made/metrics.json")).unwrap()).unwrap();
    let samples = metrics["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 12);
    let failed: Vec<_> = samples.iter().filter(|sample| sample["error"].is_string()).collect();
    assert!(!failed.is_empty() && failed.len() < samples.len(), "{} of {} failed", failed.len(), samples.len());
    assert_eq!(stderr(&done).lines().filter(|line| line.starts_with("note: Sample ")).count(), failed.len());
    // Made at once, counted one by one.
    assert!(stderr(&done).contains("12 of 240 ·") && stderr(&done).contains("240 of 240 ·"), "{}", stderr(&done));
    for sample in samples {
        let exists = sample["file"].as_str().is_some_and(|file| folders.path().join("made").join(file).is_file());
        assert_eq!(exists, sample["error"].is_null(), "{sample}");
    }
}
