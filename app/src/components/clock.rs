//! Times as the browser's language and time zone write them. Only called after the app runs: the HTML holds no time.

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use protocol::Time;
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::JsValue;

const DAY_MS: f64 = 86_400_000.0;

/// The last millisecond that a JavaScript date holds (ECMA-262, 21.4.1.1). Times come from other people's clocks, and
/// formatting a later one throws.
const LAST: Time = 8_640_000_000_000_000;

/// How a time is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Style {
    Hour,
    Weekday,
    WeekdayAndDate,
    Date,
    ShortDate,
    ShortDateAndYear,
    DateAndHour,
}

impl Style {
    /// Options of `Intl.DateTimeFormat` (ECMA-402, 11.1).
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Hour => &[("timeStyle", "short")],
            Self::Weekday => &[("weekday", "long")],
            Self::WeekdayAndDate => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
            Self::Date => &[("dateStyle", "long")],
            Self::ShortDate => &[("day", "numeric"), ("month", "short")],
            Self::ShortDateAndYear => {
                &[("day", "numeric"), ("month", "short"), ("year", "numeric")]
            }
            Self::DateAndHour => &[("dateStyle", "long"), ("timeStyle", "short")],
        }
    }

    fn formatter(self) -> Function {
        let options = Object::new();
        for (name, value) in self.options() {
            // Setting a property of a fresh plain object does not fail.
            let _ = Reflect::set(
                &options,
                &JsValue::from_str(name),
                &JsValue::from_str(value),
            );
        }
        DateTimeFormat::new(&Array::new(), &options).format()
    }

    fn write(self, at: Time) -> String {
        thread_local! {
            // Making a formatter costs far more than using one, and a timeline asks hundreds of times.
            static MADE: RefCell<HashMap<Style, Function>> = RefCell::default();
        }
        let format = MADE
            .with_borrow_mut(|made| made.entry(self).or_insert_with(|| self.formatter()).clone());
        let text = format.call1(&JsValue::UNDEFINED, &date(at)).ok();
        text.and_then(|text| text.as_string()).unwrap_or_default()
    }
}

fn date(at: Time) -> Date {
    Date::new(&JsValue::from_f64(at.min(LAST) as f64))
}

/// Now, by this computer's clock.
pub fn now() -> Time {
    Date::now() as Time
}

/// The number of a time's day in the local time zone, for telling days apart.
pub fn day(at: Time) -> i64 {
    let at = at.min(LAST);
    let local = at as f64 - date(at).get_timezone_offset() * 60_000.0;
    (local / DAY_MS).floor() as i64
}

/// Hour and minute.
pub fn time_of_day(at: Time) -> String {
    Style::Hour.write(at)
}

/// Date, hour and minute.
pub fn date_and_time(at: Time) -> String {
    Style::DateAndHour.write(at)
}

/// A day as a heading between messages.
pub fn day_heading(at: Time) -> String {
    match day(now()) - day(at) {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=300 => Style::WeekdayAndDate.write(at),
        _ => Style::Date.write(at),
    }
}

/// A time on the chat list, as short as it can be.
pub fn short(at: Time) -> String {
    match day(now()) - day(at) {
        0 => time_of_day(at),
        1 => "Yesterday".to_owned(),
        2..=6 => Style::Weekday.write(at),
        7..=300 => Style::ShortDate.write(at),
        _ => Style::ShortDateAndYear.write(at),
    }
}

/// For `datetime` attributes: RFC 3339, UTC.
pub fn machine(at: Time) -> String {
    date(at).to_iso_string().into()
}
