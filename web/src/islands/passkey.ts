/**
 * The button for a passkey, beside a form that works without one: to sign in, to join by an invitation, to prove once more
 * who one is, to add a passkey, and to bring one that signs entries. Where the browser knows no passkeys it says so.
 */
import { ask, Problem } from "../core/desk";
import { make } from "../core/dom";
import { island } from "../core/island";
import { type CreationJSON, create, get, known, type RequestJSON } from "../core/passkeys";
import { type Words, word, wordsOfPage } from "../core/words";

interface Props {
  readonly for: "sign-in" | "join" | "step-up" | "enroll" | "signing";
  /** where to go afterwards */
  readonly next: string;
  /** to join: the invitation, and the login of an account made anew */
  readonly invitation?: string;
  readonly login?: string;
}

const PATHS: Readonly<Record<Props["for"], string>> = {
  "sign-in": "/sign-in/passkey",
  join: "/sign-in/join/passkey",
  "step-up": "/sign-in/step-up/passkey",
  enroll: "/sign-in/keys/passkey",
  signing: "/sign-in/keys/signing",
};

island<Props>("passkey", (element, props) => {
  const words = wordsOfPage();
  const told = make("p", { class: "note", role: "status" });
  if (!known()) {
    told.textContent = word(words, "passkey.unknown");
    element.append(told);
    return undefined;
  }
  const fields = props.for === "join" && !props.login ? joining(words) : null;
  const button = make("button", { type: "button", class: "first passkey" }, word(words, `passkey.${props.for}`));
  element.append(...(fields ? [fields.element] : []), make("p", { class: "buttons" }, button), told);

  button.addEventListener("click", async () => {
    const start = fields ? fields.values() : {};
    if (fields && !start["login"]) {
      fields.focus();
      told.textContent = word(words, "passkey.login_first");
      return;
    }
    button.disabled = true;
    told.textContent = word(words, "passkey.waiting");
    try {
      await ceremony(props, start);
      location.assign(props.next || "/");
    } catch (error) {
      button.disabled = false;
      told.textContent = said(error, words);
      button.focus();
    }
  });
  return () => element.replaceChildren();
});

async function ceremony(props: Props, start: Readonly<Record<string, string>>): Promise<void> {
  const path = PATHS[props.for];
  if (props.for === "sign-in" || props.for === "step-up") {
    const options = await ask<RequestJSON>(`${path}/options`, {});
    await ask(path, { credential: await get(options) });
    return;
  }
  const body = props.for === "join" ? { invitation: props.invitation, label: device(), ...(props.login ? { login: props.login } : start) } : { label: device() };
  const options = await ask<CreationJSON>(`${path}/options`, body);
  await ask(path, { credential: await create(options) });
}

function joining(words: Words): { element: HTMLElement; values: () => Record<string, string>; focus: () => void } {
  const input = make("input", { id: "passkey-login", name: "login", autocomplete: "username webauthn", autocapitalize: "none", spellcheck: "false", dir: "ltr", maxlength: 64 });
  const element = make("p", { class: "field" }, make("label", { for: "passkey-login" }, word(words, "passkey.login")), input);
  return {
    element,
    values: () => ({ login: input.value.trim(), language: document.documentElement.lang }),
    focus: () => input.focus(),
  };
}

/** By which somebody recognises a passkey in a list: no more than the system. */
function device(): string {
  return ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"].find((name) => navigator.userAgent.includes(name)) ?? "";
}

function said(error: unknown, words: Words): string {
  if (error instanceof Problem) return word(words, "passkey.refused", { detail: error.message, code: error.code });
  if (error instanceof DOMException) return word(words, error.name === "InvalidStateError" ? "passkey.held" : "passkey.given_up");
  return word(words, "passkey.no_link");
}
