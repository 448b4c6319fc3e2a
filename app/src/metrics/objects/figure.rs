//! The pictures side by side as one file, in the colours of a light page.

use samples::objects::{Learning, Picture};

use super::{
    boards::{Board, boards, most},
    grid, inclusion, logo,
    points::{self, View},
    rewards,
};
use crate::text::markup::escape;

const GAP: f64 = 24.0;
const TITLE: f64 = 40.0;
const HEIGHT: f64 = 420.0;

/// One picture as SVG; `None` where it has nothing to show.
pub fn board(board: &Board, target: Option<&Picture>, most: f64, view: View) -> Option<String> {
    match board.picture {
        Picture::Cells { .. } => grid::svg(board.title, board.picture, most),
        Picture::Inclusion { .. } => inclusion::inclusion(board.title, board.picture, target),
        Picture::Points { .. } => points::points(board.title, board.picture, target, view),
        Picture::Letters { .. } => logo::logo(board.title, board.picture),
        Picture::Molecules { .. } => rewards::histogram(board.title, board.picture),
    }
}

/// All pictures with their names, with its width and height; `None` where there is none.
pub fn figure(learning: &Learning, view: View) -> Option<(String, [f64; 2])> {
    let most = most(learning);
    let (mut body, mut x) = (String::new(), GAP);
    for one in boards(learning) {
        let Some(svg) = board(&one, learning.target.as_ref(), most, view) else { continue };
        let width = HEIGHT * ratio(&svg);
        body.push_str(&format!(
            "<text x=\"{x:.1}\" y=\"30\" font-family=\"system-ui, sans-serif\" font-size=\"20\" fill=\"#1C1F23\">{}</text>\n",
            escape(one.title)
        ));
        let placed = format!("<svg x=\"{x:.1}\" y=\"{TITLE}\" width=\"{width:.1}\" height=\"{HEIGHT}\" ");
        body.push_str(&svg.replacen("<svg ", &placed, 1));
        x += width + GAP;
    }
    let size = [x, TITLE + HEIGHT + GAP];
    (!body.is_empty()).then(|| (file(&body, size), size))
}

/// A chart of the page as a file, with its size.
pub fn chart(svg: &str) -> (String, [f64; 2]) {
    let (height, width) = (840.0, 840.0 * ratio(svg));
    let placed = svg.replacen("<svg ", &format!("<svg width=\"{width:.1}\" height=\"{height}\" "), 1);
    (file(&placed, [width, height]), [width, height])
}

fn file(body: &str, [width, height]: [f64; 2]) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.1} {height:.1}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n{body}</svg>\n"
    )
}

/// Width over height, from the view box.
fn ratio(svg: &str) -> f64 {
    let numbers = svg.split("viewBox=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let numbers: Vec<f64> = numbers.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [_, _, width, height] if width > 0.0 && height > 0.0 => width / height,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::contest::tests::learning;

    #[test]
    fn the_file_holds_every_picture_with_its_name() {
        let mut look = learning(3, 1.0);
        look.learners.push(look.learners[0].clone());
        look.learners[1].name = "FL <pinned>".into();
        let (svg, [width, height]) = figure(&look, View::Axes(0, 1)).expect("a figure");
        assert_eq!(svg.matches("<svg").count(), 3);
        assert!(svg.contains("FL &lt;pinned&gt;"));
        assert!(width > 2.0 * height, "{width} × {height}");
        let opened = svg.matches("<svg").count();
        assert_eq!(svg.matches("</svg>").count(), opened);
        look.learners.clear();
        assert_eq!(figure(&look, View::Axes(0, 1)), None);
    }

    #[test]
    fn the_view_box_gives_the_shape() {
        assert!((ratio("<svg viewBox=\"0 0 30 20\">") - 1.5).abs() < 1e-12);
        assert!((ratio("<svg>") - 1.0).abs() < 1e-12);
    }
}
