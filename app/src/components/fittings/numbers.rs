//! How near the result comes to the truth, where that is drawn.

use leptos::prelude::*;

use crate::session::FittingsCase;

/// Measures: key, title, explanation, digits, unit.
const MEASURES: [(&str, &str, &str, usize, &str); 6] = [
    (
        "garment_fidelity",
        "Garment fidelity",
        "correlation with the true texture where the garment is seen; 1 is the truth",
        3,
        "",
    ),
    ("psnr_repainted", "PSNR, repainted", "of all that was repainted", 1, " dB"),
    ("ssim", "SSIM", "of the whole picture; 1 is the truth", 3, ""),
    ("seam_error", "Seam error", "of the steps between what is kept and what is repainted; 0 is the truth", 3, ""),
    ("end_point_error", "End-point error", "how far off the flow looks, in pixels", 2, " px"),
    ("mask_iou", "Mask IoU", "of the bent garment's outline; 1 is the truth", 3, ""),
];

/// The panel; absent where no truth is known.
#[component]
pub fn FittingNumbers(case: FittingsCase) -> impl IntoView {
    let rows = Memo::new(move |_| {
        case.pictures.shown.with(|shown| {
            let measures = shown.as_ref().map(|shown| &shown.content.measures);
            let row = |(key, title, explanation, digits, unit): (&str, &'static str, &'static str, usize, &str)| {
                let value = measures?.get(key)?;
                Some((title, format!("{value:.digits$}{unit}"), explanation))
            };
            MEASURES.into_iter().filter_map(row).collect::<Vec<_>>()
        })
    });
    let line = |(title, value, explanation): (&'static str, String, &'static str)| {
        view! {
            <tr>
                <th scope="row">{title}</th>
                <td class="number">{value}</td>
                <td class="help">{explanation}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <section class="panel" aria-labelledby="numbers-title" data-testid="numbers">
                <h2 id="numbers-title">"In numbers"</h2>
                <p class="help">"Both are drawn, so the same person in the same garment can be drawn, too: that is the truth."</p>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Measures">
                    <table>
                        <tbody>{move || rows.get().into_iter().map(line).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
    .into_any()
}
