/**
 * A form whose statement its officer signs: the page says what it would say (`sign-with`), the passkey signs it, and the
 * entry is handed in. What was sent stands in the form until then, so that nothing is lost where the line is.
 */
import { answered, ask, Problem } from "../core/desk";
import { make } from "../core/dom";
import { island } from "../core/island";
import { handIn, type SigningKey, sign, type Unsigned } from "../core/statement";
import { word, wordsOfPage } from "../core/words";

interface ToSign extends Unsigned {
  readonly then: string;
}

island("sign", (element) => {
  if (!(element instanceof HTMLFormElement)) return undefined;
  const words = wordsOfPage();
  const told = make("p", { class: "note", role: "status" });
  element.append(told);

  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(element, event.submitter);
    fields.set("sign-with", "passkey");
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    const buttons = [...element.querySelectorAll<HTMLButtonElement>("button")];
    for (const each of buttons) each.disabled = true;
    told.textContent = word(words, "sign.waiting");
    element.setAttribute("aria-busy", "true"); // no live change puts another form in its place meanwhile
    try {
      const key = await ask<SigningKey>("/sign-in/keys/signing");
      const said = await answered<ToSign>(await fetch(element.action, { method: "POST", body, cache: "no-store" }));
      await handIn(await sign({ kind: said.kind, body: said.body }, key));
      location.assign(said.then);
    } catch (error) {
      element.removeAttribute("aria-busy");
      for (const each of buttons) each.disabled = false;
      if (error instanceof Problem) told.textContent = word(words, "sign.refused", { detail: error.message, code: error.code });
      else told.textContent = word(words, error instanceof DOMException ? "sign.given_up" : "passkey.no_link");
    }
  };
  const submit = (event: SubmitEvent): void => void send(event);
  element.addEventListener("submit", submit);
  return () => element.removeEventListener("submit", submit);
});
