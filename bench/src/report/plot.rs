//! A line for each subject over growing loads, both axes logarithmic, as SVG that reads well on light and on dark pages.

use crate::measured::{Measured, Plot, SUBJECT, Series, median, short};
use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;

/// A ground of its own in both schemes, so that no text depends on the page's.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}.ground{fill:#ffffff}.grid{stroke:#d0d7de}\
.line{fill:none;stroke-width:2}.c0{stroke:#0969da}.c1{stroke:#bc4c00}.c2{stroke:#1a7f37}.c3{stroke:#8250df}.c4{stroke:#57606a}\
.d0{fill:#0969da}.d1{fill:#bc4c00}.d2{fill:#1a7f37}.d3{fill:#8250df}.d4{fill:#57606a}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#3d444d}\
.c0{stroke:#58a6ff}.c1{stroke:#f0883e}.c2{stroke:#56d364}.c3{stroke:#bc8cff}.c4{stroke:#9198a1}\
.d0{fill:#58a6ff}.d1{fill:#f0883e}.d2{fill:#56d364}.d3{fill:#bc8cff}.d4{fill:#9198a1}}";
const COLOURS: usize = 5;

/// An axis over powers of ten.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// Covers the numbers with whole powers of ten.
    fn over(numbers: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let low = numbers
            .clone()
            .fold(f64::INFINITY, f64::min)
            .log10()
            .floor();
        let high = numbers.fold(f64::NEG_INFINITY, f64::max).log10().ceil();
        Self {
            low,
            high: high.max(low + 1.0),
            from,
            to,
        }
    }

    fn place(&self, number: f64) -> f64 {
        let share = (number.log10() - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.low as i32..=self.high as i32).map(|power| 10_f64.powi(power))
    }
}

/// The picture of all series that it is about.
pub fn draw(plot: &Plot, measured: &Measured) -> String {
    let of_plot = |it: &&Series| it.key.figure == plot.figure && it.size.is_some();
    let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for series in measured.series.iter().filter(of_plot) {
        let numbers: Vec<f64> = series.samples.iter().copied().flatten().collect();
        let (Some(size), Some(middle)) = (series.size, median(&numbers)) else {
            continue;
        };
        match lines.iter_mut().find(|(name, _)| *name == series.key.of) {
            Some((_, points)) => points.push((size, middle)),
            None => lines.push((&series.key.of, vec![(size, middle)])),
        }
    }
    lines.sort_by_key(|(name, _)| *name != SUBJECT);
    let points = || lines.iter().flat_map(|(_, points)| points.iter());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"8\"/>\n\
         <text x=\"{LEFT}\" y=\"28\" font-weight=\"600\">{title}</text>\n",
        title = plot.title
    );
    if points().next().is_some() {
        let across = Axis::over(points().map(|it| it.0), LEFT, WIDTH - RIGHT);
        let up = Axis::over(points().map(|it| it.1), HEIGHT - BOTTOM, TOP);
        grid(&mut svg, &across, &up);
        for (at, (name, points)) in lines.iter_mut().enumerate() {
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            line(&mut svg, at, name, points, &across, &up);
        }
    }
    let middle = (LEFT + WIDTH - RIGHT) / 2.0;
    let _ = write!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
         <text transform=\"translate(20 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n</svg>\n",
        HEIGHT - 15.0,
        plot.across,
        (TOP + HEIGHT - BOTTOM) / 2.0,
        plot.figure
    );
    svg
}

fn grid(svg: &mut String, across: &Axis, up: &Axis) {
    for tick in across.ticks() {
        let x = across.place(tick);
        let (top, bottom) = (TOP, HEIGHT - BOTTOM);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {top}V{bottom}\"/>\n<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
            bottom + 18.0,
            short(tick)
        );
    }
    for tick in up.ticks() {
        let y = up.place(tick);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{}\"/>\n<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            short(tick)
        );
    }
}

fn line(svg: &mut String, at: usize, name: &str, points: &[(f64, f64)], across: &Axis, up: &Axis) {
    let colour = at % COLOURS;
    let place = |&(x, y): &(f64, f64)| (across.place(x), up.place(y));
    let path: Vec<_> = points
        .iter()
        .map(place)
        .map(|(x, y)| format!("{x:.1} {y:.1}"))
        .collect();
    let _ = writeln!(
        svg,
        "<path class=\"line c{colour}\" d=\"M{}\"/>",
        path.join("L")
    );
    for (x, y) in points.iter().map(place) {
        let _ = writeln!(
            svg,
            "<circle class=\"d{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
        );
    }
    let (x, y) = (WIDTH - RIGHT + 20.0, TOP + 10.0 + 22.0 * at as f64);
    let _ = writeln!(
        svg,
        "<path class=\"line c{colour}\" d=\"M{x} {y}h18\"/><text x=\"{}\" y=\"{}\">{name}</text>",
        x + 24.0,
        y + 4.0
    );
}
