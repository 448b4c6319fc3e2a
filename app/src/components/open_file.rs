//! Files of the visitor, opened by a button or dropped onto the page's stage.

use leptos::{html, prelude::*};
use web_sys::{DragEvent, File};

use crate::{session::Session, text::format};

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
    let accepts = session.kind.case().map(|case| case.accepts());
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
            <input type="file" accept=accepts.map(|a| a.endings) data-testid="file-open" node_ref=input on:change=chosen />
            <span>{accepts.map(|a| a.button)}</span>
        </label>
        <span class="help">" or drop one onto the view; it stays on your device."</span>
    }
}

/// Opens a file unless it is larger than anything that can be shown.
pub fn open(session: Session, file: File) {
    let Some(case) = session.kind.case() else { return };
    let most = case.accepts().most_bytes;
    if file.size() > most {
        let (name, most) = (file.name(), format::bytes(most as u64));
        session.problem.set(Some(format!("{name} is larger than anything that can be shown: {most}.")));
        return;
    }
    session.open_file(file);
}
