//! The page, as a person finds their way on it: by what its parts are for.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use reelway_api::Video;
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebElement};

use crate::{browser::Browser, server::Server, wait};

/// The page that takes videos.
pub struct Page<'a> {
    browser: &'a Browser,
    server: &'a Server,
}

/// Anything on the page comes within this time, on a machine with other work too.
pub const SOON: Duration = Duration::from_secs(20);

impl<'a> Page<'a> {
    /// Opens it, and waits until it takes files.
    ///
    /// # Errors
    /// It does not load.
    pub async fn open(browser: &'a Browser, server: &'a Server) -> Result<Self> {
        browser.goto(server.url()).await?;
        Self::on_this_page(browser, server).await
    }

    /// The one that the browser shows, once it takes files.
    ///
    /// # Errors
    /// It does not.
    pub async fn on_this_page(browser: &'a Browser, server: &'a Server) -> Result<Self> {
        let page = Self { browser, server };
        page.file_input().await?;
        Ok(page)
    }

    /// Chooses a file, as the file dialog does.
    ///
    /// # Errors
    /// The page takes no files.
    pub async fn choose(&self, file: &Path) -> Result<()> {
        let path = file.to_str().context("the file's name is no text")?;
        // The input itself may be out of sight: a button stands for it.
        Ok(self.file_input().await?.send_keys(path).await?)
    }

    /// Chooses a file and waits until the server knows of it.
    ///
    /// # Errors
    /// The server does not within [`SOON`].
    pub async fn upload(&self, file: &Path) -> Result<Video> {
        let before = self.server.api().videos().await?;
        self.choose(file).await?;
        let created = wait::until("the server knows of the upload", SOON, async || {
            let newest = self.server.api().videos().await?.into_iter().next();
            Ok(newest.filter(|video| before.iter().all(|earlier| earlier.id != video.id)))
        });
        match created.await {
            Ok(video) => Ok(video),
            Err(error) => Err(error.context(format!("the page says: {}", text(self.browser).await?))),
        }
    }

    /// The first element in sight that plays this part.
    ///
    /// # Errors
    /// There is none within [`SOON`].
    pub async fn part(&self, part: &str) -> Result<WebElement> {
        visible(self.browser, &format!("[part~={part}]")).await
    }

    /// Presses what plays this part.
    ///
    /// # Errors
    /// There is none within [`SOON`].
    pub async fn press(&self, part: &str) -> Result<()> {
        Ok(self.part(part).await?.click().await?)
    }

    /// Waits until the page's text has one of these words, in any case, and gives the text.
    ///
    /// # Errors
    /// It has none within the time.
    pub async fn until_it_says(&self, words: &[&str], within: Duration) -> Result<String> {
        says(self.browser, words, within).await
    }

    /// Deletes a video of the list of earlier ones, and says yes when the page asks.
    ///
    /// # Errors
    /// The list has none whose title has this word, or no way to delete it.
    pub async fn delete_video(&self, title: &str) -> Result<()> {
        visible(self.browser, &format!("button[aria-label^=Delete][aria-label*='{title}']")).await?.click().await?;
        let yes = "//dialog[@open]//button[contains(., 'Delete')]";
        wait::until_true("the page asks before it deletes", SOON, async || {
            let buttons = self.browser.find_all(By::XPath(yes)).await?;
            Ok(match buttons.first() {
                Some(button) => button.click().await.is_ok(),
                None => false,
            })
        })
        .await
    }

    async fn file_input(&self) -> Result<WebElement> {
        wait::until("the page takes files", SOON, async || {
            Ok(self.browser.find_all(By::Css("input[type=file][part~=select]")).await?.into_iter().next())
        })
        .await
    }
}

/// The first element in sight that a selector finds.
///
/// # Errors
/// There is none within [`SOON`].
pub async fn visible(browser: &Browser, selector: &str) -> Result<WebElement> {
    wait::until(&format!("{selector} is in sight"), SOON, async || {
        for element in browser.find_all(By::Css(selector)).await? {
            // It may be gone between the two questions.
            if element.is_displayed().await.unwrap_or(false) {
                return Ok(Some(element));
            }
        }
        Ok(None)
    })
    .await
}

/// Waits until the text of the browser's page has one of these words, in any case, and gives the text.
///
/// # Errors
/// It has none within the time.
pub async fn says(browser: &Browser, words: &[&str], within: Duration) -> Result<String> {
    let what = format!("the page says one of {words:?}");
    let said = wait::until(&what, within, async || {
        let text = text(browser).await?;
        let lower = text.to_lowercase();
        Ok(words.iter().any(|word| lower.contains(&word.to_lowercase())).then_some(text))
    });
    match said.await {
        Ok(said) => Ok(said),
        Err(error) => Err(error.context(format!("the page says: {}", text(browser).await?))),
    }
}

/// The text of the browser's page, as a person sees it.
///
/// # Errors
/// The driver fails.
pub async fn text(browser: &Browser) -> Result<String> {
    let text = browser.run("return document.body.innerText;", Vec::new()).await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Moves the focus with the Tab key until it is on what a selector finds.
///
/// # Errors
/// It does not get there with 60 presses.
pub async fn tab_to(browser: &Browser, selector: &str) -> Result<()> {
    for _ in 0..60 {
        let script = "let focus = document.activeElement;
                      while (focus && focus.shadowRoot && focus.shadowRoot.activeElement) focus = focus.shadowRoot.activeElement;
                      return Boolean(focus && focus.matches(arguments[0]));";
        if browser.run(script, vec![json!(selector)]).await? == Value::Bool(true) {
            return Ok(());
        }
        press_key(browser, Key::Tab.value()).await?;
    }
    anyhow::bail!("Tab does not reach {selector}")
}

/// Presses and releases a key, wherever the focus is.
///
/// # Errors
/// The driver fails.
pub async fn press_key(browser: &Browser, key: char) -> Result<()> {
    Ok(browser.action_chain().key_down(key).key_up(key).perform().await?)
}
