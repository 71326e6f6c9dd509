//! Keys as people type and paste them.

use client::{fingerprint, recovery::RecoveryCode, room_key::RoomSecret};

/// A room key or an invite link: what is read as one has its characters, white space and the end apart.
pub fn room_key(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else {
        return false;
    };
    let Ok(secret) = RoomSecret::parse(text) else {
        return false;
    };
    let key = secret.reveal();
    assert_eq!(RoomSecret::parse(&key), Ok(secret));
    let typed = text.rsplit('#').next().unwrap_or_default();
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(typed == *key || format!("{typed}=") == *key);
    true
}

/// A recovery code: what is read as one has its characters, all that is lenient apart.
pub fn recovery_code(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else {
        return false;
    };
    let Ok(code) = RecoveryCode::parse(text) else {
        return false;
    };
    let written = code.reveal();
    assert_eq!(RecoveryCode::parse(&written), Ok(code));
    let typed = text
        .to_ascii_uppercase()
        .replace('O', "0")
        .replace(['I', 'L'], "1");
    let typed = typed.chars().filter(char::is_ascii_alphanumeric);
    assert!(typed.eq(written.chars().filter(|c| *c != '-')));
    true
}

/// A verification link or what stands behind its `#`: what is read as one has its characters, white space around it apart.
pub fn verification_link(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else {
        return false;
    };
    let Some((user, hash)) = fingerprint::read_link(text) else {
        return false;
    };
    let link = fingerprint::link(&user, &hash);
    assert_eq!(fingerprint::read_link(&link), Some((user, hash)));
    assert_eq!(
        text.rsplit('#').next().map(str::trim),
        link.rsplit('#').next()
    );
    true
}
