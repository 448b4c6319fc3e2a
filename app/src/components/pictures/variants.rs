//! The two latents: nine small pictures, nine restorations, and where they differ.

use leptos::prelude::*;

use crate::{
    session::{PicturesCase, Session},
    state::{
        job::Job,
        pictures::{Picture, SPREAD},
        settings::Settings,
    },
};

/// The parameter that says what is made.
const DIRECTION: &str = "direction";
/// Spread for those who ask for nine pictures and left it at 0, where all nine are the same.
const FIRST_SPREAD: &str = "0.5";

/// What is made nine times: its direction, its spread, and the button.
const NINE: [(&str, &str, &str); 2] = [
    ("small-variants", "small_spread", "Nine small pictures"),
    ("large-variants", "large_spread", "Nine restorations"),
];

/// The panel; absent where a system has no such directions.
#[component]
pub fn Variants(session: Session, case: PicturesCase) -> impl IntoView {
    let knows = session.system.parameters.iter().any(|field| field.name == DIRECTION);
    let pictures = Memo::new(move |_| {
        case.shown.with(|shown| {
            let made = shown.as_ref().map(|shown| &shown.content);
            let nine = |made: &crate::state::pictures::Made| {
                let nine = made.variants();
                let map = made.find(SPREAD).filter(|_| !nine.is_empty());
                nine.into_iter().chain(map).cloned().collect::<Vec<_>>()
            };
            made.map(|made| nine(made)).unwrap_or_default()
        })
    });
    knows.then(|| {
        view! {
            <section class="panel" aria-labelledby="variants-title" data-testid="variants">
                <h2 id="variants-title">"What the latents do"</h2>
                <p class="help">
                    "Nine draws of the same part, with the spreads of the settings; a spread of 0, which makes all alike, is \
                     raised to 0.5. Point at one to compare it with the first."
                </p>
                <div class="control-line">
                    {NINE.map(|(direction, spread, title)| view! { <Nine session direction spread title /> }.into_any()).collect_view()}
                    <button
                        type="button"
                        data-testid="there-and-back"
                        disabled=move || session.job.with(Job::is_running)
                        on:click=move |_| ask(session, "auto", None)
                    >
                        "There and back again"
                    </button>
                </div>
                <ul class="nine" data-testid="nine">
                    {move || pictures.get().into_iter().map(|picture| view! { <One case picture /> }.into_any()).collect_view()}
                </ul>
            </section>
        }
        .into_any()
    })
}

#[component]
fn Nine(session: Session, direction: &'static str, spread: &'static str, title: &'static str) -> impl IntoView {
    let reason = Memo::new(move |_| {
        session.settings.with(|settings| {
            let asked = with(settings, direction, Some(spread));
            let errors = asked.request(session.system).err()?;
            errors.into_iter().find(|error| error.field == DIRECTION).map(|error| error.message)
        })
    });
    let id = format!("why-not-{direction}");
    view! {
        <button
            type="button"
            data-testid=direction
            disabled=move || reason.with(Option::is_some) || session.job.with(Job::is_running)
            aria-describedby=id.clone()
            on:click=move |_| ask(session, direction, Some(spread))
        >
            {title}
        </button>
        <span class="help" id=id>{move || reason.get().map(|reason| format!("Not here: {reason}."))}</span>
    }
}

#[component]
fn One(case: PicturesCase, picture: Picture) -> impl IntoView {
    let Picture { role, title, url, .. } = picture;
    let (this, own) = (role.clone(), StoredValue::new(role.clone()));
    let compare = move || {
        let first = case.shown.with_untracked(|shown| {
            shown.as_ref().and_then(|shown| shown.content.variants().first().map(|first| first.role.clone()))
        });
        if let Some(first) = first {
            case.pair.set([first, own.get_value()]);
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="specimen"
                data-testid=format!("variant-{role}")
                aria-pressed=move || case.pair.with(|pair| pair[1] == this).to_string()
                on:pointerenter=move |_| compare()
                on:focus=move |_| compare()
                on:click=move |_| compare()
            >
                <img src=url alt=title />
            </button>
        </li>
    }
}

/// The settings with another direction; a spread of 0 is raised.
fn with(settings: &Settings, direction: &str, spread: Option<&str>) -> Settings {
    let mut asked = settings.clone();
    asked.set(DIRECTION, direction);
    if let Some(spread) = spread
        && asked.text(spread).parse::<f64>().is_ok_and(|value| value == 0.0)
    {
        asked.set(spread, FIRST_SPREAD);
    }
    asked
}

fn ask(session: Session, direction: &str, spread: Option<&str>) {
    session.change(|settings| *settings = with(settings, direction, spread));
    session.sample();
}
