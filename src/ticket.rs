//! The ticket that a page brings to a Reelway server which asks for one (`auth = "ticket"`).

use std::{cell::RefCell, fmt, future::Future, pin::Pin, rc::Rc};

use js_sys::{Date, Function, Promise};
use reelway_core::playback::token::{Life, jwt};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::dom::property;

/// The share of a ticket's life after which the next one is asked for.
const SHARE: f64 = 0.8;

/// Where tickets come from. Clones share the one that is in use.
#[derive(Clone)]
pub struct Ticket(Rc<Inner>);

struct Inner {
    source: Source,
    known: RefCell<Option<Known>>,
}

enum Source {
    Text(String),
    Function(Rc<dyn Fn() -> Answer>),
}

type Answer = Pin<Box<dyn Future<Output = Result<String, String>>>>;

struct Known {
    text: String,
    /// Milliseconds since the Unix epoch. `None`: it does not say, and counts until the server says otherwise.
    renew_at: Option<f64>,
}

impl PartialEq for Ticket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

impl Ticket {
    /// This one, for as long as it counts.
    pub fn new(text: impl Into<String>) -> Self {
        Self::of(Source::Text(text.into()))
    }

    /// `ask` is called for the first one, shortly before one runs out, and when the server does not take it. Its error is
    /// a sentence for people.
    pub fn by<F: Future<Output = Result<String, String>> + 'static>(ask: impl Fn() -> F + 'static) -> Self {
        Self::of(Source::Function(Rc::new(move || Box::pin(ask()))))
    }

    /// The same with a function of JavaScript, which gives a text or a promise of one.
    pub fn by_function(ask: Function) -> Self {
        Self::by(move || {
            let given = ask.call0(&JsValue::NULL).map(|given| Promise::resolve(&given));
            async move {
                let given = match given {
                    Ok(promise) => JsFuture::from(promise).await,
                    Err(thrown) => Err(thrown),
                };
                let said = |thrown: JsValue| property(&thrown, "message").as_string().or_else(|| thrown.as_string());
                let given = given.map_err(|thrown| said(thrown).unwrap_or_default())?;
                given.as_string().filter(|text| !text.is_empty()).ok_or_else(|| "It is no text.".to_owned())
            }
        })
    }

    fn of(source: Source) -> Self {
        Self(Rc::new(Inner { source, known: RefCell::default() }))
    }

    /// One that counts, as far as it says itself.
    pub(crate) async fn get(&self) -> Result<String, String> {
        let ask = match &self.0.source {
            Source::Text(text) => return Ok(text.clone()),
            Source::Function(ask) => Rc::clone(ask),
        };
        let now = Date::now();
        if let Some(known) = &*self.0.known.borrow()
            && known.renew_at.is_none_or(|at| now < at)
        {
            return Ok(known.text.clone());
        }
        let text = ask().await?;
        self.0.known.replace(Some(Known { renew_at: renew_at(jwt(&text), Date::now()), text: text.clone() }));
        Ok(text)
    }

    /// The server did not take this one. Gives whether there may be another.
    pub(crate) fn refused(&self, text: &str) -> bool {
        // Another request may have brought the next one by now.
        self.0.known.borrow_mut().take_if(|known| known.text == text);
        matches!(self.0.source, Source::Function(_))
    }
}

/// By whose clock it was made is not known: if it does not fit the one here, only its span counts.
fn renew_at(life: Option<Life>, now: f64) -> Option<f64> {
    let Life { issued, expires } = life?;
    let issued = issued.unwrap_or(now);
    let span = expires - issued;
    let begun = if (issued..expires).contains(&now) { issued } else { now };
    (span > 0.0).then_some(begun + SHARE * span)
}
