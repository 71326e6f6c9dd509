//! How strong a passphrase is.
