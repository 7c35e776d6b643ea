/**
 * What stays on this machine while the line is down, unreadable to who takes the machine. The key comes with every page from
 * the desk, for the account, and is held in memory alone; on the disk there is ciphertext (AES-256-GCM) that expires. Sign
 * out here, and the server's answer clears the store; end the session from elsewhere, and the next word from the desk does.
 */
import { fromBase64, toBase64 } from "./bytes";

const DATABASE = "thalweg";
const STORE = "kept";
const VERSION = 2; // the first had names that could be read
const IV_BYTES = 12;

interface Sealed {
  /** Of the name, by a key of its own: what is kept here has no name that could be read. */
  readonly id: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
  readonly expires: number;
}

export interface Kept<Value> {
  readonly name: string;
  readonly value: Value;
}

export class Safe {
  readonly #key: CryptoKey;
  readonly #names: CryptoKey;

  private constructor(key: CryptoKey, names: CryptoKey) {
    this.#key = key;
    this.#names = names;
  }

  /** `key`: 32 bytes as base64. Null where the browser has no WebCrypto, which is so without TLS. */
  static async open(key: string | undefined): Promise<Safe | null> {
    if (!key || !window.isSecureContext || !("indexedDB" in window)) return null;
    const whole = await crypto.subtle.importKey("raw", fromBase64(key), "HKDF", false, ["deriveKey"]);
    const one = (use: string): HkdfParams => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(use) });
    return new Safe(
      await crypto.subtle.deriveKey(one("values"), whole, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
      await crypto.subtle.deriveKey(one("names"), whole, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]),
    );
  }

  async put(name: string, value: unknown, lasts_ms: number): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const id = await this.#id(name);
    const plain = new TextEncoder().encode(JSON.stringify({ name, value } satisfies Kept<unknown>));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) }, this.#key, plain);
    const sealed: Sealed = { id, iv, data, expires: Date.now() + lasts_ms };
    await asked("readwrite", (store) => store.put(sealed));
  }

  async get<Value>(name: string): Promise<Value | null> {
    const id = await this.#id(name);
    return (await this.#open<Value>(await asked("readonly", (store) => store.get(id) as IDBRequest<Sealed | undefined>)))?.value ?? null;
  }

  /** Everything whose name begins so, by name. What has expired is removed; what is another account's cannot be read. */
  async all<Value>(start: string): Promise<Kept<Value>[]> {
    const held = await asked("readonly", (store) => store.getAll() as IDBRequest<Sealed[]>);
    const found = await Promise.all(held.map((each) => this.#open<Value>(each)));
    return found.filter((each): each is Kept<Awaited<Value>> => each?.name.startsWith(start) ?? false).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async remove(name: string): Promise<void> {
    const id = await this.#id(name);
    await asked("readwrite", (store) => store.delete(id));
  }

  async #id(name: string): Promise<string> {
    return toBase64(new Uint8Array(await crypto.subtle.sign("HMAC", this.#names, new TextEncoder().encode(name))));
  }

  async #open<Value>(sealed: Sealed | undefined): Promise<Kept<Value> | null> {
    if (!sealed) return null;
    if (sealed.expires < Date.now()) {
      await asked("readwrite", (store) => store.delete(sealed.id));
      return null;
    }
    try {
      const additionalData = new TextEncoder().encode(sealed.id);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData }, this.#key, sealed.data);
      return JSON.parse(new TextDecoder().decode(plain)) as Kept<Value>;
    } catch {
      return null; // another account's, on a machine that a watch shares
    }
  }
}

/** Nothing of it is left on this machine. */
export async function wipe(): Promise<void> {
  sessionStorage.clear();
  localStorage.clear();
  if (!("indexedDB" in window)) return;
  await new Promise<void>((resolve) => {
    const request = indexedDB.deleteDatabase(DATABASE);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

async function asked<Result>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      for (const each of request.result.objectStoreNames) request.result.deleteObjectStore(each);
      request.result.createObjectStore(STORE, { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  try {
    return await new Promise<Result>((resolve, reject) => {
      const request = ask(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}
