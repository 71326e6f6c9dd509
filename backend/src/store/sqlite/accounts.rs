//! Writing accounts and their names.

use super::{
    super::{Account, StoreError},
    row::{int, json},
};
use protocol::{
    Time, UserId,
    api::{AccountKeys, Credentials},
};
use sqlx::{SqliteConnection, query};

pub(super) async fn create(
    connection: &mut SqliteConnection,
    account: &Account,
    at: Time,
) -> Result<bool, StoreError> {
    let Account { keys, credentials } = account;
    let named = query("INSERT INTO names (username, user) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(keys.username.as_str())
        .bind(&keys.user.0[..])
        .execute(&mut *connection)
        .await?;
    if named.rows_affected() == 0 {
        return Ok(false);
    }
    query(
        "INSERT INTO accounts (user, username, signing, agreement, earlier, version, record, passphrase_wrap,
                               recovery_wrap, recovery_token_hash, signature, created)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&keys.user.0[..])
    .bind(keys.username.as_str())
    .bind(&keys.signing.0[..])
    .bind(&keys.agreement.0[..])
    .bind(json(&keys.earlier)?)
    .bind(int(credentials.version))
    .bind(&credentials.record.0[..])
    .bind(&credentials.passphrase_wrap)
    .bind(&credentials.recovery_wrap)
    .bind(&credentials.recovery_token_hash.0[..])
    .bind(&credentials.signature.0[..])
    .bind(int(at))
    .execute(&mut *connection)
    .await?;
    Ok(true)
}

pub(super) async fn replace_credentials(
    connection: &mut SqliteConnection,
    user: &UserId,
    credentials: &Credentials,
) -> Result<bool, StoreError> {
    let done = query(
        "UPDATE accounts SET version = ?, record = ?, passphrase_wrap = ?, recovery_wrap = ?,
                             recovery_token_hash = ?, signature = ?
         WHERE user = ? AND version + 1 = ?",
    )
    .bind(int(credentials.version))
    .bind(&credentials.record.0[..])
    .bind(&credentials.passphrase_wrap)
    .bind(&credentials.recovery_wrap)
    .bind(&credentials.recovery_token_hash.0[..])
    .bind(&credentials.signature.0[..])
    .bind(&user.0[..])
    .bind(int(credentials.version))
    .execute(&mut *connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn replace_keys(
    connection: &mut SqliteConnection,
    keys: &AccountKeys,
) -> Result<bool, StoreError> {
    let before = keys.earlier.last().map(|it| it.signing.0.to_vec());
    let done = query(
        "UPDATE accounts SET signing = ?, agreement = ?, earlier = ?
         WHERE user = ? AND username = ? AND signing = ?",
    )
    .bind(&keys.signing.0[..])
    .bind(&keys.agreement.0[..])
    .bind(json(&keys.earlier)?)
    .bind(&keys.user.0[..])
    .bind(keys.username.as_str())
    .bind(before)
    .execute(&mut *connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete(
    connection: &mut SqliteConnection,
    user: &UserId,
) -> Result<bool, StoreError> {
    let done = query("DELETE FROM accounts WHERE user = ?")
        .bind(&user.0[..])
        .execute(&mut *connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
