//! The name of a crate in a package's `Cargo.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

/// The name by which the package in the folder `package` uses the crate `wanted`; `None` when its manifest does not
/// depend on it or cannot be read.
pub(crate) fn name_of(wanted: &str, package: &Path) -> Option<String> {
    let text = fs::read_to_string(package.join("Cargo.toml")).ok()?;
    let manifest = DeTable::parse(&text).ok()?.into_inner();
    let direct = dependencies(&manifest).find(|(key, said)| package_of(key, said) == Some(wanted));
    let key = match direct {
        Some((key, _)) => key.to_owned(),
        None => inherited(wanted, &manifest, package)?,
    };
    Some(key.replace('-', "_"))
}

/// The key of a dependency that the workspace's manifest defines: `key.workspace = true`.
fn inherited(wanted: &str, manifest: &DeTable<'_>, package: &Path) -> Option<String> {
    let mut keys = dependencies(manifest).filter(|(_, said)| is_inherited(said)).map(|(key, _)| key).peekable();
    keys.peek()?;
    let text = workspace(manifest, package)?;
    let root = DeTable::parse(&text).ok()?.into_inner();
    let shared = table(&root, "workspace").and_then(|workspace| table(workspace, "dependencies"))?;
    keys.find(|key| shared.get(*key).and_then(|said| package_of(key, said.get_ref())) == Some(wanted))
        .map(str::to_owned)
}

/// The tables of dependencies for code and tests, including those of certain targets.
fn dependencies<'m>(manifest: &'m DeTable<'_>) -> impl Iterator<Item = (&'m str, &'m DeValue<'m>)> {
    let targets = table(manifest, "target").into_iter().flat_map(|targets| targets.values());
    let targets = targets.filter_map(|target| target.get_ref().as_table());
    std::iter::once(manifest)
        .chain(targets)
        .flat_map(|of| ["dependencies", "dev-dependencies"].into_iter().filter_map(|name| table(of, name)))
        .flatten()
        .map(|(key, said)| (key.get_ref().as_ref(), said.get_ref()))
}

/// The package of the dependency `key`; `None` when only the workspace's manifest names it.
fn package_of<'a>(key: &'a str, said: &'a DeValue<'_>) -> Option<&'a str> {
    if is_inherited(said) {
        return None;
    }
    said.get("package").map_or(Some(key), |package| package.get_ref().as_str())
}

fn is_inherited(said: &DeValue<'_>) -> bool {
    said.get("workspace").is_some_and(|it| it.get_ref().as_bool() == Some(true))
}

/// The workspace's manifest, found as Cargo does: at `package.workspace`, in the package itself, in the folders above.
fn workspace(manifest: &DeTable<'_>, package: &Path) -> Option<String> {
    let said = table(manifest, "package").and_then(|own| own.get("workspace")).and_then(|root| root.get_ref().as_str());
    if let Some(root) = said {
        return fs::read_to_string(package.join(root).join("Cargo.toml")).ok();
    }
    package.ancestors().map(|folder| folder.join("Cargo.toml")).find_map(root_manifest)
}

fn root_manifest(path: PathBuf) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let is_root = DeTable::parse(&text).is_ok_and(|manifest| manifest.get_ref().contains_key("workspace"));
    is_root.then_some(text)
}

fn table<'m>(of: &'m DeTable<'_>, name: &str) -> Option<&'m DeTable<'m>> {
    of.get(name)?.get_ref().as_table()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Creates a workspace with this root manifest and this manifest of the package `crates/app`.
    fn name(root: &str, app: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("crates/app");
        fs::create_dir_all(&package).unwrap();
        fs::write(folder.path().join("Cargo.toml"), root).unwrap();
        fs::write(package.join("Cargo.toml"), app).unwrap();
        name_of("auth-core", &package)
    }

    #[test]
    fn a_crate_is_found_under_its_own_name_and_renamed() {
        for (dependency, expected) in [
            ("[dependencies]\nauth-core = \"0.1\"", Some("auth_core")),
            ("[dependencies]\nauth-core = { version = \"0.1\", features = [\"oidc\"] }", Some("auth_core")),
            ("[dependencies]\nguards = { package = \"auth-core\", version = \"0.1\" }", Some("guards")),
            ("[dependencies.my-guards]\nversion = \"0.1\"\npackage = \"auth-core\"", Some("my_guards")),
            ("[dev-dependencies]\nguards = { package = \"auth-core\", version = \"0.1\" }", Some("guards")),
            (
                "[target.'cfg(unix)'.dependencies]\nguards = { package = \"auth-core\", version = \"0.1\" }",
                Some("guards"),
            ),
            // Another crate under the name `auth-core`, and this one renamed.
            (
                "[dependencies]\nauth-core = { package = \"other\", version = \"1\" }\n\
                 guards = { package = \"auth-core\", version = \"0.1\" }",
                Some("guards"),
            ),
            ("[dependencies]\naxum = \"0.8\"", None),
            ("[package.metadata]\nbuilt = 2026-01-31\n[dependencies]\nguards.package = \"auth-core\"", Some("guards")),
            ("[dependencies", None),
        ] {
            assert_eq!(name("", dependency).as_deref(), expected, "{dependency}");
        }
    }

    #[test]
    fn a_name_can_be_inherited_from_the_workspace() {
        let root = "[workspace]\nmembers = [\"crates/*\"]\n[workspace.dependencies]\naxum = \"0.8\"\n\
                    guards = { package = \"auth-core\", version = \"0.1\" }";
        let inherits = "[dependencies]\naxum.workspace = true\nguards = { workspace = true, features = [\"oidc\"] }";
        assert_eq!(name(root, inherits).as_deref(), Some("guards"));
        assert_eq!(name(root, &format!("[package]\nworkspace = \"../..\"\n{inherits}")).as_deref(), Some("guards"));
        assert_eq!(name(root, "[dependencies]\naxum.workspace = true"), None);
        // The root itself can be the package.
        assert_eq!(name("", &format!("{root}\n{inherits}")).as_deref(), Some("guards"));
        assert_eq!(name("[package]\nname = \"no-workspace\"", inherits), None);
    }
}
