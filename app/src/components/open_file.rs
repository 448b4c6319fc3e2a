//! Files of the visitor, opened by a button or dropped onto the page's stage.

use leptos::{html, prelude::*};
use samples::{objects, structure::formats, volume::MAX_VOXELS};
use web_sys::{DragEvent, File};

use crate::{
    session::{Kind, Session},
    state::pictures,
    text::format,
};

/// What the page of a kind opens.
struct Accepts {
    /// The largest file that is read at all, bytes.
    most_bytes: f64,
    /// Endings of files, for the browser's dialogue.
    endings: &'static str,
    button: &'static str,
}

fn accepts(kind: Kind) -> Accepts {
    match kind {
        Kind::Volume(_) => Accepts {
            // The largest volume in its widest number format, and a header.
            most_bytes: (MAX_VOXELS * 8 + 65_536) as f64,
            endings: ".nrrd",
            button: "Open a NRRD volume",
        },
        Kind::Crystal(_) => Accepts {
            most_bytes: formats::MAX_BYTES as f64,
            endings: ".cif,.mcif,.vasp,.poscar,.contcar,.xyz,.extxyz,.exyz,.sdf,.mol,.mdl,.pdb,.ent,.mol2",
            button: "Open a CIF, POSCAR, XYZ, SDF or PDB file",
        },
        Kind::Objects(_) => Accepts {
            most_bytes: objects::MAX_BYTES as f64,
            endings: ".jsonl,.ndjson,.json",
            button: "Open draws as JSON lines",
        },
        Kind::Pictures(_) => {
            Accepts { most_bytes: pictures::MOST_BYTES, endings: "image/*", button: "Choose a picture" }
        }
    }
}

/// A frame around the stage onto which files can be dropped.
#[component]
pub fn DropTarget(session: Session, children: Children) -> impl IntoView {
    let over = RwSignal::new(false);
    let drop_file = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            open(session, file);
        }
    };
    view! {
        <div
            class="drop-target"
            class:over=over
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=drop_file
        >
            {children()}
        </div>
    }
}

/// The button.
#[component]
pub fn OpenFile(session: Session) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let Accepts { endings, button, .. } = accepts(session.kind);
    let chosen = move |_| {
        if let Some(input) = input.get_untracked() {
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                open(session, file);
            }
            // Choosing the same file again must be a change.
            input.set_value("");
        }
    };
    view! {
        <label class="file-open">
            <input type="file" accept=endings data-testid="file-open" node_ref=input on:change=chosen />
            <span>{button}</span>
        </label>
        <span class="help">" or drop one onto the view; it stays on your device."</span>
    }
}

/// Opens a file unless it is larger than anything that can be shown.
pub fn open(session: Session, file: File) {
    let most = accepts(session.kind).most_bytes;
    if file.size() > most {
        let (name, most) = (file.name(), format::bytes(most as u64));
        session.problem.set(Some(format!("{name} is larger than anything that can be shown: {most}.")));
        return;
    }
    session.open_file(file);
}
