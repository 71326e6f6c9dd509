//! Where the timeline is scrolled: it sticks to the newest message while the reader is there, and stays where it is when
//! older messages come in above.

use leptos::{
    html::{Div, Ol},
    prelude::*,
    web_sys::{HtmlDivElement, HtmlElement, ResizeObserver},
};
use wasm_bindgen::{JsCast, closure::Closure};

/// This close to the end counts as being there, in CSS pixels.
const END_SLACK: i32 = 64;

/// Older messages are fetched before the reader reaches the top, in CSS pixels.
const FETCH_AHEAD: i32 = 800;

/// The state of one timeline's scrolling. Copies share everything.
#[derive(Clone, Copy)]
pub struct Scroll {
    /// The element that scrolls.
    pub frame: NodeRef<Div>,
    /// The list inside it.
    pub list: NodeRef<Ol>,
    /// Whether the newest message is on the screen.
    pub at_end: RwSignal<bool>,
    /// Whether the oldest loaded message is near.
    pub near_top: RwSignal<bool>,
    /// What was at the top, and how high the list was, when the browser last laid it out.
    laid_out: StoredValue<Option<(String, i32)>>,
}

impl Scroll {
    /// Follows the list. `top` names its first item, and changes when older ones come in above.
    pub fn new(top: Signal<Option<String>>) -> Self {
        let scroll = Self {
            frame: NodeRef::new(),
            list: NodeRef::new(),
            at_end: RwSignal::new(true),
            near_top: RwSignal::new(false),
            laid_out: StoredValue::new(None),
        };
        let observer = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
        Effect::new(move |_| {
            let (Some(frame), Some(list)) = (scroll.frame.get(), scroll.list.get()) else {
                return;
            };
            // The browser reports sizes after layout and before it paints: a correction made here is never seen as a
            // jump. It covers new items, a growing composer and a keyboard that comes up.
            let changed = Closure::<dyn FnMut()>::new(move || scroll.settle(top.get_untracked()));
            if let Ok(made) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
                made.observe(&frame);
                made.observe(&list);
                observer.set_value(Some((made, changed)));
            }
        });
        on_cleanup(move || {
            observer.update_value(|observer| {
                if let Some((observer, _)) = observer.take() {
                    observer.disconnect();
                }
            });
        });
        scroll
    }

    /// Goes to the newest message and stays there.
    pub fn to_end(self) {
        self.at_end.set(true);
        if let Some(frame) = self.frame.get_untracked() {
            frame.set_scroll_top(frame.scroll_height());
        }
    }

    /// The composer measured itself, during which the list was higher for a moment and may have moved.
    pub fn keep_end(self) {
        if self.at_end.get_untracked() {
            self.to_end();
        }
    }

    /// The reader scrolled.
    pub fn moved(self) {
        let Some(frame) = self.frame.get_untracked() else {
            return;
        };
        let below = frame.scroll_height() - frame.scroll_top() - frame.client_height();
        let at_end = below <= END_SLACK;
        if at_end != self.at_end.get_untracked() {
            self.at_end.set(at_end);
        }
        let near_top = frame.scroll_top() <= FETCH_AHEAD;
        if near_top != self.near_top.get_untracked() {
            self.near_top.set(near_top);
        }
    }

    fn settle(self, top: Option<String>) {
        let Some(frame) = self.frame.try_get_untracked().flatten() else {
            return;
        };
        let height = frame.scroll_height();
        let before = self.laid_out.get_value();
        self.laid_out
            .set_value(top.clone().map(|top| (top, height)));
        match (before, top) {
            (None, Some(_)) => self.begin(&frame),
            _ if self.at_end.get_untracked() => frame.set_scroll_top(height),
            (Some((old_top, old_height)), Some(top)) if old_top != top => {
                frame.set_scroll_top(frame.scroll_top() + height - old_height);
            }
            _ => {}
        }
        self.moved();
    }

    /// The first items are there: start where the reader left off, or at the end.
    fn begin(self, frame: &HtmlDivElement) {
        let border = frame.query_selector(".divider-unread").ok().flatten();
        let top = border
            .and_then(|border| border.dyn_into::<HtmlElement>().ok())
            .map_or(frame.scroll_height(), |border| {
                border.offset_top() - END_SLACK
            });
        frame.set_scroll_top(top);
    }
}
