//! What `cargo metadata` knows about the crates of this workspace.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use serde_json::Value;

/// The workspace that this program belongs to.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where cargo builds: `target`, or what `CARGO_TARGET_DIR` says.
    pub(crate) target: PathBuf,
    /// The members, by name.
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The folder of its `Cargo.toml`.
    pub(crate) dir: PathBuf,
    /// False if its manifest says `publish = false`.
    pub(crate) published: bool,
    /// Its features, and what each turns on.
    pub(crate) features: Vec<(String, Vec<String>)>,
    pub(crate) examples: Vec<Example>,
    /// The names of its integration tests.
    pub(crate) tests: Vec<String>,
    /// The names of its dependencies of all kinds.
    pub(crate) dependencies: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) readme: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// Whether it tells docs.rs how to build it.
    pub(crate) docs_rs: bool,
}

/// An example of a package.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) required_features: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let output = metadata().output().context("cargo metadata")?;
        ensure!(
            output.status.success(),
            "cargo metadata: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Self::parse(&output.stdout)
    }

    fn parse(json: &[u8]) -> anyhow::Result<Self> {
        let json: Value = serde_json::from_slice(json).context("cargo metadata")?;
        let path = |key: &str| -> anyhow::Result<PathBuf> {
            Ok(text(&json[key])
                .with_context(|| format!("cargo metadata has no {key}"))?
                .into())
        };
        let mut packages: Vec<_> = list(&json["packages"]).map(Package::parse).collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
            packages,
        })
    }

    /// The members that go to the registry.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.published)
    }

    /// `--workspace`, without the members that do not go to the registry.
    pub(crate) fn published_only(&self) -> String {
        let unpublished = self.packages.iter().filter(|package| !package.published);
        unpublished.fold(String::from("--workspace"), |flags, package| {
            flags + " --exclude " + &package.name
        })
    }

    /// A path as a person at the workspace's root would type it.
    pub(crate) fn show(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// A folder below cargo's target folder, as a person at the workspace's root would type it.
    pub(crate) fn target_dir(&self, name: &str) -> String {
        self.show(&self.target.join(name))
    }
}

/// Asked where all else is run, at the root: the folder in `CARGO_TARGET_DIR` may be a relative one.
fn metadata() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version=1", "--no-deps"]);
    // Asked at run time: a checkout may be moved, and its `target` with it.
    if let Some(here) = env::var_os("CARGO_MANIFEST_DIR") {
        cargo.current_dir(Path::new(&here).join(".."));
    }
    cargo
}

impl Package {
    fn parse(json: &Value) -> Self {
        let of_kind = |kind: &'static str| {
            list(&json["targets"])
                .filter(move |target| list(&target["kind"]).any(|its| its.as_str() == Some(kind)))
        };
        let manifest = PathBuf::from(text(&json["manifest_path"]).unwrap_or_default());
        Self {
            name: text(&json["name"]).unwrap_or_default(),
            version: text(&json["version"]).unwrap_or_default(),
            dir: manifest.parent().unwrap_or(&manifest).to_path_buf(),
            // null: any registry; a list: only these; an empty list: none.
            published: json["publish"].as_array().is_none_or(|to| !to.is_empty()),
            features: json["features"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, on)| (name.clone(), texts(on)))
                .collect(),
            examples: of_kind("example")
                .map(|target| Example {
                    name: text(&target["name"]).unwrap_or_default(),
                    required_features: texts(&target["required-features"]),
                })
                .collect(),
            tests: of_kind("test")
                .filter_map(|target| text(&target["name"]))
                .collect(),
            dependencies: list(&json["dependencies"])
                .filter_map(|dependency| text(&dependency["name"]))
                .collect(),
            description: text(&json["description"]),
            license: text(&json["license"]),
            readme: text(&json["readme"]),
            keywords: texts(&json["keywords"]),
            categories: texts(&json["categories"]),
            docs_rs: json["metadata"]["docs"]["rs"].is_object(),
        }
    }

    /// The sets of features that differ, each as the flag that asks for it, and why others were
    /// left out.
    pub(crate) fn feature_sets(&self) -> (Vec<&'static str>, &'static str) {
        let features = || self.features.iter().filter(|(name, _)| name != "default");
        let default = self.enabled_by_default();
        if features().next().is_none() {
            (vec![""], "it has no features")
        } else if default.is_empty() {
            let sets = vec!["", "--all-features"];
            (sets, "the default is no features")
        } else if features().all(|(name, _)| default.contains(&name.as_str())) {
            let sets = vec!["", "--no-default-features"];
            (sets, "the default is all features")
        } else {
            let sets = vec!["", "--no-default-features", "--all-features"];
            (sets, "")
        }
    }

    /// The features that `default` turns on, through others too.
    fn enabled_by_default(&self) -> Vec<&str> {
        let mut on = vec!["default"];
        let mut next = 0;
        while let Some(&name) = on.get(next) {
            next += 1;
            let Some((_, turns_on)) = self.features.iter().find(|(its, _)| its == name) else {
                continue;
            };
            for feature in turns_on {
                if !on.contains(&feature.as_str()) {
                    on.push(feature);
                }
            }
        }
        on.split_off(1)
    }
}

fn list(json: &Value) -> impl Iterator<Item = &Value> {
    json.as_array().into_iter().flatten()
}

fn text(json: &Value) -> Option<String> {
    json.as_str().map(String::from)
}

fn texts(json: &Value) -> Vec<String> {
    list(json).filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(features: &[(&str, &[&str])]) -> Package {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Package {
            features: features
                .iter()
                .map(|(name, on)| (name.to_string(), owned(on)))
                .collect(),
            ..Package::default()
        }
    }

    #[test]
    fn equal_feature_sets_are_left_out() {
        let sets = |features: &[(&str, &[&str])]| package(features).feature_sets().0;
        assert_eq!(sets(&[]), [""]);
        assert_eq!(sets(&[("default", &[])]), [""]);
        assert_eq!(
            sets(&[("default", &[]), ("a", &[])]),
            ["", "--all-features"]
        );
        assert_eq!(sets(&[("a", &[])]), ["", "--all-features"]);
        assert_eq!(
            sets(&[("default", &["a"]), ("a", &["b", "dep:c"]), ("b", &[])]),
            ["", "--no-default-features"]
        );
        assert_eq!(
            sets(&[("default", &["a"]), ("a", &[]), ("b", &[])]),
            ["", "--no-default-features", "--all-features"]
        );
    }

    #[test]
    fn cargo_is_asked_at_the_root() {
        let cargo = metadata();
        let dir = cargo.get_current_dir().unwrap();
        assert_eq!(
            dir.canonicalize().unwrap(),
            Workspace::load().unwrap().root.canonicalize().unwrap()
        );
    }

    #[test]
    fn metadata_is_read() {
        let json = br#"{
            "workspace_root": "/ws", "target_directory": "/ws/target",
            "packages": [
                {"name": "tool", "publish": [], "manifest_path": "/ws/tool/Cargo.toml"},
                {"name": "ours", "publish": ["crates-io"], "manifest_path": "/ws/ours/Cargo.toml"},
                {"name": "lock", "publish": null, "manifest_path": "/ws/lock/Cargo.toml",
                 "description": "a lock", "metadata": {"docs": {"rs": {}}},
                 "targets": [
                    {"kind": ["lib"], "name": "lock"},
                    {"kind": ["test"], "name": "loom"},
                    {"kind": ["example"], "name": "door", "required-features": ["key"]}
                 ]}
            ]
        }"#;
        let workspace = Workspace::parse(json).unwrap();
        assert_eq!(workspace.published_only(), "--workspace --exclude tool");
        assert_eq!(
            workspace.target_dir("loom"),
            Path::new("target").join("loom").display().to_string()
        );
        let [lock, _ours] = workspace.published().collect::<Vec<_>>()[..] else {
            panic!("two published packages");
        };
        assert_eq!(lock.dir, Path::new("/ws/lock"));
        assert_eq!(lock.tests, ["loom"]);
        assert_eq!(lock.examples[0].name, "door");
        assert_eq!(lock.examples[0].required_features, ["key"]);
        assert!(lock.docs_rs && lock.license.is_none());
    }
}
