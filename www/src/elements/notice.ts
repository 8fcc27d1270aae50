/** What a player says while there is nothing to play yet. It stands where a screen reader hears of it. */
export class Notice {
  #element?: HTMLElement;

  /** Says `words`, and shows without saying it `far`: how far it is would be read out again and again. */
  show(place: Element, words: string, far: string): void {
    const notice = (this.#element ??= document.createElement("div"));
    if (notice.parentNode !== place) {
      notice.className = "rw-notice";
      notice.setAttribute("part", "processing");
      const quiet = document.createElement("span");
      quiet.ariaHidden = "true";
      notice.replaceChildren(document.createElement("span"), quiet);
      place.append(notice);
    }
    const [said, shown] = notice.children;
    if (said && said.textContent !== words) said.textContent = words;
    if (shown) shown.textContent = far;
  }

  hide(): void {
    this.#element?.remove();
    this.#element = undefined;
  }
}
