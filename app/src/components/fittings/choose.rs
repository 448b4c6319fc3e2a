//! Who tries on, and what: drawn, or the visitor's own.

use catalog::Field;
use leptos::{html, prelude::*, task::spawn_local};
use samples::{
    Image,
    wardrobe::{Person, Scene, gallery},
};
use web_sys::File;

use super::Drawn;
use crate::{
    components::{open_file::OpenFile, photo_sources::PhotoSources},
    session::{FittingsCase, Own, PORTRAIT_NAME, Session},
    text::format,
};

/// Width and height of a drawing to choose from.
const THUMBNAIL: [usize; 2] = [96, 128];

/// The people, and a photo of one's own.
#[component]
pub fn PersonField(session: Session, case: FittingsCase, field: Field) -> impl IntoView {
    let own = case.person;
    let drawings = gallery::PEOPLE.map(|named| (named.slug, named.name, person(named.slug)));
    view! {
        <fieldset class="choose" data-testid="choose-person">
            <legend>"Who"</legend>
            <Drawings session field drawings=drawings.to_vec() covered=Signal::derive(move || own.with(Option::is_some)) />
            <p class="stays">"A photo stays on this device."</p>
            <p class="open-line">
                <OpenFile session />
            </p>
            <PhotoSources session facing="user" />
            <Portrait session case />
            <OwnPicture own=own test="own-person" forget=move || case.forget_person() />
        </fieldset>
    }
    .into_any()
}

/// The garments, and a picture of one's own.
#[component]
pub fn GarmentField(session: Session, case: FittingsCase, field: Field) -> impl IntoView {
    let own = case.garment;
    let drawings = gallery::GARMENTS.map(|named| (named.slug, named.name, garment(named.slug)));
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            choose_garment(session, case, file);
        }
        // Choosing the same file again must be a change.
        input.set_value("");
    };
    view! {
        <fieldset class="choose" data-testid="choose-garment">
            <legend>"What"</legend>
            <Drawings session field drawings=drawings.to_vec() covered=Signal::derive(move || own.with(Option::is_some)) />
            <p class="open-line">
                <label class="file-open">
                    <input type="file" accept="image/*" data-testid="garment-open" node_ref=input on:change=chosen />
                    <span>"Choose a picture of a top"</span>
                </label>
                <span class="help">" lying flat on a plain ground; it stays on your device."</span>
            </p>
            <OwnPicture own=own test="own-garment" forget=move || case.forget_garment() />
        </fieldset>
    }
    .into_any()
}

/// The portrait that is shipped, for who has no photo at hand.
#[component]
fn Portrait(session: Session, case: FittingsCase) -> impl IntoView {
    let choose = move |_| {
        spawn_local(async move {
            let problem = case.choose_portrait(session).await.err();
            session.problem.try_set(problem);
        });
    };
    let button = move |address: String| {
        view! {
            <p class="own">
                <button type="button" class="specimen portrait" data-testid="portrait" title=PORTRAIT_NAME on:click=choose>
                    <img src=address alt=PORTRAIT_NAME width="96" height="96" />
                </button>
                <span class="help">"Or this portrait: "{PORTRAIT_NAME}"."</span>
            </p>
        }
    };
    view! { {move || case.portrait(session).map(button)} }.into_any()
}

fn choose_garment(session: Session, case: FittingsCase, file: File) {
    spawn_local(async move {
        let problem = case.choose_garment(session, file).await.err();
        session.problem.try_set(problem);
    });
}

fn person(slug: &str) -> Option<Image> {
    let (person, worn) = gallery::person(slug).zip(gallery::worn_by(slug))?;
    Scene::render(&person, &worn, THUMBNAIL[0], THUMBNAIL[1]).ok().map(|scene| scene.person)
}

fn garment(slug: &str) -> Option<Image> {
    let (garment, wearer) = (gallery::garment(slug)?, Person::random(0));
    Scene::render(&wearer, &garment, THUMBNAIL[0], THUMBNAIL[1]).ok().map(|scene| scene.garment)
}

/// Drawings to choose one of; none is chosen as long as a picture of the visitor's takes their place.
#[component]
fn Drawings(
    session: Session,
    field: Field,
    drawings: Vec<(&'static str, &'static str, Option<Image>)>,
    covered: Signal<bool>,
) -> impl IntoView {
    let name = StoredValue::new(field.name);
    let one = move |(slug, title, image): (&'static str, &'static str, Option<Image>)| {
        let is_chosen = move || {
            !covered.get() && name.with_value(|name| session.settings.with(|settings| settings.text(name) == slug))
        };
        let choose = move |_| name.with_value(|name| session.change(|settings| settings.set(name, slug)));
        view! {
            <li>
                <button
                    type="button"
                    class="specimen"
                    data-testid=format!("{}-{slug}", name.get_value())
                    aria-pressed=move || is_chosen().to_string()
                    title=title
                    aria-label=title
                    on:click=choose
                >
                    <Drawn image=Signal::stored(image) />
                </button>
            </li>
        }
    };
    view! { <ul class="batch drawings">{drawings.into_iter().map(one).collect_view()}</ul> }.into_any()
}

/// The visitor's picture, and the way back.
#[component]
fn OwnPicture(
    own: RwSignal<Option<Own>>,
    test: &'static str,
    forget: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let says = move || {
        own.with(|own| {
            own.as_ref().map(|Own { name, picture }| {
                let [width, height] = picture.size;
                format!("{name}: {width} × {height}, {}", format::bytes(picture.bytes))
            })
        })
    };
    let shown = move || {
        own.get().map(|Own { picture, .. }| {
            view! {
                <p class="own" data-testid=test>
                    <img src=picture.url alt="" />
                    <span class="selection">{says}</span>
                    <button type="button" class="small-button" data-testid=format!("{test}-forget") on:click=move |_| forget()>
                        "Back to drawn ones"
                    </button>
                </p>
            }
        })
    };
    // What appears together with its text is not announced: the region for that is always there.
    view! {
        <span class="visually-hidden" role="status">{says}</span>
        {shown}
    }
    .into_any()
}
