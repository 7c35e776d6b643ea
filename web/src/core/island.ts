/** An island takes an element over, and gives it back when the element is about to go. */
export type Mount<Props> = (element: HTMLElement, props: Props) => (() => void) | undefined;

/** Fired on `document` with the element whose content was just put in place of older content. */
export const PLACED = "thalweg:placed";

const held = new Map<HTMLElement, () => void>();

/** Mounts `name` on every `[data-island=name]` there is and that will be placed later. */
export function island<Props>(name: string, mount: Mount<Props>): void {
  const take = (root: ParentNode): void => {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
      if (held.has(element)) continue;
      const release = mount(element, propsOf<Props>(element));
      held.set(element, release ?? (() => undefined));
    }
  };
  document.addEventListener(PLACED, (event) => take((event as CustomEvent<HTMLElement>).detail));
  take(document);
}

/** What the server wrote for this element, in a `script` of data that no browser runs. */
export function propsOf<Props>(element: Element): Props {
  const source = element.querySelector(':scope > script[type="application/json"]')?.textContent;
  return JSON.parse(source ?? "{}") as Props;
}

/** Puts `fresh` in place of what is in `element`; islands inside are released and mounted again. */
export function place(element: HTMLElement, fresh: readonly Node[]): void {
  change(element, [], () => element.replaceChildren(...fresh));
}

/** As `place`, by what `put` does: islands that one of `stays` stands in, or that stand in one, stay with it. */
export function change(element: HTMLElement, stays: readonly Element[], put: () => void): void {
  for (const [each, release] of held) {
    if (each === element || !element.contains(each) || stays.some((one) => one.contains(each) || each.contains(one))) continue;
    release();
    held.delete(each);
  }
  put();
  document.dispatchEvent(new CustomEvent(PLACED, { detail: element }));
}
