// One request to an endpoint that streams its answer.

import { ModelError } from "./model";

const SHOWN_BODY = 300;

/** Checks an address that a person has typed. */
export function checkedUrl(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new ModelError(
      url.trim() === "" ? "The model has no address yet." : `This is no address: ${url}`,
    );
  }
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(parsed.hostname);
  if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && local)) {
    throw new ModelError("The address must begin with https://, or be on this machine.");
  }
  return parsed;
}

const HINTS: Record<number, string> = {
  401: "The key was refused",
  403: "The key may not use this model",
  404: "No such model or address",
  429: "Too many requests, or the quota is used up",
};

async function refusal(response: Response): Promise<ModelError> {
  const body = await response.text().catch(() => "");
  let detail = body;
  try {
    const { error } = JSON.parse(body) as { error?: string | { message?: string } };
    detail = typeof error === "string" ? error : (error?.message ?? body);
  } catch {
    // No JSON: the body itself is the best description.
  }
  const text = detail.replace(/\s+/g, " ").trim().slice(0, SHOWN_BODY);
  const what = HINTS[response.status] ?? "The endpoint failed";
  return new ModelError(`${what} (status ${response.status})${text ? `: ${text}` : "."}`);
}

/**
 * Posts JSON and gives the answer's body.
 *
 * @throws ModelError; the signal's reason once it is aborted
 */
export async function post(
  url: URL,
  headers: Record<string, string>,
  body: unknown,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new ModelError(
      `No connection to ${url.origin}. It must be running and allow requests from web pages (CORS).`,
      { cause: error },
    );
  }
  if (!response.ok) throw await refusal(response);
  if (!response.body) throw new ModelError("The endpoint answered without a body.");
  return response.body;
}

/** An event's data as an object; anything else is skipped. */
export function parsed<T extends object>(data: string): Partial<T> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Partial<T>) : {};
  } catch {
    return {};
  }
}

/** A count of tokens, if it is one. */
export const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
