//! `vitrine export`.

use std::fs;

use samples::volume::{PoreMeasures, Volume, nrrd};

use crate::support::{
    Folders,
    child::{output, stderr},
};

fn rock() -> Volume {
    Volume::from_fn(24, |z, y, x| (z * 7 + y * 5 + x * 3) % 11 < 4)
}

fn write_rock(folders: &Folders) {
    fs::write(folders.path().join("rock.nrrd"), nrrd::write(&rock(), &nrrd::WriteOptions::default())).unwrap();
}

#[test]
fn a_volume_survives_every_format() {
    let folders = Folders::new();
    write_rock(&folders);
    for (from, to) in [("rock.nrrd", "rock.json"), ("rock.json", "rock.tif"), ("rock.tif", "again.nrrd")] {
        let output = output(&folders, &["export", from, "--out", to]);
        assert!(output.status.success(), "{from} → {to}: {}", stderr(&output));
    }
    assert_eq!(fs::metadata(folders.path().join("rock.raw")).unwrap().len(), 24 * 24 * 24);
    assert_eq!(nrrd::read(&fs::read(folders.path().join("again.nrrd")).unwrap()).unwrap(), rock());
}

#[test]
fn measures_are_written_as_json_and_as_a_table() {
    let folders = Folders::new();
    write_rock(&folders);
    for file in ["measures.json", "measures.csv"] {
        assert!(output(&folders, &["export", "rock.nrrd", "--measures", file]).status.success());
    }
    let json = fs::read(folders.path().join("measures.json")).unwrap();
    let measured = PoreMeasures::of(&rock(), &samples::volume::MeasureOptions::default()).unwrap();
    assert_eq!(json, serde_json::to_vec_pretty(&measured).unwrap());
    let csv = fs::read_to_string(folders.path().join("measures.csv")).unwrap();
    assert!(csv.lines().nth(1).unwrap().starts_with("rock.nrrd,0."), "{csv}");
}

#[test]
fn bad_files_and_names_are_refused_and_nothing_is_written() {
    let folders = Folders::new();
    write_rock(&folders);
    let whole = fs::read(folders.path().join("rock.nrrd")).unwrap();
    let huge = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 10000 10000 10000\nencoding: raw\n\n";
    fs::write(folders.path().join("short.nrrd"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folders.path().join("huge.nrrd"), huge).unwrap();
    fs::write(folders.path().join("short.tif"), b"II*\0").unwrap();
    fs::write(folders.path().join("alone.json"), "{}").unwrap();
    let cases: [(&[&str], &str); 10] = [
        (&["short.nrrd", "--out", "out.tif"], "input"),
        (&["huge.nrrd", "--out", "out.tif"], "input"),
        (&["short.tif", "--out", "out.nrrd"], "input"),
        (&["alone.json", "--out", "out.nrrd"], "input"),
        (&["none.nrrd", "--out", "out.tif"], "input"),
        (&["rock.txt", "--out", "out.tif"], "input"),
        (&["rock.nrrd", "--out", "out.png"], "out"),
        (&["rock.nrrd", "--out", "rock.nrrd"], "out"),
        (&["rock.nrrd"], "out"),
        (&["rock.nrrd", "--out", "out.tif", "--voxel-um", "NaN"], "voxel_um"),
    ];
    for (arguments, field) in cases {
        let output = output(&folders, &[&["export"], arguments].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.starts_with(&format!("error: {field}: ")) && text.lines().count() == 1, "{arguments:?}: {text}");
    }
    assert!(!folders.path().join("out.tif").exists() && !folders.path().join("out.nrrd").exists());
}

#[test]
fn what_is_wrong_about_a_structure_is_said_and_nothing_is_written() {
    let folders = Folders::new();
    fs::write(folders.path().join("water.xyz"), "3\nwater\nO 0 0 0\nH 0 0 1\nH 0 1 0\n").unwrap();
    let salt = "salt\n1\n4 0 0\n0 4 0\n0 0 4\nNa Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n";
    fs::write(folders.path().join("salt.vasp"), salt).unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["water.xyz", "--out", "out.sdf", "--measures", "out.json"], "measures"),
        (&["salt.vasp", "--out", "out.cif", "--measures", "out.csv"], "measures"),
        (&["salt.vasp", "--out", "out.cif", "--measures", "out.cif"], "measures"),
        (&["salt.vasp", "--out", "out.cif", "--voxel-um", "1"], "voxel_um"),
        (&["salt.vasp", "--out", "out.cif", "--measures", "out.json", "--permeability"], "permeability"),
        (&["salt.vasp", "--out", "out.png"], "out"),
    ];
    for (arguments, field) in cases {
        let output = output(&folders, &[&["export"], arguments].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.starts_with(&format!("error: {field}: ")), "{arguments:?}: {text}");
        let left = fs::read_dir(folders.path())
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("out."));
        assert_eq!(left.count(), 0, "{arguments:?}");
    }
    let made = output(&folders, &["export", "salt.vasp", "--out", "out.cif", "--measures", "out.json"]);
    assert!(made.status.success(), "{}", stderr(&made));
    assert!(folders.path().join("out.cif").exists() && folders.path().join("out.json").exists());
}

#[cfg(unix)]
#[test]
fn a_pipe_without_end_is_not_read_without_end() {
    let folders = Folders::new();
    std::os::unix::fs::symlink("/dev/zero", folders.path().join("endless.xyz")).unwrap();
    let output = output(&folders, &["export", "endless.xyz", "--out", "out.cif"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("has more than"), "{}", stderr(&output));
}

/// What the process `id` had in memory at most, bytes, as the system counted up to now; none when it is gone.
#[cfg(target_os = "linux")]
fn most_memory(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| 1024 * kib)
}

#[cfg(target_os = "linux")]
#[test]
fn the_largest_volume_is_measured_within_two_gibibytes() {
    let folders = Folders::new();
    // Pores of no simple period, so that all that is counted occurs.
    let volume = Volume::from_fn(512, |z, y, x| (z * z / 90 + y * y / 70 + x * x / 80 + z * y / 60) % 13 < 9);
    fs::write(folders.path().join("large.nrrd"), nrrd::write(&volume, &nrrd::WriteOptions::default())).unwrap();
    drop(volume);
    let mut child = crate::support::child::vitrine(&folders, &["export", "large.nrrd", "--measures", "large.json"])
        .spawn()
        .unwrap();
    let mut most = 0;
    let status = loop {
        most = most.max(most_memory(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert!(status.success());
    assert!((128 << 20..2 << 30).contains(&most), "{most} bytes");
    assert!(folders.path().join("large.json").exists());
}
