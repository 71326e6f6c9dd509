//! Settings: flags, or variables named `SECURECHAT_…`. A flag wins over its variable.

use crate::limits::Limits;
use crate::log::Format;
use crate::proxies::Proxies;
use crate::public_url::PublicUrl;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A chat server that stores and relays what it cannot read.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Config {
    /// Instead of serving: something that ends.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Where to listen. Keep it local behind a reverse proxy that does TLS.
    #[arg(
        long,
        env = "SECURECHAT_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,

    /// Where people reach this server: an https origin, or http on this machine. Requests from any other origin are
    /// refused.
    #[arg(
        long,
        env = "SECURECHAT_PUBLIC_URL",
        default_value = "http://localhost:3000",
        value_name = "URL"
    )]
    pub public_url: PublicUrl,

    /// Reverse proxies in front of this server: addresses or ranges such as 10.0.0.0/8, with commas between. What they write
    /// into X-Forwarded-For is believed: its last address that is no such proxy counts as the caller's. Of anyone else that
    /// header is ignored. Without this all people behind a proxy share one address, and one limit on log-ins.
    #[arg(
        long,
        env = "SECURECHAT_TRUSTED_PROXY",
        default_value = "none",
        value_name = "ADDRESSES"
    )]
    pub trusted_proxy: Proxies,

    /// The SQLite file; made, with its folder, if it is missing.
    #[arg(
        long,
        env = "SECURECHAT_DATABASE",
        default_value = "data/securechat.db",
        value_name = "FILE"
    )]
    pub database: PathBuf,

    /// The built site.
    #[arg(
        long,
        env = "SECURECHAT_SITE_ROOT",
        default_value = "target/site",
        value_name = "FOLDER",
        global = true
    )]
    pub site_root: PathBuf,

    /// How log lines look; they go to stderr.
    #[arg(
        long,
        env = "SECURECHAT_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: Format,

    /// What is logged, in tracing's notation, such as `warn` or `info,backend=debug`.
    #[arg(
        long,
        env = "SECURECHAT_LOG",
        default_value = "info",
        value_name = "FILTER"
    )]
    pub log: String,

    /// Take no new accounts.
    #[arg(
        long,
        env = "SECURECHAT_CLOSED",
        value_name = "BOOL",
        default_value_t = false
    )]
    pub closed: bool,

    /// What clients may use.
    #[command(flatten)]
    pub limits: Limits,
}

/// What to do instead of serving.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Command {
    /// Write the best brotli and gzip forms beside every file of the site; the last step of a build.
    Precompress,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_setting_is_well_formed_and_has_a_variable_and_a_default() {
        let command = Config::command();
        command.clone().debug_assert();
        for setting in command
            .get_arguments()
            .filter(|it| !["help", "version"].contains(&it.get_id().as_str()))
        {
            let name = setting.get_id();
            let variable = setting
                .get_env()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            assert!(
                variable.starts_with("SECURECHAT_"),
                "{name} has no variable"
            );
            assert!(
                !setting.get_default_values().is_empty(),
                "{name} has no default"
            );
        }
    }

    #[test]
    fn proxies_are_believed_only_where_the_operator_names_them() {
        let named = |arguments: &[&str]| {
            let arguments = [&["server"], arguments].concat();
            Config::try_parse_from(arguments).map(|config| config.trusted_proxy.to_string())
        };
        assert_eq!(named(&[]).unwrap(), "none");
        let two = named(&["--trusted-proxy", "127.0.0.1, fd00::/8"]);
        assert_eq!(two.unwrap(), "127.0.0.1/32,fd00::/8");
        assert!(named(&["--trusted-proxy", "0.0.0.0/0"]).is_err());
    }

    #[test]
    fn refuses_to_serve_plain_http_to_the_world() {
        let refused = Config::try_parse_from(["server", "--public-url", "http://chat.example.org"]);
        assert!(refused.unwrap_err().to_string().contains("use https"));
    }
}
