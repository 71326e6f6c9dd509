//! The binary: reads the settings, and serves or does one thing.

use clap::Parser;
use server::config::{Command, Config};
use server::{ServeError, log, precompress, serve};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    log::start(config.log_format, &config.log);
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), ServeError> {
    match config.command {
        Some(Command::Precompress) => Ok(precompress(&config.site_root)?),
        None => serve(config).await,
    }
}
