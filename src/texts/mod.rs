//! What people read and hear, in their language.
//!
//! Every text is a [`Key`] with its English words compiled in. A [`Language`] has words of its own for any of them: a
//! plain object `{key: template}`, with gaps as `{name}`. [`Texts`] is what a component reads them from, and follows.
//!
//! ```ignore
//! let german = Language::parse(include_str!("de.json"))?;
//! view! { <Uploader texts=Signal::stored_local(german) /> }
//! ```
//!
//! As long as no locale is set, numbers are written as English does it; then the browser's `Intl` writes them.

mod intl;
mod language;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod languages;
#[cfg(feature = "components")]
mod leptos;

use std::rc::Rc;

use reelway_core::{
    signals::RwSignal,
    text::{self, Scaled, counted, estimate, in_units, scaled},
    texts::{Sentence, Value, direction, fill},
};

pub use language::{BadLanguage, Language};
#[cfg(feature = "components")]
pub(crate) use leptos::follow;

/// The key of a text, and the text in English.
#[derive(Clone, Copy)]
pub struct Key(pub(crate) &'static [&'static str; 2]);

impl Key {
    /// As languages name it.
    pub const fn name(self) -> &'static str {
        self.0[0]
    }

    /// In English.
    pub const fn english(self) -> &'static str {
        self.0[1]
    }
}

/// Names keys, and lists them for the test that compares the languages.
macro_rules! keys {
    ($($name:ident $key:literal $english:literal)*) => {
        $(
            #[doc = $english]
            pub(crate) const $name: $crate::texts::Key = $crate::texts::Key(&[$key, $english]);
        )*

        /// All of them.
        #[cfg(all(test, not(target_arch = "wasm32")))]
        pub(crate) const ALL: &[$crate::texts::Key] = &[$($name),*];
    };
}
pub(crate) use keys;

keys! {
    FEW_SECONDS "time.few-seconds" "a few seconds left"
    LEFT "time.left" "{time} left"
}

/// The tag of a language's own locale stands under this key.
const LOCALE: &str = "locale";

/// Where a component reads its texts from. Whoever reads follows them: both signals of
/// [`components::signals`](crate::components::signals) and, with the feature `components`, Leptos' own.
#[derive(Clone, Copy)]
pub struct Texts(RwSignal<Rc<Shown>>);

#[derive(Clone, Default)]
struct Shown {
    language: Language,
    locale: Option<String>,
}

impl Default for Texts {
    fn default() -> Self {
        Self::new()
    }
}

impl Texts {
    /// English. They live as long as the owner that they are made in; without it they are English again.
    pub fn new() -> Self {
        // All components have texts.
        #[cfg(feature = "components")]
        crate::components::bridge::tell_leptos();
        Self(RwSignal::new(Rc::default()))
    }

    /// The same, for a reactive owner of Leptos.
    #[cfg(feature = "components")]
    pub fn of_leptos() -> Self {
        crate::components::bridge::owned_by_leptos(Self::new)
    }

    /// Takes the words of this language. What it has none for is English.
    pub fn set_language(&self, language: Language) {
        self.change(|shown| shown.language = language);
    }

    /// Writes numbers, sizes and durations, and names languages, as people do there: a BCP 47 tag. `None`: as the
    /// language says, else as in English.
    pub fn set_locale(&self, locale: Option<String>) {
        self.change(|shown| shown.locale = locale.filter(|locale| !locale.is_empty()));
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        self.0.try_update(|shown| change(Rc::make_mut(shown)));
    }

    fn shown(&self) -> Rc<Shown> {
        self.0.try_get().unwrap_or_default()
    }

    /// Follows them.
    pub fn track(&self) {
        self.shown();
    }

    /// The locale by which numbers are written; `None` while nobody has said any.
    pub fn locale(&self) -> Option<String> {
        let shown = self.shown();
        shown.locale.clone().or_else(|| shown.language.find(LOCALE))
    }

    /// `rtl` or `ltr`, for the attribute `dir`; `None` leaves it to the page.
    pub fn dir(&self) -> Option<&'static str> {
        self.locale().map(|locale| direction(&locale))
    }

    /// A text.
    pub fn get(&self, key: Key) -> String {
        self.shown().language.find(key.name()).unwrap_or_else(|| key.english().to_owned())
    }

    /// A text with gaps, and what is put into them.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        let value = |gap: &str| values.iter().find(|(name, _)| *name == gap).map(|(_, value)| (*value).to_owned());
        // A language that asks for more than there is has no say.
        fill(&self.get(key), value).or_else(|| fill(key.english(), value)).unwrap_or_default()
    }

    /// The sentence of an error. A language names it by its code; the first template counts whose gaps can be filled.
    pub fn sentence(&self, code: &str, sentence: &Sentence) -> String {
        let shown = self.shown();
        let value = |gap: &str| {
            let (_, value) = sentence.values.iter().find(|(name, _)| *name == gap)?;
            Some(self.value(value))
        };
        let said = ["refusal", "resume", "error"].iter().find_map(|group| {
            let template = shown.language.find(&format!("{group}.{code}"))?;
            fill(&template, value)
        });
        said.unwrap_or_else(|| sentence.english.clone())
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            // A status of HTTP, which has no thousands.
            Value::Number(number) => number.to_string(),
            Value::Bytes(count) => self.bytes(*count),
            Value::EachByte(count) => self.count(*count, "byte"),
            Value::Seconds(seconds) => self.spoken(*seconds),
        }
    }

    /// As `Intl` writes it; `None` if nobody has set a locale, or the browser does not know it.
    fn number(&self, value: f64, options: &[(&str, &str)]) -> Option<String> {
        intl::number(&self.locale()?, value, options)
    }

    /// A unit of `Intl`, written as `long`, `short` or `narrow`.
    fn unit(&self, value: f64, unit: &str, width: &str) -> Option<String> {
        self.number(value, &[("style", "unit"), ("unit", unit), ("unitDisplay", width), ("maximumFractionDigits", "1")])
    }

    /// So many of a unit: "1 second", "5 seconds".
    fn count(&self, count: u64, unit: &str) -> String {
        self.unit(count as f64, unit, "long").unwrap_or_else(|| counted(count, unit))
    }

    /// A share in hundredths.
    pub fn percent(&self, percent: i32) -> String {
        self.number(f64::from(percent) / 100.0, &[("style", "percent")]).unwrap_or_else(|| format!("{percent} %"))
    }

    /// Seconds, as short as can be: "4 s".
    pub fn seconds(&self, seconds: u32) -> String {
        self.unit(f64::from(seconds), "second", "short").unwrap_or_else(|| format!("{seconds} s"))
    }

    /// How fast something plays, in hundredths: "1.25".
    pub fn speed(&self, hundredths: i32) -> String {
        let number = self.number(f64::from(hundredths) / 100.0, &[("maximumFractionDigits", "2")]);
        number.unwrap_or_else(|| {
            let fraction = match hundredths % 100 {
                0 => "",
                25 => ".25",
                50 => ".5",
                _ => ".75",
            };
            format!("{}{fraction}", hundredths / 100)
        })
    }

    /// A size: "1.2 kB".
    pub fn bytes(&self, count: u64) -> String {
        self.scaled(count, "").unwrap_or_else(|| text::bytes(count))
    }

    /// A rate of bytes a second: "1.2 MB/s".
    pub fn rate(&self, bytes_per_second: f64) -> String {
        let count = bytes_per_second.max(0.0) as u64;
        self.scaled(count, "-per-second").unwrap_or_else(|| text::rate(bytes_per_second))
    }

    fn scaled(&self, count: u64, per: &str) -> Option<String> {
        const UNITS: [&str; 6] = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];
        let Scaled { tenths, unit } = scaled(count);
        let width = if unit == 0 && per.is_empty() { "long" } else { "short" };
        self.unit(tenths as f64 / 10.0, &format!("{}{per}", UNITS[unit]), width)
    }

    /// A time in a video as it is read out, from seconds: "1 minute, 5 seconds".
    pub fn spoken(&self, seconds: f64) -> String {
        let listed = self.locale().and_then(|locale| {
            let units = in_units(seconds).into_iter().map(|(count, unit)| self.count(count, unit));
            intl::list(&locale, units)
        });
        listed.unwrap_or_else(|| text::spoken(seconds))
    }

    /// How long something still takes, from seconds: "2 minutes left".
    pub fn remaining(&self, seconds: f64) -> String {
        match estimate(seconds) {
            Some((count, unit)) => self.fill(LEFT, &[("time", &self.count(count, unit))]),
            None => self.get(FEW_SECONDS),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn english_needs_no_browser() {
        let texts = Texts::new();

        assert_eq!(texts.get(FEW_SECONDS), "a few seconds left");
        assert_eq!(texts.remaining(90.0), "2 minutes left");
        assert_eq!(texts.bytes(1_234), "1.2 kB");
        assert_eq!(texts.spoken(65.0), "1 minute, 5 seconds");
        assert_eq!(texts.percent(48), "48 %");
        assert_eq!([50, 100, 125, 200].map(|rate| texts.speed(rate)), ["0.5", "1", "1.25", "2"]);
        assert_eq!((texts.locale(), texts.dir()), (None, None), "the page's own counts");
    }

    #[test]
    fn an_error_without_words_of_the_language_is_said_in_english() {
        let sentence = Sentence::from("The server is starting.".to_owned());
        assert_eq!(Texts::new().sentence("unavailable", &sentence), "The server is starting.");
    }
}
