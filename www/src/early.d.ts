export function ask(root: HTMLElement, options: object): () => void;
