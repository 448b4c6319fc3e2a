//! What stands around every page: skip link, header with the theme switch, footer.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::preferences::{Theme, show_theme};

/// Header, main landmark and footer around a page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    view! {
        // `rel=external`: the router must leave jumps within the page to the browser.
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <header class="site-header">
            <A href="/" attr:class="wordmark">
                <span class="mark" aria-hidden="true"></span>
                "Vitrine"
            </A>
            <nav aria-label="Main">
                <A href="/">"Gallery"</A>
                <a href="/api" rel="external">"API"</a>
            </nav>
            <ThemeToggle />
        </header>
        <main id="main" tabindex="-1">{children()}</main>
        <footer class="site-footer">
            <p>
                "Samples are computed on your device. Settings, files and results never leave it."
            </p>
        </footer>
    }
}

#[component]
fn ThemeToggle() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let toggle = move |_| {
        theme.update(|t| *t = t.other());
        show_theme(theme.get_untracked(), true);
    };
    view! {
        <button type="button" class="quiet-button" data-testid="theme-toggle" on:click=toggle>
            {move || if theme.get() == Theme::Dark { "Light theme" } else { "Dark theme" }}
        </button>
    }
}
