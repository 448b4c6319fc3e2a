//! plotters' SVG backend without its font measuring.
//!
//! In a browser plotters measures every label by inserting a styled element into the page, which our content
//! security policy forbids (inline styles) and which forces a layout for each label. Axis labels are short
//! numbers: an estimate from their length is enough, is the same natively, and touches nothing.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

/// Mean width of a digit, in units of the font size.
const DIGIT_WIDTH: f64 = 0.56;

/// [`SVGBackend`] with estimated text sizes.
pub struct PlainSvg<'a>(SVGBackend<'a>);

impl<'a> PlainSvg<'a> {
    /// Draws into `buffer`.
    pub fn new(buffer: &'a mut String, size: (u32, u32)) -> Self {
        Self(SVGBackend::with_string(buffer, size))
    }
}

type Outcome = Result<(), DrawingErrorKind<std::io::Error>>;

impl DrawingBackend for PlainSvg<'_> {
    type ErrorType = std::io::Error;

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        let width = text.chars().count() as f64 * style.size() * DIGIT_WIDTH;
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Outcome {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Outcome {
        self.0.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome {
        self.0.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.0.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Outcome {
        self.0.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Outcome {
        self.0.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Outcome {
        self.0.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Outcome {
        self.0.fill_polygon(path, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, position: BackendCoord) -> Outcome {
        self.0.draw_text(text, style, position)
    }
}
