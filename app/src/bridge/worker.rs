//! The slow half of OPAQUE in a Web Worker: a second of Argon2id would freeze the page.
//!
//! The worker runs boot.js, and so the same WebAssembly as the page, for one job. Ending it gives its 64 MiB back and
//! leaves nothing of the passphrase behind.

use super::rng;
use client::{
    io::StretchFailure,
    opaque::{OpaqueError, StretchDone, StretchJob},
};
use futures::{
    StreamExt,
    channel::mpsc,
    future::{Either, select},
    pin_mut,
};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    DedicatedWorkerGlobalScope, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType,
};

/// A slow phone needs a few seconds for the work and for loading; a minute of silence means that the worker is gone.
const PATIENCE_MS: u32 = 60_000;

/// The worker's first message: from now on it listens.
const READY: &str = "ready";

/// The page's side: runs one job in a worker of its own.
pub async fn stretch(boot_url: &str, job: &StretchJob) -> Result<StretchDone, StretchFailure> {
    let work = run(boot_url, job);
    pin_mut!(work);
    match select(work, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(broken("the worker does not answer")),
    }
}

async fn run(boot_url: &str, job: &StretchJob) -> Result<StretchDone, StretchFailure> {
    let job = serde_json::to_string(job).map_err(broken)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let started = Worker::new_with_options(boot_url, &options);
    let worker = Started(started.map_err(|_| broken("the browser starts no worker"))?);

    let (told, mut answers) = mpsc::unbounded::<Result<String, StretchFailure>>();
    let failed = told.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let _ = told.unbounded_send(
            event
                .data()
                .as_string()
                .ok_or_else(|| broken("the worker said nothing")),
        );
    });
    let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |_: ErrorEvent| {
        let _ = failed.unbounded_send(Err(broken("the worker failed")));
    });
    worker
        .0
        .set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker
        .0
        .set_onerror(Some(on_error.as_ref().unchecked_ref()));

    let mut next = async || {
        answers
            .next()
            .await
            .unwrap_or_else(|| Err(broken("the worker is gone")))
    };
    if next().await? != READY {
        return Err(broken("the worker runs other code"));
    }
    worker
        .0
        .post_message(&JsValue::from_str(&job))
        .map_err(|_| broken("the worker takes no messages"))?;
    serde_json::from_str(&next().await?).map_err(broken)?
}

/// The worker's side: waits for a job, answers it, and is then ended by the page.
pub fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answering = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let answer = answer(&event.data().as_string().unwrap_or_default());
        // Without an answer the page gives up by itself.
        if let Ok(answer) = serde_json::to_string(&answer) {
            let _ = answering.post_message(&JsValue::from_str(&answer));
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let _ = scope.post_message(&JsValue::from_str(READY));
}

fn answer(job: &str) -> Result<StretchDone, StretchFailure> {
    let job: StretchJob = serde_json::from_str(job).map_err(broken)?;
    job.run(&mut rng::seeded()).map_err(|error| match error {
        OpaqueError::WrongPassphrase => StretchFailure::WrongPassphrase,
        other => broken(other),
    })
}

fn broken(why: impl ToString) -> StretchFailure {
    StretchFailure::Broken(why.to_string())
}

/// A worker that ends with its job, however that ends.
struct Started(Worker);

impl Drop for Started {
    fn drop(&mut self) {
        self.0.set_onmessage(None);
        self.0.set_onerror(None);
        self.0.terminate();
    }
}
