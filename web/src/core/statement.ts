/**
 * A statement that the officer signs with a passkey of their own: the desk prepares the event, the passkey signs its hash
 * as its challenge, and what is handed in is the entry (docs/spec/entry.md).
 */
import { fromBase64, fromBase64url, toBase64, toBase64url } from "./bytes";
import { ask } from "./desk";
import { get, type Shown } from "./passkeys";

export interface SigningKey {
  /** id of the author key */
  readonly key: string;
  /** ids of the credentials that hold it, base64url */
  readonly credentials: readonly string[];
  readonly rp_id: string;
}

export interface Unsigned {
  readonly kind: string;
  readonly body: object;
}

interface Prepared {
  readonly event: string;
  readonly hash: string;
  readonly payloads: readonly object[];
}

export async function sign(said: Unsigned, key: SigningKey): Promise<{ entry: string; payloads: readonly object[] }> {
  const prepared = await ask<Prepared>("/v1/statements/prepared", { ...said, key: key.key });
  const event = fromBase64(prepared.event);
  // The hash is made here: what is signed is what was prepared, and not whatever a number from elsewhere stands for.
  const hash = await eventHash(event);
  const shown = await get({
    challenge: toBase64url(hash),
    rpId: key.rp_id,
    allowCredentials: key.credentials.map((id) => ({ id })),
    userVerification: "required",
    timeout: 120_000,
  });
  return { entry: toBase64(entryBytes(event, shown)), payloads: prepared.payloads };
}

export async function handIn(signed: { entry: string; payloads: readonly object[] }): Promise<{ statement: string }> {
  return await ask("/v1/statements", signed);
}

/** `{"event":…,"proof":…}` in canonical form: keys in order, no spaces; the event's bytes as they are. */
export function entryBytes(event: Uint8Array, shown: Shown): Uint8Array<ArrayBuffer> {
  const plain = (text: string): string => toBase64(fromBase64url(text));
  const { authenticatorData, clientDataJSON, signature } = shown.response;
  const proof = `{"alg":"webauthn","auth":"${plain(authenticatorData)}","client":"${plain(clientDataJSON)}","sig":"${plain(signature)}"}`;
  const [before, after] = [new TextEncoder().encode('{"event":'), new TextEncoder().encode(`,"proof":${proof}}`)];
  const entry = new Uint8Array(before.length + event.length + after.length);
  entry.set(before);
  entry.set(event, before.length);
  entry.set(after, before.length + event.length);
  return entry;
}

export async function eventHash(event: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const prefix = new TextEncoder().encode("thalweg/event/v1\n");
  const data = new Uint8Array(prefix.length + event.length);
  data.set(prefix);
  data.set(event, prefix.length);
  return await crypto.subtle.digest("SHA-256", data);
}
