//! The local store: one IndexedDB database with a name and an encrypted value per item.

use super::cipher::Cipher;
use futures::future::try_join_all;
use idb::{DatabaseEvent, Factory, ObjectStoreParams, Transaction};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::js_sys::{Array, Object, Reflect};
use web_sys::{IdbDatabase, IdbTransaction};

const DATABASE: &str = "securechat";
const VERSION: u32 = 1;
/// Name → encrypted value.
const VALUES: &str = "values";
/// The key, and which page may write.
const HOLDER: &str = "holder";
const KEY: &str = "key";
const PAGE: &str = "page";

/// What the engine wants written: a value, or `None` to delete the item.
pub type Write = (String, Option<Vec<u8>>);

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The browser has no IndexedDB or no WebCrypto here: a private window, or a page without HTTPS.
    #[error("this browser keeps nothing here")]
    Missing,
    /// Another page has opened the store since. It alone may write.
    #[error("another tab holds the store")]
    TakenOver,
    /// IndexedDB failed, such as for lack of space.
    #[error("{0}")]
    Database(#[from] idb::Error),
    /// The transaction was rolled back without a word; a full disk does that.
    #[error("the browser rolled the write back")]
    RolledBack,
    /// Another call of the browser failed.
    #[error("{0:?}")]
    Browser(JsValue),
}

impl From<JsValue> for StoreFault {
    fn from(thrown: JsValue) -> Self {
        Self::Browser(thrown)
    }
}

// idb has no parameter for durability, web-sys has it only behind a compiler flag.
#[wasm_bindgen]
extern "C" {
    type DurableDatabase;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction(
        this: &DurableDatabase,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

/// The store, held by this page.
pub struct Store {
    database: IdbDatabase,
    cipher: Cipher,
    page: JsValue,
}

/// The store and what it held.
pub struct Opened {
    /// The store.
    pub store: Store,
    /// Name and value of each item.
    pub items: Vec<(String, Vec<u8>)>,
    /// Whether something could not be decrypted, so that all of it was given up.
    pub damaged: bool,
}

impl Store {
    /// Takes the store for this page, whoever had it, and reads all of it.
    pub async fn open() -> Result<Opened, StoreFault> {
        // First, since a transaction ends as soon as it waits for anything but itself.
        let cipher = Cipher::generate().await.ok_or(StoreFault::Missing)?;
        let database = connect().await?;
        let page = JsValue::from_f64(js_sys::Math::random());

        let transaction = write_to(&database)?;
        let (holder, values) = (
            transaction.object_store(HOLDER)?,
            transaction.object_store(VALUES)?,
        );
        let key = holder.get(JsValue::from(KEY))?.await?;
        let names = values.get_all_keys(None, None)?.await?;
        let stored = values.get_all(None, None)?.await?;
        holder.put(&page, Some(&PAGE.into()))?;
        if key.is_none() {
            holder.put(cipher.key(), Some(&KEY.into()))?;
        }
        commit(transaction).await?;

        let cipher = match key {
            Some(key) => cipher.with_key(key),
            None => cipher,
        };
        let items = try_join_all(names.iter().zip(&stored).map(async |(name, stored)| {
            let name = name.as_string().ok_or(JsValue::NULL)?;
            let value = cipher.decrypt(&name, stored).await?;
            Ok::<_, JsValue>((name, value))
        }))
        .await;
        let mut store = Self {
            database,
            cipher,
            page,
        };
        Ok(match items {
            Ok(items) => Opened {
                store,
                items,
                damaged: false,
            },
            // Half of a device's memory is worse than none: it would speak twice with one voice.
            Err(_) => {
                store.wipe().await?;
                Opened {
                    store,
                    items: Vec::new(),
                    damaged: true,
                }
            }
        })
    }

    /// Writes all or nothing; durable when it returns.
    pub async fn write(&self, writes: &[Write]) -> Result<(), StoreFault> {
        let stored = try_join_all(writes.iter().map(async |(name, value)| match value {
            Some(value) => self.cipher.encrypt(name, value).await.map(Some),
            None => Ok(None),
        }))
        .await?;
        let transaction = self.write_alone().await?;
        let values = transaction.object_store(VALUES)?;
        for ((name, _), stored) in writes.iter().zip(stored) {
            match stored {
                Some(stored) => drop(values.put(&stored, Some(&name.into()))?),
                None => drop(values.delete(JsValue::from(name))?),
            }
        }
        commit(transaction).await
    }

    /// Deletes all values and the key, and starts with a new one.
    pub async fn wipe(&mut self) -> Result<(), StoreFault> {
        let cipher = Cipher::generate().await.ok_or(StoreFault::Missing)?;
        let transaction = self.write_alone().await?;
        transaction.object_store(VALUES)?.clear()?;
        transaction
            .object_store(HOLDER)?
            .put(cipher.key(), Some(&KEY.into()))?;
        commit(transaction).await?;
        self.cipher = cipher;
        Ok(())
    }

    /// A transaction that fails if another page has taken the store. The lock alone would not do: a tab that the browser
    /// froze learns of its loss too late.
    async fn write_alone(&self) -> Result<Transaction, StoreFault> {
        let transaction = write_to(&self.database)?;
        let page = transaction
            .object_store(HOLDER)?
            .get(JsValue::from(PAGE))?
            .await?;
        if page.as_ref() == Some(&self.page) {
            Ok(transaction)
        } else {
            Err(StoreFault::TakenOver)
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.database.close();
    }
}

async fn connect() -> Result<IdbDatabase, StoreFault> {
    let mut opening = Factory::new()
        .map_err(|_| StoreFault::Missing)?
        .open(DATABASE, Some(VERSION))?;
    opening.on_upgrade_needed(|event| {
        // If this fails, the stores are missing, and opening a transaction says so.
        if let Ok(database) = event.database() {
            for name in [VALUES, HOLDER] {
                let _ = database.create_object_store(name, ObjectStoreParams::new());
            }
        }
    });
    let database = IdbDatabase::from(opening.await?);
    // A later version of this app must not wait for this tab before it can change the layout.
    let closing = database.clone();
    let close = Closure::once_into_js(move || closing.close());
    database.set_onversionchange(Some(close.unchecked_ref()));
    Ok(database)
}

/// Begins to write to both stores. `strict`: complete only when it is on the disk, not in the system's cache.
fn write_to(database: &IdbDatabase) -> Result<Transaction, StoreFault> {
    let stores = Array::of2(&VALUES.into(), &HOLDER.into());
    let options = Object::new();
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let database: &DurableDatabase = database.unchecked_ref();
    Ok(database.transaction(&stores, "readwrite", &options)?.into())
}

async fn commit(transaction: Transaction) -> Result<(), StoreFault> {
    if transaction.await?.is_committed() {
        Ok(())
    } else {
        Err(StoreFault::RolledBack)
    }
}
