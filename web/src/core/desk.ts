/** Asking the desk, as the page's own session. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** The token that goes with every change; every form of a page carries it. */
export function csrf(): string {
  return document.querySelector<HTMLInputElement>('input[name="csrf"]')?.value ?? "";
}

/** JSON in, JSON out. `Problem` where the desk refuses, `TypeError` where it cannot be reached. */
export async function ask<Answer>(path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-csrf-token"] = csrf();
  const init: RequestInit = { method, headers, cache: "no-store" };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  return await answered<Answer>(await fetch(path, init));
}

export async function answered<Answer>(answer: Response): Promise<Answer> {
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as Answer;
  const said = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  throw new Problem(answer.status, said.code ?? "", said.detail ?? answer.statusText);
}
