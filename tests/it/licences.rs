//! Everything that Sorot is built from may be passed on under Sorot's own licences.

use std::process::Command;

use serde_json::Value;

/// SPDX ids that we accept.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "MPL-2.0+",
    "OFL-1.1", // fonts
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_dependency_has_an_accepted_licence() {
    let packages = packages();
    assert!(packages.len() > 50, "cargo metadata names our dependencies");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_allowed))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "not accepted:\n{}", refused.join("\n"));
}

/// Crates that open connections to other machines.
const NETWORK: &[&str] = &[
    "async-std",
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "h2",
    "hickory-resolver",
    "http",
    "hyper",
    "hyper-util",
    "isahc",
    "libp2p",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "schannel",
    "security-framework",
    "sentry",
    "ssh2",
    "surf",
    "tokio-rustls",
    "tungstenite",
    "ureq",
    "webpki",
    "webpki-roots",
    "wreq",
];

/// Tests may be built from anything; the program knows no way to another machine.
#[test]
fn the_program_has_no_network() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is there, it runs this test");
    let tree = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.len() > 50 && crates.contains(&"serde_json"), "cargo tree names our dependencies");
    let found: Vec<&&str> = crates.iter().filter(|it| NETWORK.contains(it)).collect();
    assert!(found.is_empty(), "the program is built from {found:?}");
}

#[test]
fn expressions_are_understood() {
    for expression in [
        "MIT",
        "MIT/Apache-2.0",
        "MIT OR GPL-3.0",
        "GPL-3.0 OR MIT AND Zlib",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    ] {
        assert!(is_allowed(expression), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR Zlib) AND (GPL-2.0 OR LGPL-3.0)",
        "MIT WITH strange-exception",
        "(MIT",
        "MIT MIT",
        "MIT OR",
    ] {
        assert!(!is_allowed(expression), "{expression}");
    }
}

/// The packages of all platforms, or where cargo never fetched those, of this one.
fn packages() -> Vec<Value> {
    let host = host();
    let metadata = metadata(&[]).or_else(|| metadata(&["--filter-platform", &host]));
    let metadata = metadata.expect("cargo metadata works for the packages that this test was built from");
    metadata["packages"].as_array().expect("cargo metadata lists packages").clone()
}

fn metadata(arguments: &[&str]) -> Option<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is there, it runs this test");
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON"))
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc is there, it built this test");
    let output = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    let host = output.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc -vV names its host").to_owned()
}

/// True if an SPDX expression can be fulfilled with the accepted licences. `AND` binds closer
/// than `OR`; a slash is the older way to write `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut tokens: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut tokens) == Some(true) && tokens.is_empty()
}

/// `a OR b`; the tokens are a stack, and nothing comes back where they make no expression.
fn any(tokens: &mut Vec<&str>) -> Option<bool> {
    let mut is_allowed = all(tokens)?;
    while tokens.pop_if(|token| *token == "OR").is_some() {
        is_allowed |= all(tokens)?;
    }
    Some(is_allowed)
}

fn all(tokens: &mut Vec<&str>) -> Option<bool> {
    let mut is_allowed = one(tokens)?;
    while tokens.pop_if(|token| *token == "AND").is_some() {
        is_allowed &= one(tokens)?;
    }
    Some(is_allowed)
}

fn one(tokens: &mut Vec<&str>) -> Option<bool> {
    match tokens.pop()? {
        "(" => {
            let is_allowed = any(tokens)?;
            tokens.pop_if(|token| *token == ")").map(|_| is_allowed)
        }
        licence if tokens.pop_if(|token| *token == "WITH").is_some() => {
            let licence = format!("{licence} WITH {}", tokens.pop()?);
            Some(ALLOWED.contains(&licence.as_str()))
        }
        licence => Some(ALLOWED.contains(&licence)),
    }
}
