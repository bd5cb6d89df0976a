//! Which steps the arguments ask for.

use anyhow::bail;

use super::steps::Step;

/// The wanted steps, in their own order; of each the wanted parts. All if none is named.
pub(super) fn select(
    mut steps: Vec<Step>,
    wanted: &[String],
    quick: bool,
) -> anyhow::Result<Vec<Step>> {
    if quick {
        steps.retain(|step| step.quick);
    }
    for name in wanted {
        check(&steps, name)?;
    }
    if wanted.is_empty() {
        return Ok(steps);
    }
    steps.retain_mut(|step| {
        let name = step.name;
        let whole = wanted.iter().any(|wanted| wanted == name);
        step.parts
            .retain(|part| whole || wanted.iter().any(|wanted| is(wanted, name, &part.name)));
        whole || !step.parts.is_empty()
    });
    Ok(steps)
}

/// Whether `wanted` is this part of this step.
fn is(wanted: &str, step: &str, part: &str) -> bool {
    wanted.split_once(':') == Some((step, part))
}

/// An error that lists the names, if there is no such step or part.
fn check(steps: &[Step], wanted: &str) -> anyhow::Result<()> {
    let name = wanted.split(':').next().unwrap_or_default();
    let Some(step) = steps.iter().find(|step| step.name == name) else {
        let names: Vec<_> = steps.iter().map(|step| step.name).collect();
        bail!("no step `{name}`; the steps are: {}", names.join(", "));
    };
    let mut parts = step.parts.iter().map(|part| &*part.name);
    if wanted != name && !parts.clone().any(|part| is(wanted, name, part)) {
        let mut names: Vec<_> = parts.by_ref().filter(|part| !part.is_empty()).collect();
        if names.is_empty() {
            names = vec!["none"];
        }
        bail!(
            "no part `{wanted}`; the parts of {name} are: {}",
            names.join(", ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::steps::Part;
    use super::*;

    /// The names of what is selected, as the arguments would name them.
    fn selected(wanted: &[&str], quick: bool) -> Result<String, String> {
        let step = |name, quick, parts: &[&str]| Step {
            name,
            about: "",
            unit: "",
            quick,
            parts: parts.iter().map(|name| Part::named(*name)).collect(),
        };
        let steps = vec![
            step("fmt", true, &[""]),
            step("loom", false, &["a", "b"]),
            step("examples", false, &[]),
        ];
        let wanted: Vec<_> = wanted.iter().map(ToString::to_string).collect();
        let steps = select(steps, &wanted, quick).map_err(|error| error.to_string())?;
        let names = steps.iter().map(|step| {
            let parts: Vec<_> = step.parts.iter().map(|part| &*part.name).collect();
            format!("{}[{}]", step.name, parts.join(","))
        });
        Ok(names.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn all_quick_or_by_name() {
        let ok = |wanted: &[&str], quick| selected(wanted, quick).unwrap();
        assert_eq!(ok(&[], false), "fmt[] loom[a,b] examples[]");
        assert_eq!(ok(&[], true), "fmt[]");
        assert_eq!(ok(&["examples", "fmt"], false), "fmt[] examples[]");
        assert_eq!(ok(&["loom"], false), "loom[a,b]");
        assert_eq!(ok(&["loom:b"], false), "loom[b]");
        assert_eq!(ok(&["loom:b", "loom:a", "loom:b"], false), "loom[a,b]");
        assert_eq!(ok(&["loom:b", "loom"], false), "loom[a,b]");
    }

    #[test]
    fn an_unknown_name_lists_the_known() {
        let error = |wanted, quick| selected(&[wanted], quick).unwrap_err();
        assert_eq!(
            error("tset", false),
            "no step `tset`; the steps are: fmt, loom, examples"
        );
        assert_eq!(error("loom", true), "no step `loom`; the steps are: fmt");
        assert_eq!(
            error("loom:c", false),
            "no part `loom:c`; the parts of loom are: a, b"
        );
        assert_eq!(
            error("fmt:x", false),
            "no part `fmt:x`; the parts of fmt are: none"
        );
    }
}
