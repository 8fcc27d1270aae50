//! The places that videos may go to, as a page shows them: what they are called, and which one is chosen.

use reelway_api::{ProviderInfo, ProviderList};

/// What a provider is called on a page: its label, and its name as well where another one has the same label. A name
/// that is not in the list stands for itself: videos outlive the configuration.
pub fn shown_name(list: &ProviderList, name: &str) -> String {
    let Some(provider) = list.providers.iter().find(|provider| provider.name == name) else { return name.to_owned() };
    let ProviderInfo { label, .. } = provider;
    let several = list.providers.iter().filter(|other| other.label == *label).count() > 1;
    if several { format!("{label} ({name})") } else { label.clone() }
}

/// The provider that the next video goes to: the one that was chosen on an earlier visit, if it still is one, else the
/// server's own choice. `None`: there is none at all.
pub fn chosen<'a>(list: &'a ProviderList, remembered: Option<&str>) -> Option<&'a ProviderInfo> {
    let of_then = list.providers.iter().find(|provider| Some(provider.name.as_str()) == remembered);
    of_then.or_else(|| list.providers.iter().find(|provider| provider.default)).or_else(|| list.providers.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(providers: &[(&str, &str)]) -> ProviderList {
        let provider = |(index, (name, label)): (usize, &(&str, &str))| ProviderInfo {
            name: (*name).to_owned(),
            label: (*label).to_owned(),
            default: index == 0,
        };
        ProviderList { providers: providers.iter().enumerate().map(provider).collect() }
    }

    #[test]
    fn a_provider_is_called_by_its_label_and_two_of_one_label_by_their_names_too() {
        let list = list(&[("local", "This server"), ("mux-eu", "Mux"), ("mux-us", "Mux")]);
        for (name, shown) in
            [("local", "This server"), ("mux-eu", "Mux (mux-eu)"), ("mux-us", "Mux (mux-us)"), ("gone", "gone")]
        {
            assert_eq!(shown_name(&list, name), shown);
        }
    }

    #[test]
    fn what_was_chosen_before_counts_as_long_as_it_is_there() {
        let list = list(&[("mux", "Mux"), ("local", "This server")]);
        for (remembered, expected) in
            [(None, "mux"), (Some("local"), "local"), (Some("gone"), "mux"), (Some(""), "mux")]
        {
            assert_eq!(chosen(&list, remembered).map(|provider| provider.name.as_str()), Some(expected));
        }
        assert_eq!(chosen(&ProviderList::default(), Some("local")), None);
    }
}
