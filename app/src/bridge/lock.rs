//! One engine per browser profile, by the Web Locks API: two of them would fork this device's chain of messages.

use futures::{
    channel::oneshot,
    future::{Either, pending, select},
};
use leptos::prelude::window;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{
    JsFuture,
    js_sys::{Function, Object, Promise, Reflect},
    spawn_local,
};

const NAME: &str = "securechat-engine";

// web-sys has these only behind a compiler flag for what it calls unstable, though every browser has had them since 2022.
#[wasm_bindgen]
extern "C" {
    type LockHolder;
    #[wasm_bindgen(method, getter)]
    fn locks(this: &LockHolder) -> Option<LockManager>;

    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
}

/// How badly the lock is wanted.
#[derive(Clone, Copy)]
pub enum Wish {
    /// Only if nobody holds it.
    IfFree,
    /// As soon as it is free.
    InTurn,
    /// At once: whoever holds it loses it.
    Steal,
}

/// The lock. Dropping it lets the next one in.
pub struct Lock {
    /// None in browsers without locks.
    release: Option<Function>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Asks for the lock; `None` if it is held and was only wanted if free. `lost` is called if another tab steals it later.
///
/// Where the browser has no locks, or refuses to give any here, everyone gets it at once, but nobody in turn: then the
/// store alone tells two tabs apart.
pub async fn request(wish: Wish, lost: impl FnOnce() + 'static) -> Option<Lock> {
    let (granted, grant) = oneshot::channel();
    let Some((release, settled)) = ask(wish, granted) else {
        return without_locks(wish).await;
    };
    let mut settled = JsFuture::from(settled);
    match select(grant, &mut settled).await {
        Either::Left((Ok(true), _)) => {
            // Our own release fulfils the promise; only theft rejects it.
            spawn_local(async move {
                if settled.await.is_err() {
                    lost();
                }
            });
            Some(Lock {
                release: Some(release),
            })
        }
        Either::Left(_) => None,
        Either::Right(_) => without_locks(wish).await,
    }
}

async fn without_locks(wish: Wish) -> Option<Lock> {
    match wish {
        Wish::IfFree | Wish::Steal => Some(Lock { release: None }),
        Wish::InTurn => pending().await,
    }
}

/// Makes the request: the function that releases the lock, and the promise that settles when it is released or stolen.
fn ask(wish: Wish, granted: oneshot::Sender<bool>) -> Option<(Function, Promise)> {
    let manager = window()
        .navigator()
        .unchecked_into::<LockHolder>()
        .locks()?;
    let options = Object::new();
    let option = match wish {
        Wish::IfFree => Some("ifAvailable"),
        Wish::InTurn => None,
        Wish::Steal => Some("steal"),
    };
    if let Some(option) = option {
        Reflect::set(&options, &option.into(), &JsValue::TRUE).ok()?;
    }
    let release = Rc::new(RefCell::new(None));
    let held = Promise::new(&mut |resolve, _| *release.borrow_mut() = Some(resolve));
    let callback = Closure::once_into_js(move |lock: JsValue| {
        let free = !lock.is_null();
        // If nobody waits for it any more, it goes on to the next at once.
        if granted.send(free).is_ok() && free {
            held.into()
        } else {
            JsValue::UNDEFINED
        }
    });
    let settled = manager
        .request(NAME, &options, callback.unchecked_ref())
        .ok()?;
    Some((release.take()?, settled))
}
