//! The admin token: random, stored as a hash, shown once.

use sha2::{Digest as _, Sha256};
use sqlx::SqlitePool;

use super::StoreError;

const ADMIN_TOKEN: &str = "admin_token_sha256";

/// A token that is shown to the operator and then forgotten.
#[derive(Debug)]
pub struct NewToken(pub String);

/// Makes the admin token if there is none yet; answers with it only when it was made now.
///
/// # Errors
/// If the database fails.
pub async fn ensure_admin_token(pool: &SqlitePool) -> Result<Option<NewToken>, StoreError> {
    let token = random_token()?;
    let made = sqlx::query("INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING")
        .bind(ADMIN_TOKEN)
        .bind(hash(&token))
        .execute(pool)
        .await?
        .rows_affected();
    Ok((made == 1).then_some(NewToken(token)))
}

/// Replaces the admin token; the old one stops working at once.
///
/// # Errors
/// If the database fails.
pub async fn replace_admin_token(pool: &SqlitePool) -> Result<NewToken, StoreError> {
    let token = random_token()?;
    sqlx::query(
        "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(ADMIN_TOKEN)
    .bind(hash(&token))
    .execute(pool)
    .await?;
    Ok(NewToken(token))
}

/// Whether `token` is the admin token. Hashes are compared, so the time taken says nothing about the token.
///
/// # Errors
/// If the database fails.
pub async fn is_admin_token(pool: &SqlitePool, token: &str) -> Result<bool, StoreError> {
    let stored: Option<String> =
        sqlx::query_scalar("SELECT value FROM settings WHERE name = ?1").bind(ADMIN_TOKEN).fetch_optional(pool).await?;
    Ok(stored.is_some_and(|stored| stored == hash(token)))
}

/// 256 random bits: such a token needs no slow hash.
fn random_token() -> Result<String, StoreError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Randomness(e.to_string()))?;
    Ok(format!("vitrine_{}", hex::encode(bytes)))
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
