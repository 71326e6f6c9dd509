//! P9: how many pages of history a second the store gives, however much it holds.

use super::bare::Bare;
use crate::{
    Outcome, cores,
    load::Layout,
    measured::{Fault, Key, Measured, Plot, SUBJECT, Target},
    setting::Setting,
    subject::{self, people},
};
use backend::{SqliteStore, Store, StoreError, store::PageRange};
use futures::future::try_join_all;
use protocol::limits::PAGE_ENTRIES;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

const FIGURE: &str = "pages a second";
const BARE: &str = "bare rusqlite";
const BARE_DEEP: &str = "bare rusqlite, deep";
const DEEP: &str = "SecureChat, deep";

const COUNTED: &str = "Pages of 100 messages of 780 characters, of ten rooms in turn whose rows lie mixed as they came: the newest \
    page of each room, and a deep one near its beginning. SecureChat: the store's own call, entries decoded, 8 asked for at \
    once. Reference: two plain statements that give the same columns, one after the other. Both on one core; every page must \
    have its 100 messages.";

/// Rooms among which the rows are dealt out.
const ROOMS: u64 = 10;
/// Pages asked for at once.
const AT_ONCE: u64 = 8;
const LENGTH: Duration = Duration::from_secs(1);

/// Runs both, near and deep, in turns, on databases of growing size.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let folder = subject::folder(setting)?;
    let mut measured = Measured::new("P9", "History pages", COUNTED);
    let key = |rows: u64, of| Key::new(FIGURE, &format!("{rows} rows"), of);
    let most = setting.load(setting.rows, 10_000);
    let sizes =
        std::iter::successors(Some(10_000), |rows| Some(rows * 10)).take_while(|it| *it <= most);
    for rows in sizes {
        let file = folder.path().join(format!("{rows}.db"));
        fill(&file, rows)?;
        for _ in 0..setting.rounds() {
            for (of, deep, read) in [
                (SUBJECT, false, ours as Reader),
                (BARE, false, bare),
                (DEEP, true, ours),
                (BARE_DEEP, true, bare),
            ] {
                let first = if deep { 101 } else { rows / ROOMS - 98 };
                let run = || {
                    cores::on(cores::SERVER, || {
                        read(&file, first, setting.load(LENGTH, LENGTH / 20))
                    })
                };
                let run = || run().map(|it| vec![it]).map_err(Fault::from);
                measured.sample(&[key(rows, of)], Some(rows as f64), run)?;
            }
        }
        for target in [
            Target::at_least(key(rows, SUBJECT)).times(0.5, key(rows, BARE)),
            Target::at_least(key(rows, DEEP)).times(1.0 / 1.2, key(rows, SUBJECT)),
        ] {
            measured.targets.push(target);
        }
        fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    measured.plots.push(Plot {
        file: "p9-rows".to_owned(),
        title: "History pages a second".to_owned(),
        figure: FIGURE.to_owned(),
        across: "rows stored".to_owned(),
    });
    Ok(measured)
}

/// Reads the page that starts with a seq, of each room in turn, for a while: pages a second.
type Reader = fn(&Path, u64, Duration) -> Outcome<f64>;

fn bare(file: &Path, first: u64, length: Duration) -> Outcome<f64> {
    let bare = Bare::read(file)?;
    let (mut pages, start) = (0, Instant::now());
    while start.elapsed() < length {
        let room = people::room((pages % ROOMS) as usize);
        let bytes = bare.page(&room, first, first + PAGE_ENTRIES - 1)?;
        if bytes != crate::load::TOKEN_CHARS * PAGE_ENTRIES as usize {
            return Err(format!("a page of {bytes} bytes"));
        }
        pages += 1;
    }
    Ok(pages as f64 / start.elapsed().as_secs_f64())
}

fn ours(file: &Path, first: u64, length: Duration) -> Outcome<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let told = |error: StoreError| format!("the store: {error}");
    runtime.block_on(async {
        let store = SqliteStore::open(file).await.map_err(told)?;
        let (mut pages, start) = (0, Instant::now());
        while start.elapsed() < length {
            let asked = (pages..pages + AT_ONCE).map(|page| {
                let room = people::room((page % ROOMS) as usize);
                let range = PageRange {
                    from: first,
                    to: first + PAGE_ENTRIES - 1,
                    entries: PAGE_ENTRIES,
                    bytes: u32::MAX.into(),
                };
                let store = &store;
                async move { store.page(&room, range).await }
            });
            for page in try_join_all(asked).await.map_err(told)? {
                let entries = page.map_or(0, |it| it.entries.len());
                if entries as u64 != PAGE_ENTRIES {
                    return Err(format!("a page of {entries} entries"));
                }
            }
            pages += AT_ONCE;
        }
        let took = start.elapsed();
        store.close().await;
        Ok(pages as f64 / took.as_secs_f64())
    })
}

/// A database with as many messages, dealt out among the rooms one by one.
fn fill(file: &Path, rows: u64) -> Outcome {
    let layout = Layout {
        rooms: ROOMS as usize,
        members: 1,
    };
    people::settle(file, layout)?;
    let mut bare = Bare::open(file)?;
    bare.hurry()?;
    let row = |number: u64| (people::room((number % ROOMS) as usize), number / ROOMS + 2);
    for start in (0..rows).step_by(10_000) {
        bare.append((start..(start + 10_000).min(rows)).map(row))?;
    }
    Ok(())
}
