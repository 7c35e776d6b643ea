/**
 * What stays on this machine while the line is down, unreadable to who takes the machine. The key comes with every page from
 * the desk, for the account, and is held in memory alone; on the disk there is ciphertext (AES-256-GCM) that expires. Sign
 * out here, and the server's answer clears the store; end the session from elsewhere, and the next word from the desk does.
 */
import { fromBase64 } from "./bytes";

const DATABASE = "thalweg";
const STORE = "kept";
const IV_BYTES = 12;

interface Sealed {
  readonly name: string;
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

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** `key`: 32 bytes as base64. Null where the browser has no WebCrypto, which is so without TLS. */
  static async open(key: string | undefined): Promise<Safe | null> {
    if (!key || !window.isSecureContext || !("indexedDB" in window)) return null;
    return new Safe(await crypto.subtle.importKey("raw", fromBase64(key), "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  async put(name: string, value: unknown, lasts_ms: number): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) }, this.#key, plain);
    const sealed: Sealed = { name, iv, data, expires: Date.now() + lasts_ms };
    await asked("readwrite", (store) => store.put(sealed));
  }

  async get<Value>(name: string): Promise<Value | null> {
    return await this.#open<Value>(await asked("readonly", (store) => store.get(name) as IDBRequest<Sealed | undefined>));
  }

  /** Everything whose name begins so, oldest name first; what has expired or is another account's is removed. */
  async all<Value>(start: string): Promise<Kept<Value>[]> {
    const held = await asked("readonly", (store) => store.getAll(IDBKeyRange.bound(start, `${start}\uffff`)) as IDBRequest<Sealed[]>);
    const found: Kept<Value>[] = [];
    for (const each of held) {
      const value = await this.#open<Value>(each);
      if (value !== null) found.push({ name: each.name, value });
    }
    return found;
  }

  async remove(name: string): Promise<void> {
    await asked("readwrite", (store) => store.delete(name));
  }

  async #open<Value>(sealed: Sealed | undefined): Promise<Value | null> {
    if (!sealed) return null;
    if (sealed.expires < Date.now()) {
      await this.remove(sealed.name);
      return null;
    }
    try {
      const additionalData = new TextEncoder().encode(sealed.name);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData }, this.#key, sealed.data);
      return JSON.parse(new TextDecoder().decode(plain)) as Value;
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
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "name" });
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
