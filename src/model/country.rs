//! Codes and names of states, for attributes of type `country`.

use std::sync::OnceLock;

/// A state that a country mention can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2 (with the user-assigned XK), or a four-letter code of ISO 3166-3 for a
    /// state that is no more.
    pub code: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// Its name in Indonesian.
    pub indonesian: &'static str,
}

impl Country {
    /// All states, present ones by code, then former ones by code.
    pub fn all() -> &'static [Country] {
        static ALL: OnceLock<Vec<Country>> = OnceLock::new();
        ALL.get_or_init(|| {
            let lines =
                include_str!("../../assets/countries.tsv").lines().filter(|line| !line.starts_with('#'));
            let countries = lines.filter_map(|line| {
                let mut cells = line.split('\t');
                Some(Country { code: cells.next()?, english: cells.next()?, indonesian: cells.next()? })
            });
            countries.collect()
        })
    }

    /// The state with that code.
    pub fn of_code(code: &str) -> Option<&'static Country> {
        Country::all().iter().find(|country| country.code == code)
    }

    /// The states that a person may mean by what they typed, likeliest first: the code itself,
    /// then names that start with it, then names with a word that does.
    pub fn matching(typed: &str) -> Vec<&'static Country> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() {
            return Vec::new();
        }
        let rank = |country: &Country| {
            let names = [country.english.to_lowercase(), country.indonesian.to_lowercase()];
            if country.code.to_lowercase() == typed {
                Some(0)
            } else if names.iter().any(|name| name.starts_with(&typed)) {
                Some(1)
            } else {
                let has_word =
                    |name: &String| name.split([' ', '-', '(']).any(|word| word.starts_with(&typed));
                names.iter().any(has_word).then_some(2)
            }
        };
        let mut ranked: Vec<(usize, &Country)> =
            Country::all().iter().filter_map(|country| rank(country).map(|rank| (rank, country))).collect();
        ranked.sort_by_key(|(rank, country)| (*rank, country.code.len()));
        ranked.into_iter().map(|(_, country)| country).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, first: &str) {
        assert_eq!(Country::matching(typed).first().map(|it| it.code), Some(first), "{typed}");
    }

    #[test]
    fn completes_by_code_and_by_name_in_two_languages() {
        check("us", "US");
        check("jerm", "DE");
        check("germ", "DE");
        check("amerika", "US");
        check("uni soviet", "SUHH");
        check("kosovo", "XK");
        check("inggris", "GB");
        assert!(Country::matching("  ").is_empty());
        assert!(Country::matching("zzzz").is_empty());
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<&str> = Country::all().iter().map(|it| it.code).collect();
        assert_eq!(codes.len(), Country::all().len());
        assert!(codes.len() > 240);
    }
}
