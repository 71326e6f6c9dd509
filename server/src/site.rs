//! The built site: read whole at start-up, served from memory under a path that names its hash.
//!
//! Because the path changes whenever any file does, browsers may keep every asset for ever, and files of two builds never
//! meet in one page. Only the HTML, which names the path, is asked for again each time.

use crate::compress::{self, Forms};
use app::shell::AssetLinks;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Every asset of one build.
#[derive(Debug)]
pub struct Site {
    hash: String,
    boot_integrity: String,
    scripts: Vec<String>,
    inside: Vec<String>,
    assets: BTreeMap<String, Asset>,
    /// Where to read assets anew at each request.
    watched: Option<PathBuf>,
}

#[derive(Debug)]
struct Asset {
    content_type: HeaderValue,
    forms: Forms,
}

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file or folder could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file without which no page starts is missing: the site was not built, or the path is wrong.
    #[error(
        "{folder} holds no {missing}: build the site with `cargo xtask build`, or give its place with --site-root"
    )]
    NotBuilt {
        /// Where it was looked for.
        folder: PathBuf,
        /// The first file that is missing.
        missing: &'static str,
    },
}

/// Without these no page starts.
const NEEDED: [&str; 4] = [
    "boot.js",
    "pkg/securechat.js",
    "pkg/securechat.wasm",
    "pkg/securechat.css",
];

impl Site {
    /// Reads a built site.
    pub fn load(root: &Path) -> Result<Self, SiteError> {
        let files = read_all(root)?;
        if let Some(missing) = NEEDED.into_iter().find(|name| !files.contains_key(*name)) {
            return Err(SiteError::NotBuilt {
                folder: root.to_owned(),
                missing,
            });
        }
        let boot = files.get("boot.js").map(Vec::as_slice).unwrap_or_default();
        let boot_integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(boot)));
        let hash = hash_of(&files);
        let scripts = named_in(&files, &["securechat.js".to_owned()], ".js");
        let inside = named_in(&files, &scripts, ".wasm");
        let asset = |(name, content): (String, Vec<u8>)| {
            let (content_type, compresses) = kind(&name);
            let forms = if compresses {
                Forms::beside(&root.join(&name), content)
            } else {
                Forms::plain(content)
            };
            (
                name,
                Asset {
                    content_type: HeaderValue::from_static(content_type),
                    forms,
                },
            )
        };
        Ok(Self {
            hash,
            boot_integrity,
            scripts,
            inside,
            assets: files.into_iter().map(asset).collect(),
            watched: None,
        })
    }

    /// Serves what the folder holds at each request, and lets nobody keep it: `cargo leptos watch` replaces style sheets
    /// under a running server.
    pub fn watched(self, root: &Path) -> Self {
        Self {
            watched: Some(root.to_owned()),
            ..self
        }
    }

    /// What the HTML must name.
    pub fn links(&self) -> AssetLinks {
        AssetLinks {
            base: format!("/a/{}", self.hash),
            boot_integrity: self.boot_integrity.clone(),
            scripts: self.scripts.clone(),
            inside: self.inside.clone(),
        }
    }

    /// The path of every asset.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.assets
            .keys()
            .map(|name| format!("/a/{}/{name}", self.hash))
    }
}

/// Writes the best compressed forms beside every asset of a built site.
pub fn precompress(root: &Path) -> Result<(), SiteError> {
    for (name, content) in read_all(root)? {
        let path = root.join(&name);
        // Done before, and of this very content.
        if kind(&name).1 && compress::read_beside(&path, &content).is_none() {
            compress::write_beside(&path, &content)
                .map_err(|cause| SiteError::File { path, cause })?;
        }
    }
    Ok(())
}

/// `GET /a/{hash}/{*name}`
pub async fn serve(
    State(site): State<Arc<Site>>,
    UrlPath((hash, name)): UrlPath<(String, String)>,
    request: HeaderMap,
) -> Response {
    let asset = site.assets.get(&name).filter(|_| hash == site.hash);
    let Some(asset) = asset else {
        // The hash of a build that is gone: the page that asked is from before an update and reloads.
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(root) = &site.watched {
        // The name is one of the table's keys, so it leads nowhere else.
        let content = std::fs::read(root.join(&name)).unwrap_or_default();
        return (
            [(header::CONTENT_TYPE, asset.content_type.clone())],
            content,
        )
            .into_response();
    }
    let (body, encoding) = asset.forms.choose(&request);
    let mut headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, asset.content_type.clone()),
        (header::CACHE_CONTROL, IMMUTABLE),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    headers.extend(encoding.map(|encoding| (header::CONTENT_ENCODING, encoding)));
    (headers, body).into_response()
}

/// Content type, and whether compression helps.
fn kind(name: &str) -> (&'static str, bool) {
    match name.rsplit('.').next().unwrap_or_default() {
        "js" => ("text/javascript; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "css" => ("text/css; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "webmanifest" => ("application/manifest+json", true),
        "png" => ("image/png", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

/// The files of `pkg/` with this ending whose names stand in one of its `scripts`. That a file is there says nothing: it may
/// be left over from a build of another kind.
fn named_in(files: &BTreeMap<String, Vec<u8>>, scripts: &[String], ending: &str) -> Vec<String> {
    let texts: Vec<_> = scripts
        .iter()
        .filter_map(|script| files.get(&format!("pkg/{script}")))
        .map(|content| String::from_utf8_lossy(content))
        .collect();
    let names = files.keys().filter_map(|name| name.strip_prefix("pkg/"));
    names
        .filter(|name| name.ends_with(ending) && !scripts.iter().any(|script| script == name))
        .filter(|name| texts.iter().any(|text| text.contains(&format!("/{name}"))))
        .map(str::to_owned)
        .collect()
}

/// Names and contents alike, each with its length in front, so that no two sites give the same text to hash.
fn hash_of(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for part in files
        .iter()
        .flat_map(|(name, content)| [name.as_bytes(), content])
    {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Every file below a folder by its path in URLs, except the compressed forms.
fn read_all(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, SiteError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let told = |cause| SiteError::File {
            path: folder.clone(),
            cause,
        };
        for entry in std::fs::read_dir(&folder).map_err(told)? {
            let path = entry.map_err(told)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !compress::is_compressed_form(&path) {
                let content = std::fs::read(&path).map_err(|cause| SiteError::File {
                    path: path.clone(),
                    cause,
                })?;
                let name = path
                    .strip_prefix(root)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert(name, content);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site_with(boot: &str) -> (tempfile::TempDir, Site) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("pkg")).unwrap();
        for name in NEEDED {
            std::fs::write(root.path().join(name), boot.repeat(100)).unwrap();
        }
        let site = Site::load(root.path()).unwrap();
        (root, site)
    }

    #[test]
    fn a_change_in_any_file_moves_every_asset() {
        assert_ne!(
            site_with("one").1.links().base,
            site_with("two").1.links().base
        );
        assert_eq!(
            site_with("one").1.links().base,
            site_with("one").1.links().base
        );
    }

    #[test]
    fn compressed_forms_are_no_assets_and_do_not_change_the_hash() {
        let (root, site) = site_with("one");
        precompress(root.path()).unwrap();
        assert!(root.path().join("boot.js.br").is_file());
        let again = Site::load(root.path()).unwrap();
        assert_eq!(again.links().base, site.links().base);
        assert_eq!(
            again.paths().collect::<Vec<_>>(),
            site.paths().collect::<Vec<_>>()
        );
    }

    #[test]
    fn finds_the_pieces_that_the_scripts_name_and_no_others() {
        let (root, site) = site_with("");
        assert!(site.links().scripts.is_empty() && site.links().inside.is_empty());
        for (name, content) in [
            ("securechat.js", r#"import * as t from "./split.js";"#),
            (
                "split.js",
                r#"fetch(new URL("./inside.wasm", import.meta.url))"#,
            ),
            ("inside.wasm", ""),
            ("left_over.wasm", ""),
        ] {
            std::fs::write(root.path().join("pkg").join(name), content).unwrap();
        }
        let links = Site::load(root.path()).unwrap().links();
        assert_eq!(links.scripts, ["split.js"]);
        assert_eq!(links.inside, ["inside.wasm"]);
    }

    #[test]
    fn names_what_is_missing_in_a_folder_that_is_no_site() {
        let empty = tempfile::tempdir().unwrap();
        let error = Site::load(empty.path()).unwrap_err();
        assert!(matches!(
            error,
            SiteError::NotBuilt {
                missing: "boot.js",
                ..
            }
        ));
    }
}
