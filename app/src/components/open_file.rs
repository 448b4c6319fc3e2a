//! Files of the visitor, opened by a button or dropped anywhere onto the page.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DragEvent, Element, Event, File, FileList, HtmlInputElement, Node};

use crate::{session::Session, text::format};

/// A frame around the stage, which shows that the page takes what is dragged over it. It listens on the window: beside
/// a smaller target the browser would leave the page and open the file itself.
#[component]
pub fn DropTarget(session: Session, children: Children) -> impl IntoView {
    let over = RwSignal::new(false);
    // The page's own pictures are files too where they are dragged.
    let own = StoredValue::new(false);
    let started = window_event_listener(ev::dragstart, move |_| own.set_value(true));
    let ended = window_event_listener(ev::dragend, move |_| own.set_value(false));
    let moved = window_event_listener(ev::dragover, move |event| {
        let receiver = Receiver::of(&event, own.get_value());
        if !matches!(receiver, Receiver::Browser) {
            event.prevent_default();
        }
        over.set(matches!(receiver, Receiver::Page));
    });
    let left = window_event_listener(ev::dragleave, move |_| over.set(false));
    let dropped = window_event_listener(ev::drop, move |event| {
        over.set(false);
        let receiver = Receiver::of(&event, own.get_value());
        if matches!(receiver, Receiver::Browser) {
            return;
        }
        event.prevent_default();
        let Some(files) = event.data_transfer().and_then(|data| data.files()) else { return };
        match (receiver, files.get(0)) {
            (Receiver::Field(input), _) => hand_over(&input, &files),
            (_, Some(file)) => open(session, file),
            (_, None) => {}
        }
    });
    on_cleanup(move || [started, ended, moved, left, dropped].into_iter().for_each(|listener| listener.remove()));
    view! {
        <div class="drop-target" class:over=over>
            {children()}
        </div>
    }
}

/// Who takes what is dragged over the page.
enum Receiver {
    /// Words, links, the page's own pictures, and files over a field for them are no business of ours.
    Browser,
    /// A field that takes files, here or in what stands around.
    Field(HtmlInputElement),
    /// Everything else is the page's.
    Page,
}

impl Receiver {
    fn of(event: &DragEvent, own: bool) -> Self {
        let Some(data) = event.data_transfer() else { return Self::Browser };
        let holds = |kind: &str| data.types().includes(&JsValue::from_str(kind), 0);
        if own || !holds("Files") {
            return Self::Browser;
        }
        // Over words some browsers name the text itself.
        let node = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let element = node.and_then(|node| node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element()));
        let around = |selector: &str| element.as_ref().and_then(|element| element.closest(selector).ok().flatten());
        if around("input[type=file]").is_some() {
            return Self::Browser;
        }
        let field = around(".file-open, .choose, .field");
        let input = field.and_then(|field| field.query_selector("input[type=file]").ok().flatten());
        input.and_then(|input| input.dyn_into().ok()).map_or(Self::Page, Self::Field)
    }
}

/// The same as if the files had been chosen by the button.
fn hand_over(input: &HtmlInputElement, files: &FileList) {
    input.set_files(Some(files));
    if let Ok(change) = Event::new("change") {
        // Whether it was cancelled does not matter.
        drop(input.dispatch_event(&change));
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
        <span class="help">" or drop one onto the page; it stays on your device."</span>
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
